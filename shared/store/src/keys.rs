//! The keys that sign tokens and tickets: the private ones in Parameter Store, a `SecureString` for each use, which only
//! functions that sign may read; the public ones in a table.

use crate::Store;
use crate::error::{Error, Result};
use crate::guard::{Access, Verb};
use crate::item::Key;
use crate::tables::Table;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::types::{ParameterTier, ParameterType};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use domain::checkins::LONGEST_USE;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a key signs before it is replaced.
const SIGNING_KEY_DAYS: i64 = 90;

/// For how many seconds a process keeps keys before it reads them again.
pub const KEYS_KEPT_SECONDS: i64 = 5 * 60;

/// For how many seconds after it was last read a key signs where it can't be read again. Then nothing is signed until it can.
pub const KEYS_UNREAD_SECONDS: i64 = 13 * 60;

/// For how many seconds after it was replaced a key can't be revoked: nobody may sign with it any longer then. Two minutes more than
/// a process has it, since it is replaced a moment later than `replaced_at` says, and what is under way by then takes up to a minute.
pub const KEYS_REVOKED_AFTER_SECONDS: i64 = KEYS_UNREAD_SECONDS + 2 * 60;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyUse {
    /// Access tokens, door passes, links.
    Tokens,
    /// Tickets.
    Tickets,
}

impl KeyUse {
    /// Both uses.
    pub const ALL: &[KeyUse] = &[KeyUse::Tokens, KeyUse::Tickets];

    /// Its name: that of its parameter, after the deployment's path.
    pub fn name(self) -> &'static str {
        match self {
            KeyUse::Tokens => "tokens",
            KeyUse::Tickets => "tickets",
        }
    }

    /// The use of this name.
    pub fn named(name: &str) -> Option<KeyUse> {
        KeyUse::ALL.iter().copied().find(|key_use| key_use.name() == name)
    }
}

/// A key by which signatures are verified: Ed25519 (RFC 8032).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its id; signatures carry it.
    pub id: u32,
    /// 32 bytes in base64url without padding, as a JWK's `x` (RFC 8037).
    pub x: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When another took its place; it stays published while what it signed is of use.
    pub replaced_at: Option<Timestamp>,
}

/// The key that signs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its id.
    pub id: u32,
    /// PKCS #8 in base64url without padding.
    pub pkcs8: String,
    /// Its public half, as it is published.
    pub x: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({:08x})", self.id)
    }
}

/// What became of a use's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The id of the key that signs now.
    pub id: u32,
    /// What was found and done, in words.
    pub said: String,
}

/// What became of a key that is to be taken no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// There is none of this id.
    Unknown,
    /// It was replaced, but whoever keeps it may sign with it until then. From then on it can be revoked.
    From(Timestamp),
    /// It is published no longer: what it signed isn't taken from anybody.
    Done,
}

#[derive(Serialize, Deserialize)]
struct Published {
    record: String,
    version: u64,
    keys: Vec<PublicKey>,
}

impl Access {
    /// What whoever makes and replaces keys may do; no function is granted that.
    pub fn to_keep_keys() -> BTreeSet<Access> {
        let table = [Verb::Read, Verb::Write].map(|verb| Access::Table(Table::PublicKeys, verb));
        let keys = KeyUse::ALL.iter().flat_map(|key| [Verb::Read, Verb::Write].map(|verb| Access::Key(*key, verb)));
        table.into_iter().chain(keys).collect()
    }
}

impl Store {
    fn public_place(key_use: KeyUse) -> Key {
        Key::new(Table::PublicKeys, key_use.name(), "keys")
    }

    /// The parameter that holds the private key of a use.
    fn parameter(&self, key_use: KeyUse) -> String {
        format!("{}{}", self.keys, key_use.name())
    }

