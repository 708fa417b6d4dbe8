//! Facts: what happened, told from what was stored before and after. Pure, so that a replayed stream record makes the
//! same facts.

mod moved;

pub use moved::{Before, Difference, Moves, TOLD_TOGETHER_MINUTES};

use crate::accounts::{MailKind, Suppressed, User};
use crate::bookings::{Booking, CancelledBy, State};
use crate::events::{Event, Status};
use crate::ids::{AnnouncementId, BookingId, EventId, PasswordResetId, UserId};
use crate::record::Record;
use crate::reminders::{Reminder, ReminderKind, ReminderState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A fact, as it travels through the queues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The id of the stream record it comes from. A record makes one fact at most, so it is the fact's own.
    pub id: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum What {
    /// A code for this address was asked for.
    VerificationRequested {
        /// The folded address.
        email: String,
        /// When; an overtaken request is known by it.
        requested_at: Timestamp,
    },
    /// A reset of the password behind this address was asked for.
    PasswordResetRequested {
        /// The folded address.
        email: String,
        /// Which.
        reset: PasswordResetId,
    },
    /// Somebody signed up with an address that has an account.
    KnownAddressSignedUp {
        /// The folded address.
        email: String,
    },
    /// A place was confirmed.
    BookingConfirmed {
        /// Which.
        booking: BookingId,
        /// At which event.
        event: EventId,
    },
    /// The tickets are to be sent once more.
    TicketsRequested {
        /// Of which booking.
        booking: BookingId,
    },
    /// A booking was called off.
    BookingCancelled {
        /// Which.
        booking: BookingId,
        /// By whom.
        by: CancelledBy,
    },
    /// Time or place of a published event changed.
    EventMoved {
        /// Which.
        event: EventId,
        /// Its terms since; an older move is overtaken by a newer ([`What::still_holds`]).
        terms: u64,
        /// What they were before.
        before: Box<Before>,
    },
    /// A published event was called off.
    EventCancelled {
        /// Which.
        event: EventId,
    },
    /// A reminder fired.
    ReminderFired {
        /// Of which event.
        event: EventId,
        /// Which reminder.
        kind: ReminderKind,
        /// For which start.
        starts: Timestamp,
    },
    /// The organizer told something.
    Announced {
        /// Of which event.
        event: EventId,
        /// What.
        announcement: AnnouncementId,
    },
}

impl What {
    /// The event whose guests are all told, if that is what follows.
    pub fn event_of_all(&self) -> Option<EventId> {
        match self {
            What::EventMoved { event, .. }
            | What::EventCancelled { event }
            | What::ReminderFired { event, .. }
            | What::Announced { event, .. } => Some(*event),
            What::VerificationRequested { .. }
            | What::PasswordResetRequested { .. }
            | What::KnownAddressSignedUp { .. }
            | What::BookingConfirmed { .. }
            | What::TicketsRequested { .. }
            | What::BookingCancelled { .. } => None,
        }
    }

    /// Whether a message about it should still go out, given the event as it is now: a move is overtaken by a newer one and
    /// by the event's end or cancellation, a reminder by a move and by the start. What concerns no event holds.
    pub fn still_holds(&self, event: &Event, now: Timestamp) -> bool {
        match self {
            What::EventMoved { terms, .. } => {
                event.status == Status::Published && event.moved_terms == *terms && now < event.ends.instant
            }
            What::ReminderFired { starts, .. } => Reminder::still_holds(event, *starts, now),
            What::EventCancelled { .. } => event.status == Status::Cancelled,
            _ => true,
        }
    }

    /// The kind of mail that its reader may have turned off; `None` for what can't be.
    pub fn mail_kind(&self) -> Option<MailKind> {
        match self {
            What::ReminderFired { kind: ReminderKind::DayBefore, .. } => Some(MailKind::ReminderDayBefore),
            What::ReminderFired { kind: ReminderKind::HourBefore, .. } => Some(MailKind::ReminderHourBefore),
            What::Announced { .. } => Some(MailKind::Announcement),
            _ => None,
        }
    }
}

/// To whom one message goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// Whoever has this address, by its folded form.
    Address(String),
    /// The user of a booking.
    Guest(BookingId),
    /// The organizer of the event of a booking.
    Organizer(BookingId),
}

/// One message to one person over one channel (so far: mail), caused by one fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Why.
    pub fact: Fact,
    /// To whom.
    pub to: To,
}

impl Delivery {
    /// The key under which it is delivered once: fact, person, channel.
    pub fn key(&self) -> String {
        let to = match &self.to {
            To::Address(email) => email.clone(),
            To::Guest(booking) => booking.to_string(),
            To::Organizer(booking) => format!("organizer of {booking}"),
        };
        format!("{}/{to}/mail", self.fact.id)
    }
}

