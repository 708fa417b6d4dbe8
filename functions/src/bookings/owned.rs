//! Finding a booking for somebody who may see it.

use domain::bookings::{Booking, CancelledBy};
use domain::events::Event;
use domain::ids::{BookingId, EventId};
use domain::refusal::Refusal;
use kit::{Cx, Result};

/// A booking with its event, for its user or the event's organizer; whichever the caller is. For everybody else it isn't
/// there. Two trips; one, where `event` names the right event.
///
/// # Errors
/// Not found.
pub async fn owned_booking(cx: &Cx, id: BookingId, event: Option<EventId>) -> Result<(Booking, Event, CancelledBy)> {
    let missing = || Refusal::not_found("booking");
    let guess = async {
        match event {
            Some(event) => cx.store().event(event).await,
            None => Ok(None),
        }
    };
    let (booking, guess) = tokio::try_join!(cx.store().booking(id), guess)?;
    let booking = booking.ok_or_else(missing)?;
    let event = match guess.filter(|event| event.id == booking.event) {
        Some(right) => right,
        None => cx.store().event(booking.event).await?.ok_or_else(missing)?,
    };
    let owner = owner(cx, &booking, &event)?;
    Ok((booking, event, owner))
}

/// As whom the caller may see a booking: as its guest or as its event's organizer.
///
/// # Errors
/// Not found, for everybody else.
pub fn owner(cx: &Cx, booking: &Booking, event: &Event) -> Result<CancelledBy> {
    let user = cx.user()?;
    if booking.user == user {
        return Ok(CancelledBy::Guest);
    }
    if event.organizer == user {
        return Ok(CancelledBy::Organizer);
    }
    Err(Refusal::not_found("booking").into())
}
