//! What the tests of all nouns start from: an evening in Berlin, its organizer and its guests.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used)]

use domain::Fault;
use domain::Language;
use domain::accounts::{MailChoices, User};
use domain::bookings::{Booking, Calendar, Guest, Wish};
use domain::events::{self, Details, Event, EventKind, Organizer, Place, ShortCode, Visibility};
use domain::ids::{BookingId, EventId, Identifier, UserId};
use domain::pools::{self, Pool};
use domain::record::Change;
use domain::refusal::Refusal;
use domain::time::{WallTime, Zone};
use jiff::Timestamp;
use std::str::FromStr;

/// The event's own start and end as instants: 19:30 and 22:00 in Berlin.
pub const STARTS: &str = "2026-12-24T18:30:00Z";
pub const ENDS: &str = "2026-12-24T21:00:00Z";

pub fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

/// The day on which everything is decided, unless a test says otherwise.
pub fn now() -> Timestamp {
    at("2026-11-20T12:00:00Z")
}

pub fn text<T: FromStr<Err = Fault>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn wall(time: &str) -> WallTime {
    time.to_owned().try_into().unwrap()
}

pub fn zone(name: &str) -> Zone {
    name.to_owned().try_into().unwrap()
}

pub fn details() -> Details {
    Details {
        name: text("Jazz in the Park"),
        kind: EventKind::Concert,
        description: text("Bring a blanket."),
        starts: wall("2026-12-24T19:30"),
        ends: wall("2026-12-24T22:00"),
        zone: zone("Europe/Berlin"),
        place: Some(Place { name: text("Park"), address: None, latitude: None, longitude: None }),
        online_link: None,
        capacity: Some(10),
        price: None,
        language: Language::En,
        visibility: Visibility::Public,
    }
}

pub fn organizer() -> Organizer {
    Organizer { id: UserId::from_ulid(1), name: text("Olga") }
}

/// A code that nobody else has.
pub fn short_code(number: u128) -> ShortCode {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&number.reverse_bits().to_be_bytes());
    ShortCode::of(&bytes)
}

pub fn draft_of(number: u128, details: Details) -> Event {
    events::draft(EventId::from_ulid(number), short_code(number), &organizer(), None, details, now()).unwrap().0
}

/// An event that is published, with its pools.
pub fn published_of(number: u128, details: Details) -> (Event, Vec<Pool>) {
    let empty = Calendar::empty(organizer().id);
    let (event, _) = draft_of(number, details).published(&empty, true, now()).unwrap();
    let pools = pools::opened(&event);
    (event, pools)
}

pub fn published() -> (Event, Vec<Pool>) {
    published_of(1, details())
}

pub fn guest() -> Guest {
    Guest { id: UserId::from_ulid(2), name: text("Ada Lovelace") }
}

pub fn party(size: u8) -> Wish {
    Wish { party_size: size.try_into().unwrap(), allow_overlap: false }
}

pub fn tokens(size: u8) -> Vec<String> {
    (1..=size).map(|index| format!("TKN{index}")).collect()
}

pub fn booking_id(number: u128) -> BookingId {
    BookingId::from_ulid(number)
}

/// A booking of the event, with what was to be written for it and the calendar that it leaves.
pub fn booked(event: &Event, pools: &[Pool], calendar: &Calendar, size: u8) -> (Booking, Vec<Change>, Calendar) {
    let booked = domain::bookings::book(booking_id(1), event, pools, calendar, &guest(), party(size), now()).unwrap();
    let (booking, changes) = booked.issued(tokens(size));
    let calendar = calendar_in(&changes).unwrap();
    (booking, changes, calendar)
}

pub fn calendar_in(changes: &[Change]) -> Option<Calendar> {
    changes.iter().find_map(|change| match change {
        Change::Replace(domain::Record::Calendar(calendar)) => Some(calendar.clone()),
        _ => None,
    })
}

pub fn user(number: u128) -> User {
    User {
        id: UserId::from_ulid(number),
        version: 1,
        name: text("Ada Lovelace"),
        email: text("Ada@example.org"),
        email_verified_at: Some(now()),
        password_hash: "$argon2id$".to_owned(),
        login_epoch: 0,
        language: Language::En,
        zone: None,
        bio: text(""),
        city: None,
        mails: MailChoices::default(),
        reports: Default::default(),
        registered_at: now(),
    }
}

/// The code of a refusal; what was allowed fails the test.
pub fn code<T>(result: Result<T, Refusal>) -> &'static str {
    result.map(|_| ()).unwrap_err().code
}
