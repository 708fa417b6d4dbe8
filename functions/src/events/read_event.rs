//! Reading an event.

use super::{EventRef, EventView, Reader};
use domain::events::Status;
use domain::pools;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read an event. Drafts are seen by their organizer alone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadEvent {
    /// Which: its id, or its slug, which takes a step more to find.
    event: EventRef,
}

impl Route for ReadEvent {
    const ROUTE: &str = "GET /api/events/{event}";
    const CALLER: Caller = Caller::AnyoneOrUser;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools), read(Table::Bookings)];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let id = self.event.id(cx).await?;
        let user = cx.user_if_any();
        let calendar = async {
            match user {
                Some(user) => Ok(Some(cx.store().calendar(user).await?)),
                None => Ok(None),
            }
        };
        let (seen, calendar) = tokio::try_join!(cx.store().event_and_pools(id), calendar)?;
        let (event, seats) = seen.ok_or_else(|| Refusal::not_found("event"))?;
        let event = event.seen_by(user)?;
        // A calendar's entry without a booking is the organizer's own. What is cancelled has no live booking.
        let booking = calendar.and_then(|calendar| calendar.entry(event.id)?.booking);
        let reader = match booking.filter(|_| event.status == Status::Published) {
            _ if user == Some(event.organizer) => Reader::Organizer,
            Some(booking) => Reader::Guest(booking),
            None => Reader::Anybody,
        };
        let places = (event.status == Status::Published).then(|| pools::places(&event, &seats));
        let version = event.version;
        let view = EventView::new(event, cx.base_url(), reader);
        Ok(Tagged(
            version,
            match places {
                Some(places) => view.with_places(places),
                None => view,
            },
        ))
    }
}
