//! Taking a cover back.

use crate::bucket::bucket;
use domain::ids::EventId;
use domain::refusal::Refusal;
use functions::events::{EventView, Reader};
use kit::{Caller, Cx, Folder, Grant, Result, Route, Table, Tagged, read, remove_objects, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Take a cover that was uploaded back: the event has its drawn one again, and the picture is removed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveCover {
    /// Of which event.
    event: EventId,
}

impl Route for RemoveCover {
    const ROUTE: &str = "DELETE /api/events/{event}/cover";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events), remove_objects(Folder::Pictures)];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = cx.store().event(self.event).await?.ok_or_else(|| Refusal::not_found("event"))?;
        let event = event.run_by(cx.user()?)?;
        cx.check_version("event", event.version)?;
        // First the files: what somebody wants gone must not stay because the event forgot its name.
        if let Some(picture) = event.picture {
            bucket(cx).remove(cx, picture.id).await?;
        }
        let (bare, changes) = event.without_picture();
        let reply = Tagged(bare.version, EventView::new(bare, cx.base_url(), Reader::Organizer));
        cx.commit(changes, reply).await
    }
}
