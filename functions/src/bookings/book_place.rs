//! Booking.

use super::MyBooking;
use crate::events::decide;
use domain::bookings::{self, Guest, PartySize, Wish};
use domain::ids::EventId;
use domain::pools::Pool;
use domain::refusal::Refusal;
use kit::{Caller, Created, Cx, Error, Grant, Json, KeyUse, Result, Route, Table, read, sign, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Book places at an event. The tickets come by mail; 409 `sold_out` says how many places are left for a smaller party.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookPlace {
    /// At which event.
    event: EventId,
    /// How many come, you included.
    #[serde(default)]
    party_size: PartySize,
    /// Whether to book although you have something else at that time.
    #[serde(default)]
    allow_overlap: bool,
}

impl Route for BookPlace {
    const ROUTE: &str = "POST /api/events/{event}/bookings";
    const CALLER: Caller = Caller::Verified;
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[
        read(Table::Accounts),
        read(Table::Events),
        read(Table::Pools),
        write(Table::Pools),
        read(Table::Bookings),
        write(Table::Bookings),
        sign(KeyUse::Tickets),
    ];
    type Reply = Created<MyBooking>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user()?;
        let wish = Wish { party_size: self.party_size, allow_overlap: self.allow_overlap };
        let desk = cx.store().booking_desk(self.event, user).await?;
        // A token may say a name that was changed a quarter of an hour ago.
        let name = desk
            .account
            .map_or_else(|| cx.signed_in().map(|access| access.name.clone()), |account| Ok(account.name))?;
        let guest = Guest { id: user, name };
        let event = desk.event.ok_or_else(|| Refusal::not_found("event"))?;
        let id = cx.new_id()?;
        let book = |pools: Vec<Pool>| {
            let (event, guest) = (&event, &guest);
            decide(cx, &desk.calendar, move |calendar| {
                bookings::book(id, event, &pools, calendar, guest, wish, cx.now())
            })
        };
        let booked = match book(desk.pools).await {
            // Only one pool was looked at; the others may have room.
            Err(Error::Refused(refusal)) if refusal.code == "sold_out" && event.pools > 1 => {
                book(cx.store().pools(event.id, event.pools).await?).await
            }
            decided => decided,
        }?;
        let tokens = cx.sign_tickets(&booked).await?;
        let (booking, changes) = booked.issued(tokens);
        let places = f64::from(booking.party_size.get());
        let created = cx.commit(changes, Json(MyBooking::new(booking, &event, cx.now()))).await?;
        cx.metric("PlacesBooked", places);
        Ok(created)
    }
}
