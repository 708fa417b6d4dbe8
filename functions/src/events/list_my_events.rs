//! The events that one organizes.

use super::{EventView, Limit, PageOf, Reader};
use domain::events::{Event, Status};
use domain::pools::{self, Places};
use jiff::Timestamp;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// List the events that you organize, by start, with how many places of each are booked and how many people are in.
///
/// Those numbers take a step more than the list, and another for every hundred seat pools on the page: an event has one up to
/// 250 places, and one for every further 250.
#[derive(Deserialize, JsonSchema)]
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

/// An event of one's own.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnEvent {
    /// The event.
    #[serde(flatten)]
    pub event: EventView,
    /// How it stands with its places; absent for a draft, which has none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<PlacesView>,
}

/// How it stands with an event's places.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlacesView {
    /// Places booked.
    pub booked: i64,
    /// Places free; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i64>,
    /// People who are in.
    pub admitted: i64,
}

impl From<Places> for PlacesView {
    fn from(places: Places) -> Self {
        PlacesView { booked: places.taken, left: places.left.map(|left| left.max(0)), admitted: places.admitted }
    }
}

impl Route for ListMyEvents {
    const ROUTE: &str = "GET /api/me/events";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools)];
    type Reply = Json<PageOf<OwnEvent>>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (user, limit, cursor) = (cx.user()?, self.limit.get(), self.cursor.as_deref());
        let page = cx.store().own_events(user, self.from, self.to, self.status, limit, cursor).await?;
        let wanted = page.items.iter().filter(|event| event.status != Status::Draft);
        let seats = cx.store().pools_of(wanted.map(|event| (event.id, event.pools))).await?;
        let own = |event: Event| {
            let places = seats.get(&event.id).map(|seats| pools::places(&event, seats).into());
            OwnEvent { event: EventView::listed(event, cx.base_url(), Reader::Organizer), places }
        };
        let items = page.items.into_iter().map(own).collect();
        Ok(Json(PageOf { items, cursor: page.cursor }))
    }
}
