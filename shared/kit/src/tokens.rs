//! Signed tokens: access tokens, door passes and the links in mails. EdDSA JWTs (RFC 7519, RFC 8037), each with an audience
//! of its own so that one can't stand in for another.

use crate::keys::{KeyRing, Signer};
use crate::{Error, Result};
use domain::Language;
use domain::accounts::{MailKind, User};
use domain::ids::{DoorPassId, EventId, PasswordResetId, UserId};
use domain::text::PersonName;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// How long an access token holds.
pub const ACCESS_MINUTES: i64 = 15;

/// What a token says, by its audience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "aud")]
pub enum Token {
    /// A user may call the API.
    Api(Access),
    /// Who has this stands at the door of an event.
    Door {
        /// With which pass.
        sub: DoorPassId,
        /// Of which event.
        event: EventId,
    },
    /// A link in a mail was followed.
    Link(Link),
}

/// Who a user is, as their access token says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Access {
    /// The user.
    pub sub: UserId,
    /// Their name, which bookings carry.
    pub name: PersonName,
    /// Whether their address is verified.
    pub verified: bool,
    /// Their language.
    pub lang: Language,
}

impl Access {
    /// What a user's token says.
    pub fn of(user: &User) -> Self {
        Access { sub: user.id, name: user.name.clone(), verified: user.is_verified(), lang: user.language }
    }
}

impl Token {
    /// Whose it is, for the log.
    pub(crate) fn bearer(&self) -> Option<String> {
        match self {
            Token::Api(access) => Some(access.sub.to_string()),
            Token::Door { sub, .. } => Some(sub.to_string()),
            Token::Link(_) => None,
        }
    }
}

/// What a signed link in a mail says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Link {
    /// Turns off a kind of mail.
    Unsubscribe {
        /// For whom.
        user: UserId,
        /// Which.
        kind: MailKind,
    },
    /// Sets a new password.
    Reset {
        /// The folded address.
        email: String,
        /// Which of its resets.
        reset: PasswordResetId,
    },
}

/// A token's claims (RFC 7519, section 4).
#[derive(Serialize, Deserialize)]
struct Claims {
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    token: Token,
}

/// The text of a token that holds so long from now on.
pub(crate) fn sign(signer: &Signer, token: Token, now: Timestamp, holds: SignedDuration) -> Result<String> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(format!("{:08x}", signer.id));
    let claims = Claims { iat: now.as_second(), exp: (now + holds).as_second(), token };
    let key = EncodingKey::from_ed_der(&signer.pkcs8);
    jsonwebtoken::encode(&header, &claims, &key).map_err(Error::internal)
}

/// What a token says, if it is one of ours and hasn't ended.
pub(crate) fn verify(ring: &KeyRing, text: &str, now: Timestamp) -> Option<Token> {
    let key = ring.token_key(key_id(text)?)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The clock is ours, not the machine's; the audience is told by the kind of token that was read.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let claims = jsonwebtoken::decode::<Claims>(text, &key, &validation).ok()?.claims;
    (now.as_second() < claims.exp).then_some(claims.token)
}

/// The id of the key that a token says it was signed with.
pub(crate) fn key_id(text: &str) -> Option<u32> {
    u32::from_str_radix(&jsonwebtoken::decode_header(text).ok()?.kid?, 16).ok()
}

/// An access token without a function around it: for seeding, tests and benchmarks.
///
/// # Errors
/// The store's; or there is no key yet.
pub async fn access_token_for(store: &store::Store, access: Access, now: Timestamp) -> Result<String> {
    let signer = Signer::read(store, store::KeyUse::Tokens).await?;
    sign(&signer, Token::Api(access), now, SignedDuration::from_mins(ACCESS_MINUTES))
}
