//! Taking a check-in back.

use super::ScanView;
use super::at_door::admitted_by;
use domain::checkins::undo;
use domain::ids::{EventId, ScanId, TicketId};
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Take a check-in back: a slip of the finger at the door. The ticket admits once more; doing so twice is no error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoCheckIn {
    /// At which event.
    event: EventId,
    /// Which scan.
    scan: ScanId,
    /// The ticket that it let in, if you know it: then the answer takes a step less. A wrong one does no harm.
    #[serde(default)]
    ticket: Option<TicketId>,
}

impl Route for UndoCheckIn {
    const ROUTE: &str = "POST /api/events/{event}/check-ins/{scan}/undo";
    const CALLER: Caller = Caller::DoorOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings), write(Table::Bookings), write(Table::Pools)];
    type Reply = Json<ScanView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let pass = cx.door_pass().map(|(pass, _)| pass);
        let guess = self.ticket.map(|ticket| ticket.booking);
        let desk = cx.store().door_desk(self.event, pass, guess, &self.scan).await?;
        let event = desk.event.ok_or_else(|| Refusal::not_found("event"))?;
        match pass {
            Some(_) => drop(admitted_by(&event, desk.pass, cx)?),
            None => drop(event.run_by(cx.user()?)?),
        }
        let scan = desk.scan.ok_or_else(|| Refusal::not_found("scan"))?;
        let booking = match scan.ticket.map(|ticket| ticket.booking) {
            right if right == guess => desk.booking,
            Some(booking) => cx.store().booking(booking).await?,
            None => None,
        };
        match undo(&scan, booking.as_ref(), cx.now()) {
            Ok((scan, changes)) => cx.commit(changes, Json(scan.into())).await,
            // Somebody else may have undone it after we read the scan and before we read the booking.
            Err(refusal) => match cx.store().scan(self.event, &self.scan).await? {
                Some(scan) if scan.undone_at.is_some() => Ok(Json(scan.into())),
                _ => Err(refusal.into()),
            },
        }
    }
}
