//! Changing an event.

use super::{EventView, Reader, decide, own};
use crate::present::{given, present};
use domain::events::{self, Details, Event, EventKind, Place, Visibility};
use domain::ids::EventId;
use domain::money::Money;
use domain::refusal::Refusal;
use domain::text::{Description, EventName, Link};
use domain::time::{WallTime, Zone};
use domain::{Change, Language};
use kit::{Caller, Cx, Error, Grant, Result, Route, Table, Tagged, read, remove, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Change an event: the fields that are sent, and no others. A change of time or place is mailed to everybody who has a
/// place.
// Inline, so that `preview_update` has the same fields as its own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
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
            language: self.language.unwrap_or(details.language),
            visibility: self.visibility.unwrap_or(details.visibility),
        }
    }

    /// What the change comes to: the event before and after, and what is to be written. One trip, and nothing is written.
    pub(super) async fn decided(self, cx: &Cx) -> Result<(Event, Event, Vec<Change>)> {
        let desk = cx.store().event_desk(self.event, cx.user()?).await?;
        let (event, pools, calendar) = desk.ok_or_else(|| Refusal::not_found("event"))?;
        let event = own(cx, Some(event))?;
        let allow_overlap = self.allow_overlap;
        let details = self.apply(event.details.clone());
        let (changed, changes) =
            decide(cx, &calendar, |calendar| event.changed(details.clone(), &pools, calendar, allow_overlap, cx.now()))
                .await?;
        Ok((event, changed, changes))
    }
}

/// Whether the name and start that a change leads to are free. One trip where they are others than before.
pub(super) async fn not_a_duplicate(cx: &Cx, before: &Event, after: &Event) -> Result<()> {
    if before.claim() == after.claim() {
        return Ok(());
    }
    let twin = cx.store().event_twin(&after.claim()).await?;
    Ok(events::not_a_duplicate(after, twin, None)?)
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
        let (event, changed, changes) = self.decided(cx).await?;
        let reply = Tagged(changed.version, EventView::new(changed.clone(), cx.base_url(), Reader::Organizer));
        match cx.commit(changes, reply).await {
            // Another event may hold the claim on the new name and start. The claim's own condition keeps this one away;
            // which event it is, is read only then, so that a change that goes through saves the trip.
            Err(overtaken @ Error::Store(store::Error::Overtaken)) => {
                not_a_duplicate(cx, &event, &changed).await?;
                Err(overtaken)
            }
            done => done,
        }
    }
}
