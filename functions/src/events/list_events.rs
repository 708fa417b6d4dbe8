//! What is on.

use super::{EventView, Limit, PageOf, Reader};
use jiff::Timestamp;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;
use store::ListedFilter;

/// Free, or with a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceFilter {
    /// Costs nothing.
    Free,
    /// Costs something.
    Paid,
}

/// List public events that haven't started, by start.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEvents {
    /// Starting at this instant or later; now, where it isn't said or lies in the past.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Starting at this instant or earlier; within a year, where it isn't said.
    #[serde(default)]
    to: Option<Timestamp>,
    /// Free or paid only.
    #[serde(default)]
    price: Option<PriceFilter>,
    /// Online only, or at a place only.
    #[serde(default)]
    online: Option<bool>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page.
    #[serde(default)]
    limit: Limit,
}

impl Route for ListEvents {
    const ROUTE: &str = "GET /api/events";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Events)];
    type Reply = Json<PageOf<EventView>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let from = self.from.map_or(cx.now(), |from| from.max(cx.now()));
        let filter = ListedFilter { priced: self.price.map(|price| price == PriceFilter::Paid), online: self.online };
        let limit = self.limit.get();
        let page = cx.store().listed_events(from, self.to, &filter, limit, self.cursor.as_deref()).await?;
        let items =
            page.items.into_iter().map(|event| EventView::listed(event, cx.base_url(), Reader::Anybody)).collect();
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
