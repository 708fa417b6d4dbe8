//! What is shown of scans.

use domain::checkins::{Admission, Outcome, RedReason, Scan};
use domain::ids::{ScanId, TicketId};
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
    /// Why it is red.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<RedReason>,
    /// The ticket, where the code was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The name on the booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
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
            reason: scan.reason,
            ticket: scan.ticket,
            name: scan.name,
            at: scan.at,
            door: scan.door,
            admission: scan.admission,
            undone_at: scan.undone_at,
        }
    }
}
