//! One's own tickets.

use super::TicketView;
use crate::events::{Limit, PageOf};
use domain::bookings::State;
use domain::events::Event;
use domain::ids::EventId;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// List your valid tickets, those of the latest event first. A page is counted in bookings, each of which may have several.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMyTickets {
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many bookings on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListMyTickets {
    const ROUTE: &str = "GET /api/me/tickets";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Json<PageOf<TicketView>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let page = cx.store().bookings_of(cx.user()?, self.limit.get(), self.cursor.as_deref()).await?;
        let ids: Vec<EventId> = page.items.iter().map(|booking| booking.event).collect();
        let events = cx.store().events(&ids).await?;
        let events: HashMap<EventId, Event> = events.into_iter().map(|event| (event.id, event)).collect();
        let mut items = Vec::new();
        for booking in &page.items {
            let Some(event) = events.get(&booking.event) else { continue };
            if matches!(booking.state_in(event, cx.now()), State::Confirmed | State::Attended) {
                let view = |ticket| TicketView::new(booking, ticket, event, cx.base_url(), cx.now());
                items.extend(booking.tickets.iter().map(view));
            }
        }
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
