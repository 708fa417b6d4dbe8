//! Changing an event.

use super::{EventView, decide};
use crate::present::{given, present};
use domain::Language;
use domain::events::{self, Details, EventKind, Place, Visibility};
use domain::ids::EventId;
use domain::money::Money;
use domain::refusal::Refusal;
use domain::text::{Description, EventName, Link};
use domain::time::{WallTime, Zone};
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read, remove, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Change an event: the fields that are sent, and no others. A change of time or place is mailed to everybody who has a
/// place.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEvent {
    /// Which.
    event: EventId,
    /// Its name.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "EventName")]
    name: Option<EventName>,
    /// What sort it is.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "EventKind")]
    kind: Option<EventKind>,
    /// What it is about, in Markdown.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Description")]
    description: Option<Description>,
    /// When it starts, on the wall where it is.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "WallTime")]
    starts: Option<WallTime>,
    /// When it ends, on the same wall.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "WallTime")]
    ends: Option<WallTime>,
    /// The time zone of that wall.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Zone")]
    zone: Option<Zone>,
    /// Where it is; `null` takes it out.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Place>")]
    place: Option<Option<Place>>,
    /// The link to join online; `null` takes it out.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Link>")]
    online_link: Option<Option<Link>>,
    /// How many places there are; `null` for as many as come.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<u32>")]
    capacity: Option<Option<u32>>,
    /// What a place costs; `null` where it is free.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Money>")]
    price: Option<Option<Money>>,
    /// A link to a picture; `null` takes it out.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Link>")]
    cover: Option<Option<Link>>,
    /// The language that is spoken there.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Language")]
    language: Option<Language>,
    /// Who finds it.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Visibility")]
    visibility: Option<Visibility>,
    /// Whether to have it although you have something else at that time.
    #[serde(default)]
    allow_overlap: bool,
}

impl UpdateEvent {
    fn apply(self, details: Details) -> Details {
        Details {
            name: self.name.unwrap_or(details.name),
            kind: self.kind.unwrap_or(details.kind),
            description: self.description.unwrap_or(details.description),
            starts: self.starts.unwrap_or(details.starts),
            ends: self.ends.unwrap_or(details.ends),
            zone: self.zone.unwrap_or(details.zone),
            place: self.place.unwrap_or(details.place),
            online_link: self.online_link.unwrap_or(details.online_link),
            capacity: self.capacity.unwrap_or(details.capacity),
            price: self.price.unwrap_or(details.price),
            cover: self.cover.unwrap_or(details.cover),
            language: self.language.unwrap_or(details.language),
            visibility: self.visibility.unwrap_or(details.visibility),
        }
    }
}

impl Route for UpdateEvent {
    const ROUTE: &str = "PATCH /api/events/{event}";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const URGENT: bool = true;
    const GRANTS: &[Grant] = &[
        read(Table::Events),
        write(Table::Events),
        remove(Table::Events),
        read(Table::Pools),
        write(Table::Pools),
        read(Table::Bookings),
        write(Table::Bookings),
    ];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user()?;
        let desk = cx.store().event_desk(self.event, user).await?;
        let (event, pools, calendar) = desk.ok_or_else(|| Refusal::not_found("event"))?;
        let event = event.run_by(user)?;
        cx.check_version("event", event.version)?;
        let allow_overlap = self.allow_overlap;
        let details = self.apply(event.details.clone());
        let (changed, changes) =
            decide(cx, &calendar, |calendar| event.changed(details.clone(), &pools, calendar, allow_overlap, cx.now()))
                .await?;
        if changed.claim() != event.claim() {
            let twin = cx.store().event_twin(&changed.claim()).await?;
            events::not_a_duplicate(&changed, twin, None)?;
        }
        let reply = Tagged(changed.version, EventView::new(changed, cx.base_url(), true));
        cx.commit(changes, reply).await
    }
}
