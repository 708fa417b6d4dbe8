//! Users, the claims on their addresses, one-time codes and refresh-token families.

mod suppression;

pub use suppression::{Exception, MailReports, Passage, Suppressed};

use crate::Language;
use crate::ids::{PasswordResetId, TokenFamilyId, UserId};
use crate::refusal::Refusal;
use crate::text::{Bio, City, Email, PersonName};
use crate::time::Zone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// How long a verification code holds.
pub const VERIFICATION_MINUTES: i64 = 15;
/// How long a reset link holds.
pub const RESET_MINUTES: i64 = 30;
/// How often a code may be tried before it is void: five guesses at one in a million.
pub const VERIFICATION_ATTEMPTS: u8 = 5;
/// How long a refresh token holds after its last use.
pub const REFRESH_DAYS: i64 = 30;

/// Kinds of mail that their reader can turn off. Tickets and changes can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The reminder a day before.
    ReminderDayBefore,
    /// The reminder an hour before.
    ReminderHourBefore,
    /// What an organizer announces.
    Announcement,
}

/// Which of the mails that can be turned off a user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailChoices {
    /// The reminder a day before.
    pub reminder_day_before: bool,
    /// The reminder an hour before.
    pub reminder_hour_before: bool,
    /// What organizers announce.
    pub announcement: bool,
}

/// What changes in which mails a user wants; what isn't there stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailChoicesPatch {
    /// The reminder a day before.
    #[schemars(with = "bool")]
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub reminder_day_before: Option<bool>,
    /// The reminder an hour before.
    #[schemars(with = "bool")]
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub reminder_hour_before: Option<bool>,
    /// What organizers announce.
    #[schemars(with = "bool")]
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub announcement: Option<bool>,
}

/// Reads a choice that is there: `null` is none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    bool::deserialize(deserializer).map(Some)
}

impl Default for MailChoices {
    fn default() -> Self {
        Self { reminder_day_before: true, reminder_hour_before: true, announcement: true }
    }
}

impl MailChoices {
    /// Whether mails of this kind are wanted.
    pub fn wants(self, kind: MailKind) -> bool {
        match kind {
            MailKind::ReminderDayBefore => self.reminder_day_before,
            MailKind::ReminderHourBefore => self.reminder_hour_before,
            MailKind::Announcement => self.announcement,
        }
    }

    /// After these changes.
    pub fn patched(self, patch: MailChoicesPatch) -> Self {
        Self {
            reminder_day_before: patch.reminder_day_before.unwrap_or(self.reminder_day_before),
            reminder_hour_before: patch.reminder_hour_before.unwrap_or(self.reminder_hour_before),
            announcement: patch.announcement.unwrap_or(self.announcement),
        }
    }

    /// The same, without mails of this kind.
    pub fn without(mut self, kind: MailKind) -> Self {
        match kind {
            MailKind::ReminderDayBefore => self.reminder_day_before = false,
            MailKind::ReminderHourBefore => self.reminder_hour_before = false,
            MailKind::Announcement => self.announcement = false,
        }
        self
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Rises with each write.
    pub version: u64,
    /// Their name as they write it.
    pub name: PersonName,
    /// Their address.
    pub email: Email,
    /// When they last showed that the address is theirs.
    pub email_verified_at: Option<Timestamp>,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// Rises when all log-ins are to end: a changed or reset password.
    pub login_epoch: u32,
    /// The language of their mails and pages.
    pub language: Language,
    /// Their own zone, where they told it.
    pub zone: Option<Zone>,
    /// A few words about themselves.
    pub bio: Bio,
    /// Their city.
    pub city: Option<City>,
    /// Which mails they want.
    pub mails: MailChoices,
    /// What was reported of mails to their address.
    #[serde(default)]
    pub reports: MailReports,
    /// When they signed up.
    pub registered_at: Timestamp,
}

/// What a user may change of themselves.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// The new name.
    pub name: Option<PersonName>,
    /// The new language.
    pub language: Option<Language>,
    /// The new zone; `Some(None)` takes it out.
    pub zone: Option<Option<Zone>>,
    /// The new words about themselves.
    pub bio: Option<Bio>,
    /// The new city; `Some(None)` takes it out.
    pub city: Option<Option<City>>,
    /// The new choice of mails.
    pub mails: MailChoicesPatch,
    /// When they asked for mails again, after they called one unwanted.
    pub resumed_at: Option<Timestamp>,
}

