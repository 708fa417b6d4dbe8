//! What is shown of tickets.

use crate::bookings::EventBrief;
use domain::bookings::{Booking, State, Ticket};
use domain::checkins::Admission;
use domain::events::Event;
use domain::ids::{BookingId, TicketId};
use domain::text::PersonName;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A ticket.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TicketView {
    /// Its id.
    pub id: TicketId,
    /// Its booking.
    pub booking: BookingId,
    /// The name on the booking.
    pub name: PersonName,
    /// Its place in the party, from 1.
    pub number: u8,
    /// How many the party is.
    pub party_size: u8,
    /// Where the booking stands; the ticket is valid while it is `confirmed` or `attended`.
    pub state: State,
    /// What the QR code says; absent where the ticket isn't valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Its page, to show at the door; absent where the ticket isn't valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When and where its holder came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
    /// Its event.
    pub event: EventBrief,
}

/// The address of a ticket's page. Whoever has it has the ticket: it carries what the QR code says.
pub fn ticket_url(base_url: &str, event: &Event, id: TicketId, token: &str) -> String {
    format!("{base_url}/e/{}/tickets/{id}?key={token}", event.slug)
}

impl TicketView {
    /// A ticket of a booking, as of `now`.
    pub fn new(booking: &Booking, ticket: &Ticket, event: &Event, base_url: &str, now: Timestamp) -> Self {
        let state = booking.state_in(event, now);
        let id = TicketId { booking: booking.id, index: ticket.index };
        let confirmed = matches!(state, State::Confirmed | State::Attended);
        let token = confirmed.then(|| ticket.token.clone());
        TicketView {
            id,
            booking: booking.id,
            name: booking.name.clone(),
            number: ticket.index,
            party_size: booking.party_size.get(),
            state,
            url: token.as_ref().map(|token| ticket_url(base_url, event, id, token)),
            token,
            admission: ticket.admission.clone(),
            event: EventBrief::new(event, confirmed),
        }
    }
}
