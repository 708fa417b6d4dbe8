//! Throwing a draft away.

use super::own;
use domain::ids::EventId;
use kit::{Caller, Cx, Grant, NoContent, Result, Route, Table, read, remove};
use schemars::JsonSchema;
use serde::Deserialize;

/// Throw a draft away. An event that was published is cancelled instead.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardEvent {
    /// Which.
    event: EventId,
}

impl Route for DiscardEvent {
    const ROUTE: &str = "DELETE /api/events/{event}";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), remove(Table::Events)];
    type Reply = NoContent;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = own(cx, cx.store().event(self.event).await?)?;
        cx.commit(event.discarded()?, NoContent).await
    }
}
