//! Calling a booking off.

use super::BookingView;
use super::owned::owner;
use domain::ids::BookingId;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Call a booking off, as its guest or as the event's organizer. Its places are free again at once; cancelling twice is no
/// error.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBooking {
    /// Which.
    booking: BookingId,
}

impl Route for CancelBooking {
    const ROUTE: &str = "POST /api/bookings/{booking}/cancel";
    const CALLER: Caller = Caller::OwnerOf("booking");
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Pools), read(Table::Bookings), write(Table::Bookings)];
    type Reply = Json<BookingView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let missing = || Refusal::not_found("booking");
        let booking = cx.store().booking(self.booking).await?.ok_or_else(missing)?;
        let (event, calendar) = cx.store().event_and_calendar(booking.event, booking.user).await?;
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
