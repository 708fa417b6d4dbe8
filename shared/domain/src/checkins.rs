//! The door: door passes, scans, and who came in. A ticket admits once.

use crate::bookings::{Booking, PartySize, State};
use crate::events::{Event, FARTHEST_DAYS, LONGEST_DAYS, Status};
use crate::ids::{BookingId, DoorPassId, EventId, ScanId, TicketId};
use crate::record::{Change, Record};
use crate::refusal::Refusal;
use crate::text::{DoorName, PersonName};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long after the event's end its door passes still work, for scans that were made offline.
pub const DOOR_PASS_GRACE_HOURS: i64 = 12;
/// How long a ticket or a door pass can be of use after it was made: until the door of the farthest event has closed.
pub const LONGEST_USE: SignedDuration =
    SignedDuration::from_hours(24 * (FARTHEST_DAYS + LONGEST_DAYS) + DOOR_PASS_GRACE_HOURS);

/// A link that lets door staff scan for one event without an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorPass {
    /// Its id; the token carries it.
    pub id: DoorPassId,
    /// For which event.
    pub event: EventId,
    /// The door it was made for.
    pub door: DoorName,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Rises with each write.
    pub version: u64,
}

impl DoorPass {
    /// When passes of this event end. Derived, so that a pass follows an event that is moved.
    pub fn ends(event: &Event) -> Timestamp {
        event.ends.instant + SignedDuration::from_hours(DOOR_PASS_GRACE_HOURS)
    }

    /// The pass, revoked.
    pub fn revoked(&self, now: Timestamp) -> DoorPass {
        DoorPass { version: self.version + 1, revoked_at: Some(self.revoked_at.unwrap_or(now)), ..self.clone() }
    }

    /// Whether it opens the door of this event now.
    ///
    /// # Errors
    /// Revoked, of another event, or ended.
    pub fn checked(&self, event: &Event, now: Timestamp) -> Result<(), Refusal> {
        if self.event != event.id {
            return Err(Refusal::not_found("event"));
        }
        if self.revoked_at.is_some() {
            return Err(Refusal::unauthorized(
                "door_pass_revoked",
                "This door pass was revoked. Ask the organizer for a new one.",
            ));
        }
        if now >= DoorPass::ends(event) {
            return Err(Refusal::unauthorized("door_pass_ended", "This door pass has ended with its event."));
        }
        Ok(())
    }
}

/// When and where somebody came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Admission {
    /// The scan that let them in.
    pub scan: ScanId,
    /// When, as the door's clock said.
    pub at: Timestamp,
    /// Where.
    pub door: Option<DoorName>,
}

/// What a scan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Green: come in.
    Admitted,
    /// Amber: this ticket is in already.
    AlreadyIn,
    /// Red: the ticket isn't valid (any more).
    Refused,
}

/// Why a scan was red.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedReason {
    /// The ticket is for another event.
    OtherEvent,
    /// The code isn't a ticket of ours.
    NotATicket,
    /// There is no such ticket.
    Unknown,
    /// The booking was called off.
    Cancelled,
    /// A newer copy of the ticket was issued.
    Superseded,
    /// The event is cancelled.
    EventCancelled,
    /// This very scan was taken back: the ticket needs a new one. Only a scan that is sent again is told so.
    Undone,
}

/// One scan at the door, kept under its own id, so that a repeated one gets the first one's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The scanner's id for it.
    pub id: ScanId,
    /// At which event.
    pub event: EventId,
    /// The ticket, where the code was one.
    pub ticket: Option<TicketId>,
    /// The name on the booking.
    pub name: Option<PersonName>,
    /// How many come with it.
    pub party_size: Option<PartySize>,
    /// When, as the door's clock said.
    pub at: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Where.
    pub door: Option<DoorName>,
    /// What it came to.
    pub outcome: Outcome,
    /// What the door had shown by then, where it was offline. What happened there is a fact: where this is green and the outcome
    /// isn't, somebody went in all the same.
    pub shown_offline: Option<Outcome>,
    /// Why it was red.
    pub reason: Option<RedReason>,
    /// The admission that stands, where there is one: for amber, the first.
    pub admission: Option<Admission>,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// Rises with each write.
    pub version: u64,
}

impl Scan {
    /// The answer for whoever sends the scan again: that which it got, unless it was undone since. Green would then let in
    /// somebody who doesn't count as in.
    pub fn sent_again(self) -> Scan {
        match self.undone_at {
            None => self,
            Some(_) => Scan { outcome: Outcome::Refused, reason: Some(RedReason::Undone), admission: None, ..self },
        }
    }
}

/// What a scanner says about one scan.
#[derive(Clone, Debug)]
pub struct ScanReport {
    /// Its id.
    pub id: ScanId,
    /// When, as the door's clock said.
    pub at: Timestamp,
    /// Where.
    pub door: Option<DoorName>,
    /// What the door showed by itself, where it was offline.
    pub shown_offline: Option<Outcome>,
}

/// What was shown at the door: what could be read of it.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A ticket of which the whole token was read.
    Token(TicketId, EventId, String),
    /// A name picked from the list.
    Listed(TicketId),
    /// A code that isn't a ticket of ours.
    Foreign,
}

