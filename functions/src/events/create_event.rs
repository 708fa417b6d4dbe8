//! Making an event.

use super::{EventView, Reader};
use domain::Language;
use domain::events::{self, Details, EventKind, Organizer, Place, ShortCode, Visibility};
use domain::money::Money;
use domain::text::{Description, EventName, Link, Slug};
use domain::time::{WallTime, Zone};
use kit::{Caller, Created, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Make an event, as a draft that only you see.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEvent {
    /// Its name.
    name: EventName,
    /// What sort it is.
    kind: EventKind,
    /// What it is about, in Markdown.
    #[serde(default)]
    description: Description,
    /// The readable part of its address; made from the name where it isn't said.
    #[serde(default)]
    slug: Option<Slug>,
    /// When it starts, on the wall where it is.
    starts: WallTime,
    /// When it ends, on the same wall.
    ends: WallTime,
    /// The time zone of that wall.
    zone: Zone,
    /// Where it is; needed unless there is an `online_link`.
    #[serde(default)]
    place: Option<Place>,
    /// The link to join online, shown only to those who have a place.
    #[serde(default)]
    online_link: Option<Link>,
    /// How many places there are; leave it out for as many as come.
    #[serde(default)]
    capacity: Option<u32>,
    /// What a place costs; leave it out where it is free.
    #[serde(default)]
    price: Option<Money>,
    /// The language that is spoken there; yours where it isn't said.
    #[serde(default)]
    language: Option<Language>,
    /// Who finds it.
    #[serde(default)]
    visibility: Visibility,
}

impl Route for CreateEvent {
    const ROUTE: &str = "POST /api/events";
    const CALLER: Caller = Caller::User;
    const NEEDED: &[&str] = &["name", "kind", "starts", "ends", "zone"];
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events)];
    type Reply = Created<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let organizer = Organizer { id: cx.user()?, name: cx.signed_in()?.name.clone() };
        let details = Details {
            name: self.name,
            kind: self.kind,
            description: self.description,
            starts: self.starts,
            ends: self.ends,
            zone: self.zone,
            place: self.place,
            online_link: self.online_link,
            capacity: self.capacity,
            price: self.price,
            language: self.language.unwrap_or_else(|| cx.language()),
            visibility: self.visibility,
        };
        let code = ShortCode::of(&cx.chance().bytes()?);
        let (event, changes) = events::draft(cx.new_id()?, code, &organizer, self.slug, details, cx.now())?;
        let claim = event.claim();
        let (twin, same_slug) =
            tokio::try_join!(cx.store().event_twin(&claim), cx.store().event_by_slug(event.slug.as_str()))?;
        events::not_a_duplicate(&event, twin, same_slug)?;
        cx.commit(changes, Json(EventView::new(event, cx.base_url(), Reader::Organizer))).await
    }
}
