//! What is shown of scans.

use domain::bookings::PartySize;
use domain::checkins::{Admission, DoorPass, Outcome, RedReason, Scan};
use domain::events::Event;
use domain::ids::{DoorPassId, EventId, ScanId, TicketId};
use domain::text::{DoorName, PersonName};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What a scan came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScanView {
    /// The scan.
    pub scan: ScanId,
    /// Green, amber or red.
    pub outcome: Outcome,
    /// What the door had shown for it, where it was offline: a conflict, where it is another than the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_offline: Option<Outcome>,
    /// Why it is red.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<RedReason>,
    /// The ticket, where the code was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The name on the booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// How many come with the booking: of so many is this ticket one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_size: Option<PartySize>,
    /// When, as the door's clock said.
    pub at: Timestamp,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door: Option<DoorName>,
    /// The admission that stands; for amber, when and where the first was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
    /// When it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
}

impl From<Scan> for ScanView {
    fn from(scan: Scan) -> Self {
        ScanView {
            scan: scan.id,
            outcome: scan.outcome,
            shown_offline: scan.shown_offline,
            reason: scan.reason,
            ticket: scan.ticket,
            name: scan.name,
            party_size: scan.party_size,
            at: scan.at,
            door: scan.door,
            admission: scan.admission,
            undone_at: scan.undone_at,
        }
    }
}

/// A door pass, without its token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoorPassView {
    /// Its id, for revoking it.
    pub id: DoorPassId,
    /// Its event.
    pub event: EventId,
    /// Its door.
    pub door: DoorName,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, as the event is planned now.
    pub ends_at: Timestamp,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl DoorPassView {
    /// A pass to the door of `event`.
    pub fn new(pass: DoorPass, event: &Event) -> Self {
        DoorPassView {
            id: pass.id,
            event: pass.event,
            door: pass.door,
            created_at: pass.created_at,
            ends_at: DoorPass::ends(event),
            revoked_at: pass.revoked_at,
        }
    }
}
