//! What is stored, and the changes that a decision asks for. A decision is a list of changes; all of them happen or none.

use crate::accounts::{EmailClaim, PasswordReset, SignUpNotice, TokenFamily, User, Verification};
use crate::announcements::Announcement;
use crate::bookings::{Booking, Calendar};
use crate::checkins::{DoorPass, Scan};
use crate::events::{Event, EventClaim, ShortLink, SlugClaim};
use crate::ids::{EventId, UserId};
use crate::pools::Pool;
use crate::reminders::Reminder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything that is stored. The tag is written with the item, so that a stream's reader knows what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the type it holds")]
#[expect(clippy::large_enum_variant, reason = "events are what is stored most; a handful of records live at a time")]
pub enum Record {
    User(User),
    EmailClaim(EmailClaim),
    Verification(Verification),
    PasswordReset(PasswordReset),
    SignUpNotice(SignUpNotice),
    TokenFamily(TokenFamily),
    Event(Event),
    EventClaim(EventClaim),
    SlugClaim(SlugClaim),
    ShortLink(ShortLink),
    Reminder(Reminder),
    Announcement(Announcement),
    DoorPass(DoorPass),
    Pool(Pool),
    Booking(Booking),
    Calendar(Calendar),
    Scan(Scan),
}

impl Record {
    /// The version that this record will have, where it carries one.
    pub fn version(&self) -> Option<u64> {
        match self {
            Record::User(user) => Some(user.version),
            Record::Verification(verification) => Some(verification.version),
            Record::PasswordReset(reset) => Some(reset.version),
            Record::TokenFamily(family) => Some(family.version),
            Record::Event(event) => Some(event.version),
            Record::DoorPass(pass) => Some(pass.version),
            Record::Booking(booking) => Some(booking.version),
            Record::Calendar(calendar) => Some(calendar.version),
            Record::Scan(scan) => Some(scan.version),
            Record::EmailClaim(_)
            | Record::SignUpNotice(_)
            | Record::EventClaim(_)
            | Record::SlugClaim(_)
            | Record::ShortLink(_)
            | Record::Reminder(_)
            | Record::Announcement(_)
            | Record::Pool(_) => None,
        }
    }
}

/// One change to what is stored, with the condition under which it may happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new record; fails where its key exists.
    Insert(Record),
    /// A new state of a record with a version; fails unless the stored version is the one before it (for version 1: unless
    /// there is none).
    Replace(Record),
    /// A record whatever was there: for what is guarded by another change of the same decision.
    Put(Record),
    /// No such record any more, whatever was there.
    Remove(Record),
    /// No such record any more; fails unless the stored version is `seen`.
    RemoveSeen {
        /// The record.
        record: Record,
        /// The version that was read.
        seen: u64,
    },
    /// A reminder's next state; fails unless it is still planned for the same start.
    Tick(Reminder),
    /// Places taken from a pool; fails unless it is open, on these terms, and has so many left.
    TakePlaces {
        /// The event.
        event: EventId,
        /// The pool.
        pool: u8,
        /// The terms that were agreed to.
        terms: u64,
        /// How many.
        places: u8,
        /// How many bookings have their home here from now on: 1, or 0 where places of another pool's booking are taken.
        bookings: u8,
    },
    /// Places given back to a pool.
    FreePlaces {
        /// The event.
        event: EventId,
        /// The pool.
        pool: u8,
        /// How many.
        places: u8,
        /// How many bookings had their home here: 1, or 0 where places of another pool's booking come back.
        bookings: u8,
    },
    /// More (or, below zero, fewer) places and new terms for a pool; fails unless it is open on the terms `seen` and has
    /// enough left to lose.
    ChangePool {
        /// The event.
        event: EventId,
        /// The pool.
        pool: u8,
        /// The terms before.
        seen: u64,
        /// The terms from now on.
        terms: u64,
        /// The difference in places.
        more: i64,
    },
    /// No more places from this pool; fails unless it is on the terms `seen`.
    ClosePool {
        /// The event.
        event: EventId,
        /// The pool.
        pool: u8,
        /// The terms before.
        seen: u64,
    },
    /// A user's address is shown to be theirs; fails where there is no such user. Needs no read of the user.
    VerifyAddress {
        /// Who.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// A user's new password, chosen by the link of a mail: it ends all their log-ins, and shows that the address is theirs. Fails
    /// where there is no such user. Needs no read of the user.
    ResetPassword {
        /// Who.
        user: UserId,
        /// Argon2id in PHC form.
        hash: String,
        /// When.
        at: Timestamp,
    },
    /// People let in (or, below zero, let out again), for the count of arrivals.
    Admit {
        /// The event.
        event: EventId,
        /// The pool of the booking.
        pool: u8,
        /// How many.
        people: i8,
    },
}
