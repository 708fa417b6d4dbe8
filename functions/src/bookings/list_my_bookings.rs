//! One's own bookings.

use super::MyBooking;
use crate::events::{Limit, PageOf};
use domain::events::Event;
use domain::ids::EventId;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::HashMap;

/// List your bookings with their events, the latest event first.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMyBookings {
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListMyBookings {
    const ROUTE: &str = "GET /api/me/bookings";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Json<PageOf<MyBooking>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let page = cx.store().bookings_of(cx.user()?, self.limit.get(), self.cursor.as_deref()).await?;
        let ids: Vec<EventId> = page.items.iter().map(|booking| booking.event).collect();
        let events = cx.store().events(&ids).await?;
        let events: HashMap<EventId, Event> = events.into_iter().map(|event| (event.id, event)).collect();
        let items = page
            .items
            .into_iter()
            .filter_map(|booking| events.get(&booking.event).map(|event| MyBooking::new(booking, event, cx.now())))
            .collect();
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
