//! Finding a booking for somebody who may see it.

use domain::bookings::{Booking, CancelledBy};
use domain::events::Event;
use domain::ids::BookingId;
use domain::refusal::Refusal;
use kit::{Cx, Result};

/// A booking with its event, for its user or the event's organizer; whichever the caller is. For everybody else it isn't
/// there.
///
/// # Errors
/// Not found.
pub async fn owned_booking(cx: &Cx, id: BookingId) -> Result<(Booking, Event, CancelledBy)> {
    let missing = || Refusal::not_found("booking");
    let user = cx.user()?;
    let booking = cx.store().booking(id).await?.ok_or_else(missing)?;
    let event = cx.store().event(booking.event).await?.ok_or_else(missing)?;
    if booking.user == user {
        return Ok((booking, event, CancelledBy::Guest));
    }
    if event.organizer == user {
        return Ok((booking, event, CancelledBy::Organizer));
    }
    Err(missing().into())
}
