//! What is shown of bookings.

use domain::accounts::Suppressed;
use domain::bookings::{Booking, CancelledBy, State};
use domain::checkins::Admission;
use domain::events::{Event, Place, Status};
use domain::ids::{BookingId, EventId, TicketId};
use domain::text::{EventName, Link, PersonName, Slug};
use domain::time::{WallTime, Zone};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// One ticket of a booking, as a list shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TicketBrief {
    /// Its id.
    pub id: TicketId,
    /// Which copy of it is good: a code that says a lower number was replaced since.
    pub issue: u16,
    /// When and where its holder came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
}

/// A booking.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BookingView {
    /// Its id.
    pub id: BookingId,
    /// The event.
    pub event: EventId,
    /// The name on it.
    pub name: PersonName,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// How many come.
    pub party_size: u8,
    /// When it was made.
    pub booked_at: Timestamp,
    /// Who called it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<CancelledBy>,
    /// One for each of the party.
    pub tickets: Vec<TicketBrief>,
    /// Why mails don't reach the guest; absent where they do, and for all but the event's organizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
}

impl BookingView {
    /// A booking of `event`, as of `now`.
    pub fn new(booking: Booking, event: &Event, now: Timestamp) -> Self {
        let state = booking.state_in(event, now);
        let id = booking.id;
        let tickets = booking.tickets.into_iter().map(|ticket| TicketBrief {
            id: TicketId { booking: id, index: ticket.index },
            issue: ticket.issue,
            admission: ticket.admission,
        });
        BookingView {
            id,
            event: booking.event,
            name: booking.name,
            state,
            since: booking.since,
            party_size: booking.party_size.get(),
            booked_at: booking.booked_at,
            cancelled_by: booking.cancelled_by,
            tickets: tickets.collect(),
            suppressed: None,
        }
    }
}

/// An event, as far as the list of one's bookings needs it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventBrief {
    /// Its id.
    pub id: EventId,
    /// The readable part of its address.
    pub slug: Slug,
    /// Its name.
    pub name: EventName,
    /// When it starts, on the wall where it is.
    pub starts: WallTime,
    /// When it ends, on the same wall.
    pub ends: WallTime,
    /// The zone of that wall.
    pub zone: Zone,
    /// The instant at which it starts.
    pub starts_at: Timestamp,
    /// The instant at which it ends.
    pub ends_at: Timestamp,
    /// Which of the eight colours of the shared style it has.
    pub hue: u8,
    /// Its cover, as a path on this origin.
    pub cover_url: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The link to join online; absent where the booking is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_link: Option<Link>,
    /// Where it stands in its life.
    pub status: Status,
}

impl EventBrief {
    /// An event, for somebody who has a place (`confirmed`) or hasn't.
    pub fn new(event: &Event, confirmed: bool) -> Self {
        EventBrief {
            id: event.id,
            slug: event.slug.clone(),
            name: event.details.name.clone(),
            starts: event.details.starts,
            ends: event.details.ends,
            zone: event.details.zone.clone(),
            starts_at: event.starts.instant,
            ends_at: event.ends.instant,
            hue: event.hue(),
            cover_url: event.cover_url(),
            place: event.details.place.clone(),
            online_link: event.details.online_link.clone().filter(|_| confirmed),
            status: event.status,
        }
    }
}

/// A booking of one's own, with its event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyBooking {
    /// The booking.
    #[serde(flatten)]
    pub booking: BookingView,
    /// Its event.
    pub event_details: EventBrief,
}

impl MyBooking {
    /// A booking with its event, as of `now`.
    pub fn new(booking: Booking, event: &Event, now: Timestamp) -> Self {
        let confirmed = matches!(booking.state_in(event, now), State::Confirmed | State::Attended);
        MyBooking { event_details: EventBrief::new(event, confirmed), booking: BookingView::new(booking, event, now) }
    }
}
