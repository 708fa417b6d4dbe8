//! Publishing an event.

use super::{EventView, Reader, decide, own};
use domain::ids::EventId;
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Publish a draft: from then on people can find it and book. Publishing twice is no error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishEvent {
    /// Which.
    event: EventId,
    /// Whether to publish it although you have something else at that time.
    #[serde(default)]
    allow_overlap: bool,
}

impl Route for PublishEvent {
    const ROUTE: &str = "POST /api/events/{event}/publish";
    const CALLER: Caller = Caller::Verified;
    const GRANTS: &[Grant] = &[
        read(Table::Events),
        write(Table::Events),
        write(Table::Pools),
        read(Table::Bookings),
        write(Table::Bookings),
    ];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (event, calendar) = cx.store().event_and_calendar(self.event, cx.user()?).await?;
        let event = own(cx, event)?;
        let (published, changes) =
            decide(cx, &calendar, |calendar| event.published(calendar, self.allow_overlap, cx.now())).await?;
        if !changes.is_empty() {
            cx.metric("EventsPublished", 1.0);
        }
        let reply = Tagged(published.version, EventView::new(published, cx.base_url(), Reader::Organizer));
        cx.commit(changes, reply).await
    }
}