impl User {
    /// Whether the address is theirs.
    pub fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// After these changes.
    pub fn patched(&self, patch: UserPatch) -> User {
        let mut user = self.clone();
        user.version += 1;
        if let Some(name) = patch.name {
            user.name = name;
        }
        if let Some(language) = patch.language {
            user.language = language;
        }
        if let Some(zone) = patch.zone {
            user.zone = zone;
        }
        if let Some(bio) = patch.bio {
            user.bio = bio;
        }
        if let Some(city) = patch.city {
            user.city = city;
        }
        user.mails = user.mails.patched(patch.mails);
        user.reports.resumed_at = patch.resumed_at.or(user.reports.resumed_at);
        user
    }

    /// With another password; every log-in made with the old one ends.
    pub fn with_password(&self, hash: String) -> User {
        User { version: self.version + 1, password_hash: hash, login_epoch: self.login_epoch + 1, ..self.clone() }
    }

    /// After who reads the mail of a contested address has shown that: it is their account now. Whoever set the password may
    /// be somebody else, so it gives way to the one that they chose by mail, or to nobody's; log-ins end, and what was said about
    /// them is taken out.
    pub fn reclaimed(&self, hash: String, now: Timestamp) -> User {
        User { bio: Bio::default(), city: None, email_verified_at: Some(now), ..self.with_password(hash) }
    }

    /// After proving that the address is theirs.
    pub fn verified(&self, now: Timestamp) -> User {
        User { version: self.version + 1, email_verified_at: Some(now), ..self.clone() }
    }
}

/// The claim of a user on an address: what makes an address unique.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmailClaim {
    /// The folded address.
    pub email: String,
    /// Whose it is.
    pub user: UserId,
    /// Whether somebody signed up with it again: then nobody knows whether who set the password is who reads the mail, until the
    /// address is verified.
    #[serde(default)]
    pub contested: bool,
}

impl EmailClaim {
    /// The claim of who signs up first.
    pub fn new(email: &Email, user: UserId) -> Self {
        Self { email: email.folded(), user, contested: false }
    }

    /// After another sign-up with the address.
    pub fn contested(self) -> Self {
        Self { contested: true, ..self }
    }
}

/// A six-digit code sent to an address. It belongs to the address, not to a user, so that asking for one takes the same
/// steps whether anybody has that address or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// The folded address.
    pub email: String,
    /// Rises with each write.
    pub version: u64,
    /// Six digits.
    pub code: String,
    /// How often it may still be tried.
    pub attempts_left: u8,
    /// When it was asked for: one mail for each.
    pub requested_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The one mail that brought it to a suppressed address.
    #[serde(default)]
    pub exception: Option<Exception>,
}

impl Verification {
    /// What asking for a code leads to. While no other mail may go to a suppressed address, the code that one brought stays as it
    /// is, wrong guesses and all: asking again must neither void it nor make room for more guesses.
    pub fn asked(email: &Email, held: Option<&Self>, code: String, now: Timestamp) -> Self {
        match held {
            Some(held) if held.exception.as_ref().is_some_and(|exception| exception.stands(now)) => {
                Self { version: held.version + 1, ..held.clone() }
            }
            _ => Self::new(email, held.map_or(0, |held| held.version), code, now),
        }
    }

    /// As it is once this delivery has brought it; `None` where no mail may. What goes out in spite of a suppression is good until
    /// the next may.
    pub fn mailed(&self, passage: Passage, delivery: &str, now: Timestamp) -> Option<Self> {
        Some(match passage.exception(self.exception.as_ref(), delivery, now)? {
            None => self.clone(),
            Some(made) => {
                Self { version: self.version + 1, expires_at: made.until, exception: Some(made), ..self.clone() }
            }
        })
    }

