//! Reading an event.

use super::EventView;
use domain::events::Status;
use domain::ids::EventId;
use domain::pools;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read an event. Drafts are seen by their organizer alone.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadEvent {
    /// Which.
    event: EventId,
}

impl Route for ReadEvent {
    const ROUTE: &str = "GET /api/events/{event}";
    const CALLER: Caller = Caller::AnyoneOrUser;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools), read(Table::Bookings)];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user_if_any();
        let calendar = async {
            match user {
                Some(user) => Ok(Some(cx.store().calendar(user).await?)),
                None => Ok(None),
            }
        };
        let (seen, calendar) = tokio::try_join!(cx.store().event_and_pools(self.event), calendar)?;
        let (event, seats) = seen.ok_or_else(|| Refusal::not_found("event"))?;
        let event = event.seen_by(user)?;
        let has_place =
            calendar.is_some_and(|calendar| calendar.entry(event.id).is_some_and(|entry| entry.booking.is_some()));
        let sees_link = has_place || user == Some(event.organizer);
        let places = (event.status == Status::Published).then(|| pools::places(&event, &seats));
        let version = event.version;
        let view = EventView::new(event, cx.base_url(), sees_link);
        Ok(Tagged(
            version,
            match places {
                Some(places) => view.with_places(places),
                None => view,
            },
        ))
    }
}
