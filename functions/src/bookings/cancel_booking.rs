//! Calling a booking off.

use super::BookingView;
use super::owned::owner;
use domain::events::Event;
use domain::ids::{BookingId, EventId};
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Call a booking off, as its guest or as the event's organizer. Its places are free again at once; cancelling twice is no
/// error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBooking {
    /// Which.
    booking: BookingId,
    /// The event that it is for, if you know it: then the answer to its guest takes a step less. A wrong one does no harm.
    #[serde(default)]
    event: Option<EventId>,
}

impl Route for CancelBooking {
    const ROUTE: &str = "POST /api/bookings/{booking}/cancel";
    const CALLER: Caller = Caller::OwnerOf("booking");
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Pools), read(Table::Bookings), write(Table::Bookings)];
    type Reply = Json<BookingView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let missing = || Refusal::not_found("booking");
        let user = cx.user()?;
        let guess = async {
            match self.event {
                Some(event) => Ok(Some(cx.store().event_and_calendar(event, user).await?)),
                None => Ok(None),
            }
        };
        let (booking, guess) = tokio::try_join!(cx.store().booking(self.booking), guess)?;
        let booking = booking.ok_or_else(missing)?;
        let fits = |event: &Option<Event>| event.as_ref().is_some_and(|event| event.id == booking.event);
        let (event, calendar) = match guess.filter(|(event, _)| booking.user == user && fits(event)) {
            Some(right) => right,
            None => cx.store().event_and_calendar(booking.event, booking.user).await?,
        };
        let event = event.ok_or_else(missing)?;
        let by = owner(cx, &booking, &event)?;
        let (booking, changes) = booking.cancelled(&event, &calendar, by, cx.now())?;
        let freed = !changes.is_empty();
        let reply = cx.commit(changes, Json(BookingView::new(booking, &event, cx.now()))).await?;
        if freed {
            cx.metric("BookingsCancelled", 1.0);
        }
        Ok(reply)
    }
}