    /// A new code for an address, in place of the one before it (`seen`: its version, or 0).
    pub fn new(email: &Email, seen: u64, code: String, now: Timestamp) -> Self {
        Self {
            email: email.folded(),
            version: seen + 1,
            code,
            attempts_left: VERIFICATION_ATTEMPTS,
            requested_at: now,
            expires_at: now + SignedDuration::from_mins(VERIFICATION_MINUTES),
            exception: None,
        }
    }

    /// One try. Afterwards the code has one less, and none once it was right; then there is nothing to keep, either.
    pub fn tried(&self, code: &str, now: Timestamp) -> (bool, Verification) {
        let right = self.attempts_left > 0 && now < self.expires_at && self.code == code;
        let attempts_left = if right { 0 } else { self.attempts_left.saturating_sub(1) };
        let exception = self.exception.clone().filter(|_| !right);
        (right, Verification { version: self.version + 1, attempts_left, exception, ..self.clone() })
    }

    /// After a reset was redeemed: whoever reads the mail may have another code mailed as soon as they need one. `None` where
    /// that changes nothing.
    pub fn without_exception(&self) -> Option<Self> {
        self.exception.as_ref().map(|_| Self { version: self.version + 1, exception: None, ..self.clone() })
    }
}

/// The answer to a wrong, spent or expired code: one for all, so that it tells nothing about the address.
pub fn wrong_code() -> Refusal {
    Refusal::conflict(
        "code_invalid",
        "The code is wrong or has run out. Look at the newest mail, or ask for a new code.",
    )
}

/// The answer to a wrong, spent or expired reset link.
pub fn wrong_reset() -> Refusal {
    Refusal::conflict("reset_invalid", "The link has run out or was used already. Ask for a new one.")
}

/// A password reset; belongs to the address, as [`Verification`] does. There is one at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasswordReset {
    /// The folded address.
    pub email: String,
    /// Which of the resets of that address; the link carries it, signed.
    pub id: PasswordResetId,
    /// When it was last asked for: one mail for each time.
    pub requested_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The one mail that brought it to a suppressed address.
    #[serde(default)]
    pub exception: Option<Exception>,
    /// Whether it was redeemed.
    pub used: bool,
    /// Rises with each write.
    pub version: u64,
}

impl PasswordReset {
    /// What asking for a reset leads to: a new one, in place of the one before. While no other mail may go to a suppressed
    /// address, the one that was mailed stays until it is used, and whoever gets mails again meanwhile gets that one once more.
    pub fn asked(email: &Email, held: Option<&Self>, id: PasswordResetId, now: Timestamp) -> Self {
        match held {
            Some(held) if held.exception.is_some() && !held.used && now < held.expires_at => {
                Self { requested_at: now, version: held.version + 1, ..held.clone() }
            }
            _ => Self::new(email, held.map_or(0, |held| held.version), id, now),
        }
    }

    /// A new reset for an address, in place of the one before it (`seen`: its version, or 0).
    pub fn new(email: &Email, seen: u64, id: PasswordResetId, now: Timestamp) -> Self {
        Self {
            email: email.folded(),
            id,
            requested_at: now,
            expires_at: now + SignedDuration::from_mins(RESET_MINUTES),
            exception: None,
            used: false,
            version: seen + 1,
        }
    }

    /// As it is once this delivery has brought it, as [`Verification::mailed`].
    pub fn mailed(&self, passage: Passage, delivery: &str, now: Timestamp) -> Option<Self> {
        Some(match passage.exception(self.exception.as_ref(), delivery, now)? {
            None => self.clone(),
            Some(made) => {
                Self { version: self.version + 1, expires_at: made.until, exception: Some(made), ..self.clone() }
            }
        })
    }

    /// After redeeming: then there is nothing to keep, either.
    ///
    /// # Errors
    /// It isn't this one, has run out, or was used.
    pub fn redeemed(&self, id: PasswordResetId, now: Timestamp) -> Result<PasswordReset, Refusal> {
        if self.id != id || self.used || now >= self.expires_at {
            return Err(wrong_reset());
        }
        Ok(Self { used: true, exception: None, version: self.version + 1, ..self.clone() })
    }

