//! A store of one's own, and what is put into it.

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::Fault;
use domain::accounts::{MailChoices, User};
use domain::bookings::{Booking, PartySize, State, Ticket};
use domain::events::{self, Details, Event, EventKind, Organizer, Place, ShortCode, Status, Visibility};
use domain::ids::{BookingId, EventId, Identifier, UserId};
use domain::pools::Pool;
use domain::time::Moment;
use domain::{Change, Language, Record};
use jiff::{SignedDuration, Timestamp};
use std::str::FromStr;
use store::{Access, Error, Location, Store, Table, Used, Verb};
use testbed::embedded::sdk_config;
use testbed::{Embedded, Parameters};

pub const PREFIX: &str = "test-";
pub const KEYS: &str = "/guestlist/test/signing-keys/";

/// Where state is, with this database.
pub fn location(embedded: &Embedded) -> Location {
    let (dynamodb, ssm) = (Some(embedded.endpoint().to_owned()), Some("http://parameters.test".to_owned()));
    Location { prefix: PREFIX.to_owned(), keys: KEYS.to_owned(), dynamodb, ssm }
}

/// A database of its own with a store on it, which may do everything.
pub struct Desk {
    pub embedded: Embedded,
    pub parameters: Parameters,
    pub store: Store,
}

impl Desk {
    pub async fn new() -> Desk {
        Desk::through(|http| http).await
    }

    /// The same, with something between the store and the database.
    pub async fn through(wrap: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> Desk {
        let embedded = Embedded::with_tables(PREFIX).await.unwrap();
        let parameters = Parameters::new();
        let sdk = sdk_config(wrap(parameters.wrap(embedded.http())));
        let verbs = [Verb::Read, Verb::Write, Verb::Remove];
        let tables = Table::ALL.iter().flat_map(|table| verbs.map(|verb| Access::Table(*table, verb)));
        let all = tables.chain(Access::to_keep_keys()).collect();
        let store = Store::for_function(&sdk, &location(&embedded), "test", all, Used::default());
        Desk { embedded, parameters, store }
    }

    pub async fn put(&self, records: impl IntoIterator<Item = Record>) {
        for record in records {
            self.store.commit(&[Change::Put(record)], None).await.unwrap();
        }
    }

    /// Writes the change, which must go through.
    pub async fn done(&self, change: Change) {
        self.store.commit(std::slice::from_ref(&change), None).await.unwrap_or_else(|e| panic!("{change:?}: {e}"));
    }

    /// Writes the change alone and with another, and must be told both times that its condition doesn't hold; nothing of
    /// the other is written.
    pub async fn overtaken(&self, change: Change) {
        let alone = self.store.commit(std::slice::from_ref(&change), None).await;
        assert!(matches!(alone, Err(Error::Overtaken)), "{change:?} gave {alone:?}");
        let bystander = domain::accounts::EmailClaim {
            email: "bystander@example.org".to_owned(),
            user: user_id(99),
            contested: false,
        };
        let together = self.store.commit(&[Change::Put(Record::EmailClaim(bystander)), change], None).await;
        assert!(matches!(together, Err(Error::Overtaken)), "{together:?}");
        assert_eq!(self.store.email_claim("bystander@example.org").await.unwrap(), None, "all or nothing");
    }
}

pub fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

pub fn now() -> Timestamp {
    at("2026-11-20T12:00:00Z")
}

pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

pub fn text<T: FromStr<Err = Fault>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn user_id(number: u128) -> UserId {
    UserId::from_ulid(number)
}
pub fn event_id(number: u128) -> EventId {
    EventId::from_ulid(number)
}
pub fn booking_id(number: u128) -> BookingId {
    BookingId::from_ulid(number)
}

pub fn user(number: u128) -> User {
    User {
        id: user_id(number),
        version: 1,
        name: text("Ada Lovelace"),
        email: text(&format!("ada{number}@example.org")),
        email_verified_at: None,
        password_hash: "$argon2id$".to_owned(),
        login_epoch: 1,
        language: Language::En,
        zone: None,
        bio: text(""),
        city: None,
        mails: MailChoices::default(),
        reports: Default::default(),
        registered_at: now(),
    }
}

/// An event of this number that starts then (in UTC), published.
pub fn event(number: u128, starts: &str) -> Event {
    let moment = |wall: String| Moment::new(wall.try_into().unwrap(), &"UTC".to_owned().try_into().unwrap()).unwrap();
    let (starts, ends) = (moment(starts.to_owned()), moment("2030-01-01T00:00".to_owned()));
    let details = Details {
        name: text("Jazz in the Park"),
        kind: EventKind::Concert,
        description: text("Bring a blanket."),
        starts: "2026-12-24T19:30".to_owned().try_into().unwrap(),
        ends: "2026-12-24T22:00".to_owned().try_into().unwrap(),
        zone: "UTC".to_owned().try_into().unwrap(),
        place: Some(Place { name: text("Park"), address: None, latitude: Some(52.489), longitude: Some(-13.25) }),
        online_link: None,
        capacity: Some(10),
        price: None,
        language: Language::En,
        visibility: Visibility::Public,
    };
    let organizer = Organizer { id: user_id(1), name: text("Olga") };
    let (draft, _) = events::draft(event_id(number), short_code(number), &organizer, None, details, now()).unwrap();
    Event { status: Status::Published, starts, ends, ..draft }
}

/// A code that nobody else has.
pub fn short_code(number: u128) -> ShortCode {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&number.reverse_bits().to_be_bytes());
    ShortCode::of(&bytes)
}

pub fn pool(event: EventId, index: u8, left: i64) -> Pool {
    Pool { event, index, open: true, terms: 3, left, taken: 2, bookings: 2, admitted: 0 }
}

pub fn booking(number: u128, event: &Event, name: &str) -> Booking {
    Booking {
        id: booking_id(number),
        version: 1,
        event: event.id,
        user: user_id(1_000 + number),
        name: text(name),
        state: State::Confirmed,
        since: now() + SignedDuration::from_millis(i64::try_from(number).unwrap()),
        party_size: PartySize::default(),
        places: vec![(0, 1)],
        terms: 3,
        starts: event.starts.instant,
        booked_at: now(),
        cancelled_by: None,
        tickets: vec![Ticket { index: 1, issue: 1, token: format!("TOKEN{number}"), admission: None }],
        resends: 0,
    }
}