/// The deliveries of a fact that concerns one booking or address; empty for one that concerns everybody at an event.
pub fn direct_deliveries(fact: &Fact) -> Vec<Delivery> {
    let to = match &fact.what {
        What::VerificationRequested { email, .. }
        | What::PasswordResetRequested { email, .. }
        | What::KnownAddressSignedUp { email } => vec![To::Address(email.clone())],
        What::BookingConfirmed { booking, .. } => vec![To::Guest(*booking), To::Organizer(*booking)],
        What::TicketsRequested { booking } | What::BookingCancelled { booking, .. } => vec![To::Guest(*booking)],
        What::EventMoved { .. } | What::EventCancelled { .. } | What::ReminderFired { .. } | What::Announced { .. } => {
            vec![]
        }
    };
    to.into_iter().map(|to| Delivery { fact: fact.clone(), to }).collect()
}

/// Whether a booking in this state is told of an event's move, cancellation, reminder or announcement.
pub fn is_told(state: State, what: &What) -> bool {
    match what {
        What::ReminderFired { .. } => state == State::Confirmed || state == State::Attended,
        _ => state.is_live(),
    }
}

/// Whether a user may get mail about this: no mail goes to an unverified address but verification, reset and "already
/// registered"; what can be turned off is sent only where it is wanted. A code goes to a verified address, too, where mails came
/// back from it, to show that they don't any more. What is suppressed besides, [`User::passage`] says.
pub fn may_mail(user: &User, what: &What) -> bool {
    match what {
        What::VerificationRequested { .. } => !user.is_verified() || user.suppressed() == Some(Suppressed::Bounced),
        What::PasswordResetRequested { .. } | What::KnownAddressSignedUp { .. } => true,
        _ => user.is_verified() && what.mail_kind().is_none_or(|kind| user.mails.wants(kind)),
    }
}

/// What happened between two states of one record. `stream_id` is the stream record's own id.
pub fn facts(stream_id: &str, old: Option<&Record>, new: Option<&Record>) -> Vec<Fact> {
    let Some(new) = new else { return Vec::new() };
    let what = match (old, new) {
        (old, Record::Verification(new)) => {
            let before = match old {
                Some(Record::Verification(old)) => Some(old.requested_at),
                _ => None,
            };
            let asked = before != Some(new.requested_at);
            asked.then(|| What::VerificationRequested { email: new.email.clone(), requested_at: new.requested_at })
        }
        (old, Record::PasswordReset(new)) => {
            let again = matches!(old, Some(Record::PasswordReset(old)) if old.id == new.id && old.requested_at == new.requested_at);
            (!again).then(|| What::PasswordResetRequested { email: new.email.clone(), reset: new.id })
        }
        (old, Record::SignUpNotice(new)) => {
            let again = matches!(old, Some(Record::SignUpNotice(old)) if old.requested_at == new.requested_at);
            (!again).then(|| What::KnownAddressSignedUp { email: new.email.clone() })
        }
        (Some(Record::Event(old)), Record::Event(new)) => event_fact(old, new),
        (Some(Record::Reminder(old)), Record::Reminder(new)) => {
            let fired = old.state != ReminderState::Fired && new.state == ReminderState::Fired;
            fired.then(|| What::ReminderFired { event: new.event, kind: new.kind, starts: new.starts })
        }
        (None, Record::Announcement(new)) => Some(What::Announced { event: new.event, announcement: new.id }),
        (old, Record::Booking(new)) => {
            let old = match old {
                Some(Record::Booking(old)) => Some(old),
                _ => None,
            };
            booking_fact(old, new)
        }
        _ => None,
    };
    what.map(|what| Fact { id: stream_id.to_owned(), what }).into_iter().collect()
}

fn event_fact(old: &Event, new: &Event) -> Option<What> {
    if old.status == Status::Published && new.status == Status::Cancelled {
        return Some(What::EventCancelled { event: new.id });
    }
    let last = Before::of(old);
    let moved = !last.differences(new).is_empty();
    (moved && old.status == Status::Published && new.status == Status::Published).then(|| What::EventMoved {
        event: new.id,
        terms: new.terms,
        before: Box::new(new.moves.as_ref().map_or(last, |moves| moves.told(old, new))),
    })
}

fn booking_fact(old: Option<&Booking>, new: &Booking) -> Option<What> {
    let before = old.map(|old| old.state);
    match (before, new.state) {
        // An undone check-in goes back to confirmed; nobody is mailed another ticket for that.
        (Some(State::Confirmed | State::Attended), State::Confirmed) => {
            old.is_some_and(|old| old.resends < new.resends).then_some(What::TicketsRequested { booking: new.id })
        }
        (_, State::Confirmed) => Some(What::BookingConfirmed { booking: new.id, event: new.event }),
        (Some(State::Attended), State::Attended) => {
            old.is_some_and(|old| old.resends < new.resends).then_some(What::TicketsRequested { booking: new.id })
        }
        (Some(State::Cancelled), _) => None,
        (Some(_), State::Cancelled) => new.cancelled_by.map(|by| What::BookingCancelled { booking: new.id, by }),
        _ => None,
    }
}

/// The user whom an unsubscribe link speaks of and what it turns off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// Who.
    pub user: UserId,
    /// What.
    pub kind: MailKind,
}