impl Shown {
    /// The ticket.
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Shown::Token(ticket, _, _) | Shown::Listed(ticket) => Some(*ticket),
            Shown::Foreign => None,
        }
    }

    /// The booking to look up.
    pub fn booking(&self) -> Option<BookingId> {
        self.ticket().map(|ticket| ticket.booking)
    }
}

/// Decides one scan. `booking` is what the shown ticket's id leads to, if anything.
pub fn check_in(
    event: &Event,
    booking: Option<&Booking>,
    shown: &Shown,
    report: ScanReport,
    now: Timestamp,
) -> (Scan, Vec<Change>) {
    // A scan is never lost for a clock that is wrong. One that is ahead, or behind the event's own making, says nothing, and the
    // scan is as late as it reached us.
    let at = if (event.created_at..now).contains(&report.at) { report.at } else { now };
    let mut scan = Scan {
        id: report.id,
        event: event.id,
        ticket: shown.ticket(),
        name: None,
        party_size: None,
        at,
        received_at: now,
        door: report.door,
        outcome: Outcome::Refused,
        shown_offline: report.shown_offline,
        reason: None,
        admission: None,
        undone_at: None,
        version: 1,
    };
    let mut changes = Vec::new();
    match admissible(event, booking, shown) {
        Err(reason) => scan.reason = Some(reason),
        Ok((booking, index)) => {
            scan.name = Some(booking.name.clone());
            scan.party_size = Some(booking.party_size);
            match booking.tickets.iter().find(|ticket| ticket.index == index).and_then(|t| t.admission.clone()) {
                Some(first) => {
                    scan.outcome = Outcome::AlreadyIn;
                    scan.admission = Some(first);
                }
                None => {
                    let admission = Admission { scan: scan.id.clone(), at, door: scan.door.clone() };
                    scan.outcome = Outcome::Admitted;
                    scan.admission = Some(admission.clone());
                    let mut booking = Booking { version: booking.version + 1, ..booking.clone() };
                    if booking.state == State::Confirmed {
                        booking.state = State::Attended;
                        booking.since = now;
                    }
                    for ticket in booking.tickets.iter_mut().filter(|ticket| ticket.index == index) {
                        ticket.admission = Some(admission.clone());
                    }
                    changes.push(Change::Admit { event: event.id, pool: booking.home_pool(), people: 1 });
                    changes.push(Change::Replace(Record::Booking(booking)));
                }
            }
        }
    }
    changes.push(Change::Insert(Record::Scan(scan.clone())));
    (scan, changes)
}

fn admissible<'a>(event: &Event, booking: Option<&'a Booking>, shown: &Shown) -> Result<(&'a Booking, u8), RedReason> {
    let ticket = shown.ticket().ok_or(RedReason::NotATicket)?;
    if matches!(shown, Shown::Token(_, other, _) if *other != event.id) {
        return Err(RedReason::OtherEvent);
    }
    let booking = booking.ok_or(RedReason::Unknown)?;
    if booking.event != event.id {
        return Err(RedReason::OtherEvent);
    }
    let held = booking.tickets.iter().find(|held| held.index == ticket.index).ok_or(RedReason::Unknown)?;
    if event.status == Status::Cancelled {
        return Err(RedReason::EventCancelled);
    }
    if !matches!(booking.state, State::Confirmed | State::Attended) {
        return Err(RedReason::Cancelled);
    }
    match shown {
        // A scanner may change the case, which means nothing in base32.
        Shown::Token(_, _, token) if !token.eq_ignore_ascii_case(&held.token) => Err(RedReason::Superseded),
        _ => Ok((booking, ticket.index)),
    }
}

/// Takes a check-in back: a slip of the finger at the door.
///
/// # Errors
/// The scan didn't let anybody in, or its admission was replaced since.
pub fn undo(scan: &Scan, booking: Option<&Booking>, now: Timestamp) -> Result<(Scan, Vec<Change>), Refusal> {
    if scan.undone_at.is_some() {
        return Ok((scan.clone(), Vec::new()));
    }
    let nothing = || Refusal::conflict("nothing_to_undo", "This scan let nobody in, so there is nothing to undo.");
    if scan.outcome != Outcome::Admitted {
        return Err(nothing());
    }
    let ticket = scan.ticket.ok_or_else(nothing)?;
    let booking = booking.ok_or_else(nothing)?;
    let mut undone = Booking { version: booking.version + 1, ..booking.clone() };
    let held = undone.tickets.iter_mut().find(|held| held.index == ticket.index).ok_or_else(nothing)?;
    if held.admission.as_ref().is_none_or(|admission| admission.scan != scan.id) {
        return Err(nothing());
    }
    held.admission = None;
    if undone.state == State::Attended && undone.tickets.iter().all(|ticket| ticket.admission.is_none()) {
        undone.state = State::Confirmed;
        undone.since = now;
    }
    let scan = Scan { version: scan.version + 1, undone_at: Some(now), ..scan.clone() };
    let changes = vec![
        Change::Replace(Record::Scan(scan.clone())),
        Change::Admit { event: scan.event, pool: undone.home_pool(), people: -1 },
        Change::Replace(Record::Booking(undone)),
    ];
    Ok((scan, changes))
}
