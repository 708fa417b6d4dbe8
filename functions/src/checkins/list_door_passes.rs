//! Who may stand at the door.

use super::DoorPassView;
use crate::events::{Limit, PageOf};
use domain::ids::EventId;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// List an event's door passes, newest first, to take back those that should open nothing any more. Their tokens aren't in it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDoorPasses {
    /// Of which event.
    event: EventId,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListDoorPasses {
    const ROUTE: &str = "GET /api/events/{event}/door-passes";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events)];
    type Reply = Json<PageOf<DoorPassView>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let passes = cx.store().door_passes(self.event, self.limit.get(), self.cursor.as_deref());
        let (event, page) = tokio::try_join!(cx.store().event(self.event), passes)?;
        let event = event.ok_or_else(|| Refusal::not_found("event"))?.run_by(cx.user()?)?;
        let items = page.items.into_iter().map(|pass| DoorPassView::new(pass, &event)).collect();
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
