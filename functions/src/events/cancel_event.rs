//! Calling an event off.

use super::{EventView, Reader, own};
use domain::ids::EventId;
use domain::text::MessageBody;
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read, remove, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Call an event off. Everybody who has a place is told by mail; cancelling twice is no error and tells nobody twice.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelEvent {
    /// Which.
    event: EventId,
    /// What to say to those who wanted to come, in plain text.
    #[serde(default)]
    message: Option<MessageBody>,
}

impl Route for CancelEvent {
    const ROUTE: &str = "POST /api/events/{event}/cancel";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const URGENT: bool = true;
    const GRANTS: &[Grant] = &[
        read(Table::Events),
        write(Table::Events),
        remove(Table::Events),
        write(Table::Pools),
        read(Table::Bookings),
        write(Table::Bookings),
    ];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (event, calendar) = cx.store().event_and_calendar(self.event, cx.user()?).await?;
        let event = own(cx, event)?;
        let (cancelled, changes) = event.cancelled(&calendar, self.message, cx.now())?;
        if !changes.is_empty() {
            cx.metric("EventsCancelled", 1.0);
        }
        let reply = Tagged(cancelled.version, EventView::new(cancelled, cx.base_url(), Reader::Organizer));
        cx.commit(changes, reply).await
    }
}
