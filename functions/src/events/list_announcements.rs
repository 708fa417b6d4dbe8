//! What was told to those who are booked.

use super::{AnnouncementView, Limit, PageOf};
use domain::ids::EventId;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// List an event's announcements, newest first. For those who have a place, and the organizer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAnnouncements {
    /// Of which event.
    event: EventId,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListAnnouncements {
    const ROUTE: &str = "GET /api/events/{event}/announcements";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Json<PageOf<AnnouncementView>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user()?;
        let (event, calendar) = cx.store().event_and_calendar(self.event, user).await?;
        let event = event.ok_or_else(|| Refusal::not_found("event"))?.seen_by(Some(user))?;
        if event.organizer != user && calendar.entry(event.id).is_none() {
            let detail = "Announcements are for those who have a place.";
            return Err(Refusal::forbidden("no_place", detail).into());
        }
        let page = cx.store().announcements(event.id, self.limit.get(), self.cursor.as_deref()).await?;
        let items = page.items.into_iter().map(AnnouncementView::from).collect();
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
