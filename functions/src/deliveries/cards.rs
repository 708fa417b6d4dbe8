//! Events, places and tickets as mails and calendar entries show them.

use crate::events::short_url;
use crate::tickets::ticket_url;
use domain::bookings::Booking;
use domain::events::{Event, Place};
use domain::ids::TicketId;
use mail::{CalendarSlot, EventCard, PlaceLine, TicketStub};

/// A place, with a map that shows it where its point is known.
pub fn place_line(place: &Place) -> PlaceLine {
    let coordinates = place.latitude.zip(place.longitude);
    let map_link = coordinates
        .map(|(lat, lon)| format!("https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"));
    PlaceLine {
        name: place.name.to_string(),
        address: place.address.as_ref().map(ToString::to_string).unwrap_or_default(),
        map_link,
        coordinates,
    }
}

/// An event for somebody who may (`confirmed`) or may not see the link to join online.
pub fn event_card(event: &Event, base_url: &str, confirmed: bool) -> EventCard {
    EventCard {
        name: event.details.name.to_string(),
        starts: event.starts.zoned(),
        ends: event.ends.zoned(),
        place: event.details.place.as_ref().map(place_line),
        online_link: event.details.online_link.as_ref().filter(|_| confirmed).map(ToString::to_string),
        page_link: short_url(base_url, &event.code),
        organizer_name: event.organizer_name.to_string(),
        // Their address is theirs to give; until they can choose to, answers go to the sender.
        organizer_email: None,
    }
}

/// A booking's place in calendars. The UID is the booking's for ever. Its sequence is the event's, and one more once the
/// booking was called off, so that it rises with every message about it.
pub fn calendar_slot(booking: &Booking, event: &Event, base_url: &str, sender: &str) -> CalendarSlot {
    let host = base_url.split("://").nth(1).unwrap_or(base_url);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let called_off = u32::from(booking.cancelled_by.is_some());
    CalendarSlot {
        uid: format!("{}@{host}", booking.id),
        sequence: event.sequence + called_off,
        organizer_email: sender.to_owned(),
    }
}

/// A booking's tickets, each with the page that shows it.
pub fn ticket_stubs(booking: &Booking, event: &Event, base_url: &str) -> Vec<TicketStub> {
    booking
        .tickets
        .iter()
        .map(|ticket| {
            let id = TicketId { booking: booking.id, index: ticket.index };
            TicketStub {
                number: u32::from(ticket.index),
                holder: booking.name.to_string(),
                page_link: ticket_url(base_url, event, id, &ticket.token),
                token: ticket.token.clone(),
            }
        })
        .collect()
}
