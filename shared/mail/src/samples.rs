//! One of every mail, for tests and previews: the longest and strangest values that a real one may have.

use crate::{CalendarSlot, Change, Content, EventCard, PlaceLine, TicketStub};
use jiff::Zoned;

/// Every mail there is, in the order of [`Content::NAMES`]; some of them in more than one shape. `at` is when the
/// sample event starts.
pub fn samples(at: &Zoned) -> Vec<Content> {
    let event = film_night(at);
    let online = online_meetup(at);
    let tickets = |holders: &[&str]| -> Vec<TicketStub> {
        holders.iter().enumerate().map(|(index, holder)| stub(index as u32 + 1, holder)).collect()
    };
    let booking_link = || "https://guestlist.example/e/film-night/tickets/tkt_01K9Z?s=5pZ1Yb".to_owned();
    let guests_link = || "https://guestlist.example/organize/events/evt_01K9Z/guests".to_owned();
    let mut moved = later(&event, 90);
    moved.place = Some(PlaceLine {
        name: "Kino Avrora".into(),
        address: "Nevsky pr. 60, St Petersburg".into(),
        map_link: None,
        coordinates: None,
    });
    moved.online_link = Some("https://meet.example/film-night".into());
    vec![
        Content::VerifyEmail {
            code: "482915".into(),
            link: "https://guestlist.example/account/verify?code=482915&user=usr_01K9Z".into(),
            minutes: 30,
        },
        Content::ResetPassword { link: "https://guestlist.example/account/reset?token=3k9QmV7x".into(), minutes: 60 },
        Content::AlreadyRegistered {
            sign_in_link: "https://guestlist.example/account/sign-in".into(),
            reset_link: "https://guestlist.example/account/reset".into(),
        },
        Content::Ticket {
            event: event.clone(),
            tickets: tickets(&["Anna Petrova"]),
            booking_link: booking_link(),
            calendar: slot(0),
        },
        Content::Ticket {
            event: long_name(at),
            tickets: tickets(&["Анна Петрова", "Константин Константинопольский-Преображенский", "Mia O'Brien"]),
            booking_link: booking_link(),
            calendar: slot(0),
        },
        Content::BookingCancelled { event: event.clone(), by_organizer: false, calendar: slot(1) },
        Content::BookingCancelled { event: event.clone(), by_organizer: true, calendar: slot(1) },
        Content::EventChanged {
            event: later(&event, 90),
            changes: vec![Change::Time { starts: event.starts.clone(), ends: event.ends.clone() }],
            booking_link: booking_link(),
            calendar: slot(2),
        },
        Content::EventChanged {
            event: moved,
            changes: vec![
                Change::Time { starts: event.starts.clone(), ends: event.ends.clone() },
                Change::Place { before: event.place.clone() },
                Change::OnlineLink,
                Change::Name { before: "Silent film night".into() },
            ],
            booking_link: booking_link(),
            calendar: slot(3),
        },
        Content::EventCancelled {
            event: event.clone(),
            message: Some("The projector broke, and the spare one too.\nWe try again in spring.\n\nThank you!".into()),
            calendar: slot(4),
        },
        Content::EventCancelled { event: event.clone(), message: None, calendar: slot(4) },
        Content::ReminderDayBefore {
            event: event.clone(),
            tickets: tickets(&["Anna Petrova", "Mia O'Brien"]),
            booking_link: booking_link(),
        },
        Content::ReminderHourBefore {
            event: online,
            tickets: tickets(&["Anna Petrova"]),
            booking_link: booking_link(),
        },
        Content::Announcement {
            event: event.clone(),
            title: "Doors open half an hour earlier".into(),
            body: "The pianist wants to play for you before the film.\n\nSo come from seven on:\n- tea is on us\n- \
                   cake is not"
                .into(),
        },
        Content::NewBooking {
            event: event.clone(),
            guests_link: guests_link(),
            guest_name: "Anna Petrova".into(),
            party_size: 2,
            places_taken: 12,
            capacity: Some(41),
        },
        Content::NewBooking {
            event: event.clone(),
            guests_link: guests_link(),
            guest_name: "Anna Petrova".into(),
            party_size: 1,
            places_taken: 41,
            capacity: Some(41),
        },
        Content::NewBooking {
            event,
            guests_link: guests_link(),
            guest_name: "Anna Petrova".into(),
            party_size: 5,
            places_taken: 21,
            capacity: None,
        },
    ]
}

fn film_night(at: &Zoned) -> EventCard {
    EventCard {
        name: "Film night: Man with a Movie Camera".into(),
        starts: at.clone(),
        ends: at.saturating_add(jiff::SignedDuration::from_mins(150)),
        place: Some(PlaceLine {
            name: "Kino Rodina".into(),
            address: "Karavannaya ul. 12, St Petersburg".into(),
            map_link: Some("https://www.openstreetmap.org/?mlat=59.93549&mlon=30.34193#map=17".into()),
            coordinates: Some((59.935_49, 30.341_93)),
        }),
        online_link: None,
        page_link: "https://guestlist.example/s/7k2m9qx".into(),
        organizer_name: "Film Club “Vertov & Co”".into(),
        organizer_email: Some("club@vertov.example".into()),
    }
}

fn long_name(at: &Zoned) -> EventCard {
    EventCard {
        name: "Электроакустическая импровизационная лаборатория: достопримечательности послезавтрашнего дня".into(),
        organizer_name: "Общество любителей экспериментальной музыки".into(),
        ..film_night(at)
    }
}

fn online_meetup(at: &Zoned) -> EventCard {
    EventCard {
        name: "Rust meet-up".into(),
        place: None,
        online_link: Some("https://meet.example/rust-meetup?pwd=Zm9vYmFy".into()),
        page_link: "https://guestlist.example/s/3wv80ct".into(),
        organizer_name: "Rustaceans".into(),
        organizer_email: None,
        ..film_night(at)
    }
}

fn later(event: &EventCard, minutes: i64) -> EventCard {
    let by = jiff::SignedDuration::from_mins(minutes);
    EventCard { starts: event.starts.saturating_add(by), ends: event.ends.saturating_add(by), ..event.clone() }
}

fn stub(number: u32, holder: &str) -> TicketStub {
    TicketStub {
        number,
        holder: holder.into(),
        page_link: format!("https://guestlist.example/e/film-night/tickets/tkt_01K9Z.{number}?s=5pZ1Yb"),
        token: format!(
            "1.k1.01K9ZQ4D8N3V6T2M7XB5HSCRWE.{number}.0.01K9ZP2C6J9W4R8Y3GQ7VNDTAM.\
             q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNA"
        ),
    }
}

fn slot(sequence: u32) -> CalendarSlot {
    CalendarSlot {
        uid: "bkg_01K9ZQ4D8N3V6T2M7XB5HSCRWE@guestlist.example".into(),
        sequence,
        organizer_email: "club@vertov.example".into(),
    }
}
