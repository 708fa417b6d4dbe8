//! Every record comes back as it went in: by its own read, and by the image that the stream hands on.

use crate::sample::*;
use domain::Record;
use domain::accounts::{
    EmailClaim, MailChoices, PasswordReset, SignUpNotice, SpentToken, TokenFamily, User, Verification,
};
use domain::announcements::Announcement;
use domain::bookings::{Booking, Calendar, CalendarEntry, CancelledBy, PartySize, State, Ticket};
use domain::checkins::{Admission, DoorPass, Outcome, RedReason, Scan};
use domain::events::{Event, ShortLink, SlugClaim};
use domain::ids::{AnnouncementId, DoorPassId, Identifier, PasswordResetId, TicketId, TokenFamilyId};
use domain::reminders::{Reminder, ReminderKind, ReminderState};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use store::{Table, from_stream_image};
use testbed::Streams;

pub fn every_record() -> Vec<Record> {
    let email = text("Ada@example.org");
    let address = "ada@example.org".to_owned();
    let plain = event(1, "2026-12-24T19:30");
    let mut rich = Event { pools: 3, ..event(2, "2026-12-25T19:30") };
    rich.details.capacity = None;
    rich.details.place = None;
    rich.details.online_link = Some(text("https://meet.example.org/x"));
    rich.details.price = serde_json::from_str(r#"{"amount": 1250, "currency": "EUR"}"#).unwrap();
    rich.cancel_message = Some(text("Rain.\n\nSorry."));
    rich.cancelled_at = Some(now());
    let admission = Admission {
        scan: "scan-0001".parse().unwrap(),
        at: at("2026-12-24T19:31:02.125Z"),
        door: Some(text("Nord ÄÖ")),
    };
    let plain_booking = booking(1, &plain, "Ada Lovelace");
    let rich_booking = Booking {
        state: State::Cancelled,
        places: vec![(1, 2), (2, 18)],
        cancelled_by: Some(CancelledBy::Organizer),
        tickets: vec![
            Ticket { index: 1, issue: 2, token: "T".repeat(167), admission: Some(admission.clone()) },
            Ticket { index: 2, issue: 1, token: String::new(), admission: None },
        ],
        ..booking(2, &rich, "Łukasz Ünal 李")
    };
    let ticket = TicketId { booking: plain_booking.id, index: 1 };
    let scan = Scan {
        id: "scan-0001".parse().unwrap(),
        event: plain.id,
        ticket: Some(ticket),
        name: Some(text("Ada Lovelace")),
        party_size: Some(PartySize::try_from(20).unwrap()),
        at: admission.at,
        received_at: now(),
        door: admission.door.clone(),
        outcome: Outcome::Admitted,
        shown_offline: None,
        reason: None,
        admission: Some(admission),
        undone_at: Some(now()),
        version: 2,
    };
    let red = Scan {
        id: "scan-0002".parse().unwrap(),
        ticket: None,
        party_size: None,
        outcome: Outcome::Refused,
        shown_offline: Some(Outcome::Admitted),
        reason: Some(RedReason::NotATicket),
        ..scan.clone()
    };
    let mut calendar = Calendar { version: 3, ..Calendar::empty(user_id(3)) };
    let entry = |booking| CalendarEntry { booking, starts: plain.starts.instant, ends: plain.ends.instant };
    calendar.entries.insert(plain.id.to_string(), entry(Some(plain_booking.id)));
    calendar.entries.insert(rich.id.to_string(), entry(None));
    calendar.recent = vec![now(), now() + hours(1)];
    let reminder = |kind, state| Reminder { event: plain.id, kind, due: now(), starts: plain.starts.instant, state };
    vec![
        Record::User(user(2)),
        Record::User(User {
            zone: Some("Asia/Kathmandu".to_owned().try_into().unwrap()),
            city: Some(text("Köln")),
            email_verified_at: Some(now()),
            mails: MailChoices { announcement: false, ..MailChoices::default() },
            ..user(3)
        }),
        Record::EmailClaim(EmailClaim { email: address.clone(), user: user(2).id, contested: true }),
        Record::Verification(Verification::new(&email, 0, "012345".to_owned(), now())),
        Record::PasswordReset(PasswordReset::asked(&email, None, PasswordResetId::from_ulid(1), now())),
        Record::SignUpNotice(SignUpNotice { email: address, requested_at: now() }),
        Record::TokenFamily(TokenFamily::new(TokenFamilyId::from_ulid(1), &user(2), "hash".to_owned(), now())),
        Record::TokenFamily(TokenFamily {
            spent: Some(SpentToken { hash: "one".to_owned(), salt: "salt".to_owned(), used_at: now() }),
            ..TokenFamily::new(TokenFamilyId::from_ulid(2), &user(2), "two".to_owned(), now())
        }),
        Record::EventClaim(plain.claim()),
        Record::SlugClaim(SlugClaim { slug: plain.slug.clone(), event: plain.id }),
        Record::ShortLink(plain.short_link()),
        Record::ShortLink(ShortLink { code: short_code(77), event: rich.id, slug: None }),
        Record::Announcement(Announcement {
            id: AnnouncementId::from_ulid(1),
            event: plain.id,
            subject: text("Rain"),
            body: text("Bring an umbrella.\n\n☂"),
            announced_at: now(),
        }),
        Record::DoorPass(DoorPass {
            id: DoorPassId::from_ulid(1),
            event: plain.id,
            door: text("North"),
            created_at: now(),
            revoked_at: Some(now()),
            version: 2,
        }),
        Record::Reminder(reminder(ReminderKind::DayBefore, ReminderState::Fired)),
        Record::Reminder(reminder(ReminderKind::HourBefore, ReminderState::Planned)),
        Record::Pool(pool(plain.id, 0, 1_000_000_000_000)),
        Record::Event(plain),
        Record::Event(rich),
        Record::Booking(plain_booking),
        Record::Booking(rich_booking),
        Record::Calendar(calendar),
        Record::Scan(scan),
        Record::Scan(red),
    ]
}

/// The record, read as functions read it.
async fn read_back(desk: &Desk, record: &Record) -> Option<Record> {
    let store = &desk.store;
    match record {
        Record::User(it) => store.user(it.id).await.unwrap().map(Record::User),
        Record::EmailClaim(it) => store.email_claim(&it.email).await.unwrap().map(Record::EmailClaim),
        Record::Verification(it) => store.verification(&it.email).await.unwrap().map(Record::Verification),
        Record::PasswordReset(it) => store.password_reset(&it.email).await.unwrap().map(Record::PasswordReset),
        Record::TokenFamily(it) => {
            store.token_family(it.user, it.id).await.unwrap().map(|(family, _)| Record::TokenFamily(family))
        }
        Record::Event(it) => store.event(it.id).await.unwrap().map(Record::Event),
        Record::EventClaim(it) => {
            let event = store.event_twin(it).await.unwrap();
            event.map(|event| Record::EventClaim(domain::events::EventClaim { event, ..it.clone() }))
        }
        Record::SlugClaim(it) => {
            let event = store.event_by_slug(it.slug.as_str()).await.unwrap();
            event.map(|event| Record::SlugClaim(SlugClaim { event, ..it.clone() }))
        }
        Record::ShortLink(it) => store.short_link(&it.code).await.unwrap().map(Record::ShortLink),
        Record::Announcement(it) => store.announcement(it.event, it.id).await.unwrap().map(Record::Announcement),
        Record::DoorPass(it) => store.door_pass(it.event, it.id).await.unwrap().map(Record::DoorPass),
        Record::Pool(it) => store.pools(it.event, 1).await.unwrap().pop().map(Record::Pool),
        Record::Booking(it) => store.booking(it.id).await.unwrap().map(Record::Booking),
        Record::Calendar(it) => Some(Record::Calendar(store.calendar(it.user).await.unwrap())),
        Record::Scan(it) => store.scan(it.event, &it.id).await.unwrap().map(Record::Scan),
        // No function reads them by their key.
        Record::SignUpNotice(_) | Record::Reminder(_) => Some(record.clone()),
    }
}

#[tokio::test]
async fn every_record_comes_back_from_its_table_and_through_the_stream() {
    let desk = Desk::new().await;
    let records = every_record();
    let kinds: BTreeSet<String> = records
        .iter()
        .map(|record| serde_json::to_value(record).unwrap()["record"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds.len(), 17, "one of each kind: {kinds:?}");
    desk.put(records.clone()).await;
    for record in &records {
        assert_eq!(read_back(&desk, record).await.as_ref(), Some(record));
    }
    let images: Vec<Record> = Streams::new()
        .next(&desk.embedded, PREFIX)
        .unwrap()
        .iter()
        .map(|change| from_stream_image(&change["dynamodb"]["NewImage"]).unwrap())
        .collect();
    for record in &records {
        let streamed = !matches!(record, Record::Pool(_));
        assert_eq!(images.contains(record), streamed, "{record:?}");
    }
    assert_eq!(images.len() + 1, records.len());
}

#[tokio::test]
async fn a_stream_tells_what_was_before() {
    let desk = Desk::new().await;
    let renamed = User { version: 2, name: text("Ada King"), ..user(2) };
    desk.put([Record::User(user(2)), Record::User(renamed.clone())]).await;
    desk.done(domain::Change::Remove(Record::User(renamed.clone()))).await;
    let changes = Streams::new().next(&desk.embedded, PREFIX).unwrap();
    let image = |at: usize, name: &str| {
        changes[at]["dynamodb"]
            .get(name)
            .filter(|image| !image.is_null())
            .map(|image| from_stream_image(image).unwrap())
    };
    assert_eq!((image(0, "OldImage"), image(0, "NewImage")), (None, Some(Record::User(user(2)))));
    assert_eq!(image(1, "OldImage"), Some(Record::User(user(2))));
    assert_eq!(image(1, "NewImage"), Some(Record::User(renamed.clone())));
    assert_eq!((image(2, "OldImage"), image(2, "NewImage")), (Some(Record::User(renamed)), None));
    let ids: BTreeSet<&str> = changes.iter().map(|change| change["eventID"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3, "each change has an id of its own");
}

#[test]
fn what_is_no_record_is_an_error_and_not_a_guess() {
    let number = |text: &str| serde_json::json!({ "N": text });
    let text = |text: &str| serde_json::json!({ "S": text });
    for image in [
        serde_json::json!({}),
        serde_json::json!({ "pk": text("x"), "sk": text("y") }),
        serde_json::json!({ "record": text("unheard_of") }),
        serde_json::json!({ "record": text("pool"), "left": number("3") }),
        serde_json::json!({ "record": { "Q": "?" } }),
        serde_json::json!("nothing"),
    ] {
        assert!(from_stream_image(&image).is_err(), "{image}");
    }
}

proptest::prop_compose! {
    fn any_booking()(
        number in 1u128..1 << 100,
        version in 1u64..1 << 53,
        name in "[\\p{L}][\\p{L} '.-]{0,60}[\\p{L}]",
        state in proptest::sample::select(State::ALL),
        seconds in 0i64..4_000_000_000,
        millis in 0i64..1_000,
        places in proptest::collection::vec((0u8..64, 1u8..=20), 1..5),
        party in 1u8..=20,
        issues in proptest::collection::vec((1u16.., proptest::option::of(0i64..4_000_000_000)), 0..20),
        resends in 0u32..11,
    ) -> Option<Booking> {
        let instant = |seconds: i64| jiff::Timestamp::from_millisecond(seconds * 1_000 + millis).unwrap();
        let admission = |seconds| Admission { scan: "scan-0001".parse().unwrap(), at: instant(seconds), door: None };
        let tickets = (1u8..).zip(issues).map(|(index, (issue, came))| {
            Ticket { index, issue, token: format!("T{issue}"), admission: came.map(admission) }
        });
        // Letters that no name may hold are left out.
        Some(Booking {
            id: booking_id(number),
            version,
            name: name.parse().ok()?,
            state,
            since: instant(seconds),
            party_size: party.try_into().unwrap(),
            places,
            tickets: tickets.collect(),
            resends,
            ..booking(1, &event(1, "2026-12-24T19:30"), "Ada")
        })
    }
}

/// Whatever a booking holds comes back, by key, through the index of its event and through the stream.
#[test]
fn any_booking_comes_back() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let desk = runtime.block_on(Desk::new());
    let streams = Streams::new();
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&any_booking(), |booking| {
        let Some(booking) = booking else { return Err(TestCaseError::reject("no name")) };
        runtime.block_on(async {
            desk.put([Record::Booking(booking.clone())]).await;
            let stored = desk.store.booking(booking.id).await.unwrap();
            prop_assert_eq!(stored.as_ref(), Some(&booking));
            let pools = booking.home_pool() + 1;
            let (state, name) = (Some(booking.state), booking.name.folded());
            let mut found = Vec::new();
            let mut cursor = None;
            loop {
                let page = desk.store.bookings_at(booking.event, pools, state, Some(&name), 100, cursor.as_deref());
                let page = page.await.unwrap();
                found.extend(page.items);
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert!(found.contains(&booking));
            let changes = streams.next(&desk.embedded, PREFIX).unwrap();
            let image = from_stream_image(&changes.last().unwrap()["dynamodb"]["NewImage"]).unwrap();
            prop_assert_eq!(image, Record::Booking(booking));
            Ok(())
        })
    });
    outcome.unwrap();
}

#[test]
fn tables_are_found_by_their_names() {
    for table in Table::ALL {
        assert_eq!(Table::named(table.name()), Some(*table));
    }
    assert_eq!(Table::named("users"), None);
}
