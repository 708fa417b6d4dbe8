//! What is shown of accounts.

use domain::Language;
use domain::accounts::{MailChoices, Suppressed, User};
use domain::ids::UserId;
use domain::text::{Bio, City, Email, PersonName};
use domain::time::Zone;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A user, as they see themselves.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Me {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
    /// Their address.
    pub email: Email,
    /// Whether they showed that the address is theirs.
    pub email_verified: bool,
    /// The language of their mails and pages.
    pub language: Language,
    /// Their own zone, where they told it.
    pub zone: Option<Zone>,
    /// A few words about themselves.
    pub bio: Bio,
    /// Their city.
    pub city: Option<City>,
    /// Which of the mails that can be turned off they want.
    pub mails: MailChoices,
    /// Why no mails go to their address; absent where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
    /// When they signed up.
    pub registered_at: Timestamp,
}

impl From<User> for Me {
    fn from(user: User) -> Self {
        Me {
            id: user.id,
            email_verified: user.is_verified(),
            suppressed: user.suppressed(),
            name: user.name,
            email: user.email,
            language: user.language,
            zone: user.zone,
            bio: user.bio,
            city: user.city,
            mails: user.mails,
            registered_at: user.registered_at,
        }
    }
}

/// A user, as others see them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PublicUser {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
    /// A few words about themselves.
    pub bio: Bio,
    /// Their city.
    pub city: Option<City>,
}

impl From<User> for PublicUser {
    fn from(user: User) -> Self {
        PublicUser { id: user.id, name: user.name, bio: user.bio, city: user.city }
    }
}

/// What happens next, in words. The same whether the address has an account or not.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Notice {
    /// For the person.
    pub message: String,
}

impl Notice {
    /// A mail is on its way to an address, if it should be.
    pub fn mail_to(email: &Email) -> Self {
        Notice { message: format!("Look into the mail for {email}: what to do next is there.") }
    }
}
