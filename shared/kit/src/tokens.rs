//! Signed tokens: access tokens, door passes and the links in mails. EdDSA JWTs (RFC 7519, RFC 8037), each with an audience
//! of its own so that one can't stand in for another.

use crate::keys::{KeyRing, Signer};
use crate::{Error, Identity, Result};
use domain::Language;
use domain::accounts::{MailKind, User};
use domain::ids::{DoorPassId, EventId, PasswordResetId, UserId};
use domain::refusal::Refusal;
use domain::text::PersonName;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long an access token holds.
pub const ACCESS_MINUTES: i64 = 15;

/// An access token's claims.
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

/// What a door pass's token says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Door {
    /// The pass.
    pub sub: DoorPassId,
    /// The event.
    pub event: EventId,
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

#[derive(Serialize, Deserialize)]
struct Envelope<C> {
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: C,
}

/// Something that a token can be for.
pub trait Claims: Serialize + DeserializeOwned {
    /// The audience.
    const AUDIENCE: &'static str;
}
impl Claims for Access {
    const AUDIENCE: &'static str = "api";
}
impl Claims for Door {
    const AUDIENCE: &'static str = "door";
}
impl Claims for Link {
    const AUDIENCE: &'static str = "link";
}

/// A token that says `claims` until `ends`.
pub(crate) fn sign<C: Claims>(signer: &Signer, claims: C, now: Timestamp, ends: Timestamp) -> Result<String> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(format!("{:08x}", signer.id));
    let envelope = Envelope { aud: C::AUDIENCE.to_owned(), iat: now.as_second(), exp: ends.as_second(), claims };
    let key = EncodingKey::from_ed_der(&signer.pkcs8);
    jsonwebtoken::encode(&header, &envelope, &key).map_err(Error::internal)
}

/// What a token says, if it is one of ours, for this, and hasn't ended.
pub(crate) fn verify<C: Claims>(ring: &KeyRing, token: &str, now: Timestamp) -> Option<C> {
    let key = ring.token_key(key_id(token)?)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The clock is ours, not the machine's.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "aud"]);
    validation.set_audience(&[C::AUDIENCE]);
    let envelope = jsonwebtoken::decode::<Envelope<C>>(token, &key, &validation).ok()?.claims;
    (now.as_second() < envelope.exp).then_some(envelope.claims)
}

/// The id of the key that a token says it was signed with.
pub(crate) fn key_id(token: &str) -> Option<u32> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    u32::from_str_radix(&header.kid?, 16).ok()
}

/// Who a bearer token speaks of.
pub(crate) fn identity(ring: &KeyRing, token: &str, now: Timestamp) -> Result<Identity> {
    if let Some(Access { sub, name, verified, lang }) = verify::<Access>(ring, token, now) {
        return Ok(Identity::User { id: sub, name, verified, language: lang });
    }
    if let Some(Door { sub, event }) = verify::<Door>(ring, token, now) {
        return Ok(Identity::Door { pass: sub, event });
    }
    let detail = "The access token isn't valid or has run out. Refresh it, or sign in again.";
    Err(Refusal::unauthorized("token_invalid", detail).into())
}

/// An access token without a function around it: for seeding, tests and benchmarks.
///
/// # Errors
/// The store's; or there is no key yet.
pub async fn access_token_for(store: &store::Store, access: Access, now: Timestamp) -> Result<String> {
    let keys = crate::keys::KeyCache::default();
    let signer = keys.signer(store, store::KeyUse::Tokens, now).await?;
    sign(&signer, access, now, access_ends(now))
}

/// When an access token that is given out now ends.
pub(crate) fn access_ends(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_mins(ACCESS_MINUTES)
}
