//! Reading users, claims on addresses, codes and token families.

use crate::Store;
use crate::error::{Error, Result};
use crate::item::Key;
use domain::Record;
use domain::accounts::{EmailClaim, PasswordReset, TokenFamily, User, Verification};
use domain::ids::{TokenFamilyId, UserId};

fn unexpected(record: &Record) -> Error {
    Error::item("accounts", &format!("holds another record than its key says: {record:?}"))
}

impl Store {
    /// A user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        match self.record(Key::user(id)).await? {
            Some(Record::User(user)) => Ok(Some(user)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// Users by their ids, in no order; who isn't there is left out. One trip for each 800, and not consistent: they may be a
    /// second old.
    pub async fn users(&self, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<User>> {
        let keys: Vec<Key> = ids.into_iter().map(Key::user).collect();
        let records = self.records(&keys, false).await?;
        let user = |record| match record {
            Record::User(user) => Ok(user),
            other => Err(unexpected(&other)),
        };
        records.into_iter().map(user).collect()
    }

    /// Who has this address (in its folded form).
    pub async fn email_claim(&self, folded: &str) -> Result<Option<EmailClaim>> {
        match self.record(Key::address(folded, "claim")).await? {
            Some(Record::EmailClaim(claim)) => Ok(Some(claim)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// The user who has this address. Two trips, one after the other.
    pub async fn user_by_email(&self, folded: &str) -> Result<Option<User>> {
        match self.email_claim(folded).await? {
            Some(claim) => self.user(claim.user).await,
            None => Ok(None),
        }
    }

    /// The newest code sent to an address, ended or not.
    pub async fn verification(&self, folded: &str) -> Result<Option<Verification>> {
        match self.record(Key::address(folded, "verification")).await? {
            Some(Record::Verification(verification)) => Ok(Some(verification)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// The newest reset asked for with an address, ended or not.
    pub async fn password_reset(&self, folded: &str) -> Result<Option<PasswordReset>> {
        match self.record(Key::address(folded, "password_reset")).await? {
            Some(Record::PasswordReset(reset)) => Ok(Some(reset)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// A token family and its user, in one trip.
    pub async fn token_family(&self, user: UserId, family: TokenFamilyId) -> Result<Option<(TokenFamily, User)>> {
        let (family, user) = tokio::try_join!(self.record(Key::family(user, family)), self.user(user))?;
        match (family, user) {
            (Some(Record::TokenFamily(family)), Some(user)) => Ok(Some((family, user))),
            (None, _) | (_, None) => Ok(None),
            (Some(other), _) => Err(unexpected(&other)),
        }
    }
}
