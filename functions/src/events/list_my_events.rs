//! The events that one organizes.

use super::{EventView, Limit, PageOf};
use domain::events::Status;
use jiff::Timestamp;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// List the events that you organize, by start.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMyEvents {
    /// Of this status only.
    #[serde(default)]
    status: Option<Status>,
    /// Starting at this instant or later.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Starting at this instant or earlier.
    #[serde(default)]
    to: Option<Timestamp>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListMyEvents {
    const ROUTE: &str = "GET /api/me/events";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Events)];
    type Reply = Json<PageOf<EventView>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (user, limit, cursor) = (cx.user()?, self.limit.get(), self.cursor.as_deref());
        let page = cx.store().own_events(user, self.from, self.to, self.status, limit, cursor).await?;
        let items = page.items.into_iter().map(|event| EventView::new(event, cx.base_url(), true)).collect();
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
