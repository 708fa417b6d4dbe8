//! Finding a ticket for somebody who holds it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::bookings::{Booking, Ticket};
use domain::events::Event;
use domain::ids::TicketId;
use domain::refusal::Refusal;
use kit::{Cx, Result};

/// A ticket with its booking and event, for who has its key (what its QR code says), for its user, and for the event's
/// organizer. For everybody else it isn't there.
///
/// # Errors
/// Not found; not signed in, where there is no key either.
pub async fn held_ticket(cx: &Cx, id: TicketId, key: Option<&str>) -> Result<(Booking, Ticket, Event)> {
    let missing = || Refusal::not_found("ticket");
    if key.is_none() {
        cx.user()?;
    }
    let booking = cx.store().booking(id.booking).await?.ok_or_else(missing)?;
    let ticket = booking.ticket(id.index)?.clone();
    let event = cx.store().event(booking.event).await?.ok_or_else(missing)?;
    let by_key = key.is_some_and(|key| same_secret(key, &ticket.token));
    let by_user = cx.user_if_any().is_some_and(|user| user == booking.user || user == event.organizer);
    if by_key || by_user { Ok((booking, ticket, event)) } else { Err(missing().into()) }
}

/// Whether two secrets are the same but for case; takes as long wherever they differ.
fn same_secret(given: &str, held: &str) -> bool {
    let (given, held) = (given.to_ascii_uppercase(), held.to_ascii_uppercase());
    verify_slices_are_equal(given.as_bytes(), held.as_bytes()).is_ok()
}
