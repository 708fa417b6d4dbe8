//! Reading a ticket.

use super::{TicketView, held_ticket};
use domain::ids::TicketId;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read a ticket: your own, one at your event, or one whose key you have.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadTicket {
    /// Which.
    ticket: TicketId,
    /// What its QR code says, instead of signing in.
    #[serde(default)]
    key: Option<String>,
}

impl Route for ReadTicket {
    const ROUTE: &str = "GET /api/tickets/{ticket}";
    const CALLER: Caller = Caller::HolderOf("ticket");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Json<TicketView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (booking, ticket, event) = held_ticket(cx, self.ticket, self.key.as_deref()).await?;
        Ok(Json(TicketView::new(&booking, &ticket, &event, cx.base_url(), cx.now())))
    }
}