    /// After a code was entered, as [`Verification::without_exception`].
    pub fn without_exception(&self) -> Option<Self> {
        self.exception.as_ref().map(|_| Self { version: self.version + 1, exception: None, ..self.clone() })
    }
}

/// Somebody signed up with an address that has an account already: its owner is told by mail, the one who typed isn't.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignUpNotice {
    /// The folded address.
    pub email: String,
    /// When.
    pub requested_at: Timestamp,
}

/// One log-in on one device: a chain of refresh tokens of which only the last may be used, and for a moment the one before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenFamily {
    /// Its id; the token carries it.
    pub id: TokenFamilyId,
    /// Whose.
    pub user: UserId,
    /// SHA-256 of the secret of the token that may be used next, in hex.
    pub secret_hash: String,
    /// The token before it; none where the first wasn't used yet.
    pub spent: Option<SpentToken>,
    /// When it ends, unless used before.
    pub expires_at: Timestamp,
    /// The user's epoch when they logged in.
    pub login_epoch: u32,
    /// Whether it was ended, by its user or because a token was used twice.
    pub ended: bool,
    /// Rises with each write.
    pub version: u64,
}

/// The token that was used last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpentToken {
    /// SHA-256 of its secret, in hex.
    pub hash: String,
    /// What leads from its secret to that of the token after it; nothing by itself.
    pub salt: String,
    /// When it was first used.
    pub used_at: Timestamp,
}

/// The step from a refresh token to the one after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// SHA-256 of the secret that was presented.
    pub presented: String,
    /// What the next secret was derived with.
    pub salt: String,
    /// SHA-256 of the next secret.
    pub next: String,
}

/// What a presented refresh token leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Refresh {
    /// The family with the next secret in place.
    Rotated(TokenFamily),
    /// The token was used a moment ago: the same token follows it as did then, derived with this salt. Nothing changes.
    Repeated(String),
    /// The token was used before: somebody has a copy, the family ends (RFC 9700, section 4.14.2).
    Reused(TokenFamily),
    /// The token isn't valid.
    Refused,
}

/// For how long after its first use the token used last leads on: an answer that was lost on a bad line, or a page that was
/// reloaded before it came, must not log anybody out.
pub const REFRESH_LEEWAY_SECONDS: i64 = 30;

impl TokenFamily {
    /// A new log-in.
    pub fn new(id: TokenFamilyId, user: &User, secret_hash: String, now: Timestamp) -> Self {
        Self {
            id,
            user: user.id,
            secret_hash,
            spent: None,
            expires_at: now + SignedDuration::from_hours(24 * REFRESH_DAYS),
            login_epoch: user.login_epoch,
            ended: false,
            version: 1,
        }
    }

    /// What follows when a token is used, with the step that would be taken from it.
    pub fn refreshed(&self, user: &User, step: Step, now: Timestamp) -> Refresh {
        if self.ended || self.user != user.id || self.login_epoch != user.login_epoch || now >= self.expires_at {
            return Refresh::Refused;
        }
        if self.secret_hash == step.presented {
            return Refresh::Rotated(Self {
                secret_hash: step.next,
                spent: Some(SpentToken { hash: step.presented, salt: step.salt, used_at: now }),
                expires_at: now + SignedDuration::from_hours(24 * REFRESH_DAYS),
                version: self.version + 1,
                ..self.clone()
            });
        }
        // Counted from the first use: who repeats an old token can't keep it alive.
        let leeway = SignedDuration::from_secs(REFRESH_LEEWAY_SECONDS);
        match &self.spent {
            Some(spent) if spent.hash == step.presented && now.duration_since(spent.used_at) <= leeway => {
                Refresh::Repeated(spent.salt.clone())
            }
            _ => Refresh::Reused(self.ended()),
        }
    }

    /// Whether a secret of this hash is the newest or the one before it: who knows it was logged in.
    pub fn knows(&self, hash: &str) -> bool {
        self.secret_hash == hash || self.spent.as_ref().is_some_and(|spent| spent.hash == hash)
    }

    /// The family, ended.
    pub fn ended(&self) -> Self {
        Self { ended: true, version: self.version + 1, ..self.clone() }
    }
}
