//! Addresses that mails come back from, or whose reader called a mail unwanted: mails to them are suppressed.

use super::User;
use crate::facts::What;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why mails to an address are suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suppressed {
    /// A mail came back for good: there is no such mailbox, or it takes no mail.
    Bounced,
    /// The reader called a mail unwanted.
    Complained,
}

/// What was reported of the mails to an address. Each report is kept as the time at which the mail was sent, and the newest counts:
/// so reports may come late, twice and in any order, and what their reader has shown or said since then holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailReports {
    /// When the newest mail was sent that came back for good.
    pub bounced: Option<Timestamp>,
    /// When the newest mail was sent that its reader called unwanted.
    pub complained: Option<Timestamp>,
    /// When the reader last asked for mails again.
    pub resumed_at: Option<Timestamp>,
}

/// Whether a mail goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It does.
    Free,
    /// It does unless another of its kind went to that address within so many days.
    OnceIn {
        /// How many.
        days: u8,
    },
    /// It doesn't.
    Suppressed,
}

/// The one mail of its kind that went out in spite of a suppression. It is kept with what it brought, so that nobody can void
/// that by asking again while no other mail may bring another. It ends with whatever shows that its reader reads it, a code or a
/// reset: how long it was to stand was for who hadn't shown that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The key of its delivery, which may be tried anew.
    pub delivery: String,
    /// From when on another may go.
    pub until: Timestamp,
}

impl Exception {
    /// Whether no other may go yet.
    pub fn stands(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

impl Passage {
    /// Whether this delivery goes out, given the last exception, and the exception that it newly makes.
    pub fn exception(self, last: Option<&Exception>, delivery: &str, now: Timestamp) -> Option<Option<Exception>> {
        match (self, last.filter(|last| last.stands(now))) {
            (Passage::Free, _) => Some(None),
            (Passage::OnceIn { .. }, Some(last)) => (last.delivery == delivery).then_some(None),
            (Passage::OnceIn { days }, None) => {
                let until = now + SignedDuration::from_hours(24 * i64::from(days));
                Some(Some(Exception { delivery: delivery.to_owned(), until }))
            }
            (Passage::Suppressed, _) => None,
        }
    }
}

impl User {
    /// Why mails to their address are suppressed, if they are. Mails that were sent before a code was last entered, or a reset
    /// redeemed, say nothing of the mailbox any more, and mails from before they asked for mails again nothing of what they want.
    pub fn suppressed(&self) -> Option<Suppressed> {
        let MailReports { bounced, complained, resumed_at } = self.reports;
        let stands = |mail: Option<Timestamp>, since: Option<Timestamp>| {
            mail.is_some_and(|sent_at| since.is_none_or(|since| sent_at >= since))
        };
        if stands(complained, resumed_at) {
            Some(Suppressed::Complained)
        } else {
            stands(bounced, self.email_verified_at).then_some(Suppressed::Bounced)
        }
    }

    /// After a report of a mail that was sent to them at `sent_at`; `None` where it changes nothing, since a newer one is known
    /// or it was overtaken.
    pub fn reported(&self, why: Suppressed, sent_at: Timestamp) -> Option<User> {
        let mut user = self.clone();
        let (held, since) = match why {
            Suppressed::Bounced => (&mut user.reports.bounced, self.email_verified_at),
            Suppressed::Complained => (&mut user.reports.complained, self.reports.resumed_at),
        };
        if held.is_some_and(|held| held >= sent_at) || since.is_some_and(|since| since > sent_at) {
            return None;
        }
        *held = Some(sent_at);
        user.version += 1;
        Some(user)
    }

    /// Whether a mail about this may go to them. In spite of a suppression goes, once a day, what is asked for with the address
    /// just then and is the way back: a code, or a link to a new password. Who called a mail unwanted and never showed that the
    /// address is theirs has it once a month: most likely somebody else wrote it down, and they want nothing of us.
    pub fn passage(&self, what: &What) -> Passage {
        let way_back = matches!(what, What::VerificationRequested { .. } | What::PasswordResetRequested { .. });
        match self.suppressed() {
            None => Passage::Free,
            Some(Suppressed::Complained) if way_back && !self.is_verified() => Passage::OnceIn { days: 30 },
            Some(_) if way_back => Passage::OnceIn { days: 1 },
            Some(_) => Passage::Suppressed,
        }
    }
}
