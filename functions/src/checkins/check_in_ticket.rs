//! Scanning somebody in.

use super::ScanView;
use super::at_door::admitted_by;
use domain::checkins::{Outcome, ScanReport, Shown, check_in};
use domain::ids::{EventId, ScanId, TicketId};
use domain::text::DoorName;
use domain::{FaultCode, Refusal};
use jiff::Timestamp;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Scan a ticket, or check in a name from the list. The answer is always 200 with green (`admitted`), amber (`already_in`,
/// with when and where) or red (`refused`, with the reason). The same scan sent again gets the same answer, unless it was undone
/// since (`undone`).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInTicket {
    /// At which event.
    event: EventId,
    /// The scanner's own id for this scan: a new one for every scan, the same when it is sent again.
    scan: ScanId,
    /// What the QR code says; or else `ticket`.
    #[serde(default)]
    token: Option<String>,
    /// A ticket that was picked from the list; or else `token`.
    #[serde(default)]
    ticket: Option<TicketId>,
    /// When it was scanned, for scans made offline; now, where it isn't said, lies ahead or is before the event was made.
    #[serde(default)]
    at: Option<Timestamp>,
    /// At which door; that of the door pass, where it isn't said.
    #[serde(default)]
    door: Option<DoorName>,
    /// What you showed for it, where you were offline and decided by yourself. It is kept beside the outcome, whatever that is:
    /// who let somebody in did so.
    #[serde(default)]
    shown_offline: Option<Outcome>,
}

impl Route for CheckInTicket {
    const ROUTE: &str = "POST /api/events/{event}/check-ins";
    const CALLER: Caller = Caller::DoorOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings), write(Table::Bookings), write(Table::Pools)];
    type Reply = Json<ScanView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let shown = match (self.token, self.ticket) {
            (Some(token), None) => cx.read_ticket_token(&token).await?,
            (None, Some(ticket)) => Shown::Listed(ticket),
            _ => return Err(Refusal::field("token", FaultCode::TokenOrTicketRequired).into()),
        };
        let pass = cx.door_pass().map(|(pass, _)| pass);
        let desk = cx.store().door_desk(self.event, pass, shown.booking(), &self.scan).await?;
        let event = desk.event.ok_or_else(|| Refusal::not_found("event"))?;
        let pass = match pass {
            Some(_) => Some(admitted_by(&event, desk.pass, cx)?),
            None => {
                event.clone().run_by(cx.user()?)?;
                None
            }
        };
        if let Some(scan) = desk.scan {
            return Ok(Json(scan.sent_again().into()));
        }
        let door = self.door.or_else(|| pass.map(|pass| pass.door));
        let report =
            ScanReport { id: self.scan, at: self.at.unwrap_or(cx.now()), door, shown_offline: self.shown_offline };
        let (scan, changes) = check_in(&event, desk.booking.as_ref(), &shown, report, cx.now());
        let metric = match scan.outcome {
            Outcome::Admitted => "ScansAdmitted",
            Outcome::AlreadyIn => "ScansAlreadyIn",
            Outcome::Refused => "ScansRefused",
        };
        let reply = cx.commit(changes, Json(scan.into())).await?;
        cx.metric(metric, 1.0);
        Ok(reply)
    }
}
