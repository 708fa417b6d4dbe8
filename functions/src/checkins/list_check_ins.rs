//! What happened at the door.

use super::{ScanView, at_door};
use crate::events::{Limit, PageOf};
use domain::ids::EventId;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// List an event's scans, newest first: for its organizer and its doors.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListCheckIns {
    /// At which event.
    event: EventId,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListCheckIns {
    const ROUTE: &str = "GET /api/events/{event}/check-ins";
    const CALLER: Caller = Caller::DoorOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Json<PageOf<ScanView>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = at_door(cx, self.event).await?;
        let page = cx.store().scans(event.id, self.limit.get(), self.cursor.as_deref()).await?;
        Ok(Json(PageOf { items: page.items.into_iter().map(ScanView::from).collect(), cursor: page.cursor }))
    }
}