    async fn published(&self, key_use: KeyUse) -> Result<Published> {
        match self.item(Store::public_place(key_use)).await? {
            None => Ok(Published { record: "public_keys".to_owned(), version: 0, keys: Vec::new() }),
            Some(item) => {
                serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|e| Error::item(key_use.name(), &e))
            }
        }
    }

    /// The keys by which signatures of this use are verified, newest first.
    pub async fn public_keys(&self, key_use: KeyUse) -> Result<Vec<PublicKey>> {
        Ok(self.published(key_use).await?.keys)
    }

    /// Publishes a key as the newest of its use, unless it is that; the one that was is replaced from `now` on. Gives whether it
    /// had to be.
    ///
    /// What replaced keys signed stays valid: they are published on for [`LONGEST_USE`], so that every ticket and (signed with the
    /// tokens' key) every door pass works until its event has ended. Only what is moved to more than ten years after a booking
    /// outlives the key of its ticket. With a new key each [`SIGNING_KEY_DAYS`] some 42 are published, 5 kB.
    async fn publish(&self, key_use: KeyUse, key: &SigningKey, now: Timestamp) -> Result<bool> {
        let seen = self.published(key_use).await?;
        if seen.keys.first().is_some_and(|newest| newest.id == key.id) {
            return Ok(false);
        }
        let others = seen.keys.into_iter().filter(|old| old.id != key.id).filter_map(|mut old| {
            let replaced_at = *old.replaced_at.get_or_insert(now);
            (replaced_at >= now - LONGEST_USE).then_some(old)
        });
        let public = PublicKey { id: key.id, x: key.x.clone(), created_at: key.created_at, replaced_at: None };
        let keys = std::iter::once(public).chain(others).collect();
        self.put_published(key_use, Published { keys, ..seen }).await.map(|()| true)
    }

    /// Writes what is published in the place of what was seen, at its version.
    async fn put_published(&self, key_use: KeyUse, seen: Published) -> Result<()> {
        let published = Published { version: seen.version + 1, ..seen };
        let mut item: crate::item::Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(&published)
            .map_err(|error: serde_dynamo::Error| Error::item(key_use.name(), &error))?;
        item.extend(Store::public_place(key_use).attributes());
        let put = self.client.put_item().table_name(self.table(Table::PublicKeys)).set_item(Some(item));
        let put = match seen.version {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            version => put
                .condition_expression("version = :seen")
                .expression_attribute_values(":seen", crate::item::number(version)),
        };
        let put = put.return_consumed_capacity(ReturnConsumedCapacity::Total);
        put.send().await.map(drop).map_err(Error::of)
    }

    /// The key that signs now; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Busy`] where Parameter Store takes no more calls at the moment: by default it takes 40 a second, of a whole
    /// account (<https://docs.aws.amazon.com/general/latest/gr/ssm.html>).
    pub async fn signing_key(&self, key_use: KeyUse) -> Result<Option<SigningKey>> {
        let name = self.parameter(key_use);
        let found = match self.ssm.get_parameter().name(&name).with_decryption(true).send().await {
            Err(error) if error.as_service_error().is_some_and(|e| e.is_parameter_not_found()) => return Ok(None),
            found => found.map_err(failed)?,
        };
        let value = found.parameter().and_then(|parameter| parameter.value()).unwrap_or_default();
        // What can't be read is not told: it may be most of a key.
        serde_json::from_str(value).map(Some).map_err(|_| Error::item(&name, &"it holds no key"))
    }

    /// Lets `new` sign for a use that has no key, or whose key has signed for [`SIGNING_KEY_DAYS`]; with `rotate`, in any case.
    /// And sees to it that the key that signs is published as the newest, whatever became of it: a rotation died in between, or
    /// the table came back from a backup. It can be repeated at any time.
    ///
    /// The public key goes first: wherever this dies, nothing is signed that can't be verified.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where somebody else published a key meanwhile.
    pub async fn keep_key(&self, key_use: KeyUse, new: SigningKey, now: Timestamp, rotate: bool) -> Result<Kept> {
        let mut said = String::new();
        if let Some(old) = self.signing_key(key_use).await? {
            let again = if self.publish(key_use, &old, now).await? { ", published again" } else { "" };
            let days = now.duration_since(old.created_at).as_hours() / 24;
            said = format!("{:08x} is {days} days old{again}", old.id);
            if !rotate && days < SIGNING_KEY_DAYS {
                return Ok(Kept { id: old.id, said: format!("{said}, and signs on") });
            }
            said += " and replaced; ";
        }
        self.publish(key_use, &new, now).await?;
        let value = serde_json::to_string(&new).map_err(|error| Error::item(key_use.name(), &error))?;
        let put = self.ssm.put_parameter().name(self.parameter(key_use)).value(value).overwrite(true);
        // Under the key that AWS keeps for Parameter Store, which costs nothing.
        let put = put.r#type(ParameterType::SecureString).tier(ParameterTier::Standard);
        put.send().await.map_err(failed)?;
        Ok(Kept { id: new.id, said: format!("{said}{:08x} is new, and signs", new.id) })
    }

    /// Takes a key that others may have out of what is published, so that nothing it signed is taken any longer. One that still
    /// signs is replaced by `new` first; and since processes that keep it sign on for a while, it is taken out only
    /// [`KEYS_REVOKED_AFTER_SECONDS`] later, or guests would get tickets that no door takes. It can be repeated at any time.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where somebody else published a key meanwhile.
    pub async fn revoke_key(&self, key_use: KeyUse, id: u32, new: SigningKey, now: Timestamp) -> Result<Revoked> {
        let signs = self.signing_key(key_use).await?.is_some_and(|key| key.id == id);
        if !signs && self.public_keys(key_use).await?.iter().all(|key| key.id != id) {
            return Ok(Revoked::Unknown);
        }
        // Also where it doesn't sign: afterwards all but the one that signs are marked as replaced.
        self.keep_key(key_use, new, now, signs).await?;
        let mut seen = self.published(key_use).await?;
        let replaced_at = seen.keys.iter().find(|key| key.id == id).map(|key| key.replaced_at.unwrap_or(now));
        let Some(from) = replaced_at.map(|at| at + SignedDuration::from_secs(KEYS_REVOKED_AFTER_SECONDS)) else {
            return Ok(Revoked::Unknown);
        };
        if now < from {
            return Ok(Revoked::From(from));
        }
        seen.keys.retain(|key| key.id != id);
        self.put_published(key_use, seen).await.map(|()| Revoked::Done)
    }
}

/// A failure of Parameter Store. An answer that can't be read isn't told, unlike DynamoDB's: it may hold a key.
fn failed<E>(error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ResponseError(_) => Error::Unavailable("Parameter Store's answer can't be read".to_owned()),
        error => Error::of(error),
    }
}
