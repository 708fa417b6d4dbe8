//! Sending tickets once more.

use crate::bookings::owned_booking;
use domain::ids::{EventId, TicketId};
use kit::{Accepted, Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Send the mail with the tickets of this ticket's booking once more, to the booking's user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendTicket {
    /// Any ticket of the booking.
    ticket: TicketId,
    /// The event that it is for, if you know it: then the answer takes a step less. A wrong one does no harm.
    #[serde(default)]
    event: Option<EventId>,
}

/// What happens next.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Resent {
    /// For the person.
    pub message: String,
}

impl Route for ResendTicket {
    const ROUTE: &str = "POST /api/tickets/{ticket}/resend";
    const CALLER: Caller = Caller::OwnerOf("ticket");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings), write(Table::Bookings)];
    type Reply = Accepted<Resent>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (booking, event, _) = owned_booking(cx, self.ticket.booking, self.event).await?;
        booking.ticket(self.ticket.index)?;
        let (_, changes) = booking.resent(&event, cx.now())?;
        let message = "The mail with the tickets is on its way.".to_owned();
        cx.commit(changes, Json(Resent { message })).await
    }
}
