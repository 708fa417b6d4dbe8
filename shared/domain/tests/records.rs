//! What is stored comes back as it was.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::accounts::{EmailClaim, PasswordReset, SignUpNotice, SpentToken, TokenFamily, User, Verification};
use domain::announcements::Announcement;
use domain::bookings::{Calendar, CancelledBy};
use domain::checkins::{self, DoorPass, ScanReport, Shown};
use domain::events::{Details, Place, SlugClaim};
use domain::ids::{AnnouncementId, DoorPassId, Identifier, PasswordResetId, PictureId, TicketId, TokenFamilyId};
use domain::pictures::Picture;
use domain::record::Record;
use domain::reminders;

fn every_record() -> Vec<Record> {
    let rich = Details {
        place: Some(Place {
            name: text("Park"),
            address: Some(text("Am Treptower Park 1")),
            latitude: Some(52.489),
            longitude: Some(-13.25),
        }),
        online_link: Some(text("https://meet.example.org/x")),
        capacity: None,
        price: serde_json::from_str(r#"{"amount": 1250, "currency": "EUR"}"#).unwrap(),
        ..details()
    };
    let (event, pools) = published_of(1, rich);
    let (cancelled, _) =
        event.cancelled(&Calendar::empty(organizer().id), Some(text("Rain.\n\nSorry.")), now()).unwrap();
    let (booking, _, calendar) = booked(&event, &pools, &Calendar::empty(guest().id), 2);
    let (gone, _) = booking.cancelled(&event, &calendar, CancelledBy::Organizer, now()).unwrap();
    let ticket = TicketId { booking: booking.id, index: 2 };
    let report =
        ScanReport { id: "scan-0001".parse().unwrap(), at: now(), door: Some(text("North")), shown_offline: None };
    let (scan, _) = checkins::check_in(&event, Some(&booking), &Shown::Listed(ticket), report, now());
    let email = text("Ada@example.org");
    let address = "ada@example.org".to_owned();
    let mut records = vec![
        Record::User(user(2)),
        Record::User(User {
            zone: Some(zone("Asia/Kathmandu")),
            city: Some(text("Köln")),
            email_verified_at: None,
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
        Record::Event(draft_of(1, details())),
        Record::EventClaim(event.claim()),
        Record::SlugClaim(SlugClaim { slug: event.slug.clone(), event: event.id }),
        Record::ShortLink(event.short_link()),
        Record::ShortLink(draft_of(1, details()).short_link()),
        Record::Event(event.with_picture(Picture { id: PictureId::from_ulid(1), hue: 7 }, now()).unwrap().0),
        Record::Event(cancelled),
        Record::Announcement(Announcement {
            id: AnnouncementId::from_ulid(1),
            event: event.id,
            subject: text("Rain"),
            body: text("Bring an umbrella."),
            announced_at: now(),
        }),
        Record::DoorPass(DoorPass {
            id: DoorPassId::from_ulid(1),
            event: event.id,
            door: text("North"),
            created_at: now(),
            revoked_at: None,
            version: 1,
        }),
        Record::Booking(booking),
        Record::Booking(gone),
        Record::Calendar(calendar),
        Record::Scan(scan),
    ];
    records.extend(reminders::planned(&event, now()).into_iter().map(Record::Reminder));
    records.extend(pools.into_iter().map(Record::Pool));
    records
}

#[test]
fn every_record_comes_back() {
    let mut kinds = std::collections::BTreeSet::new();
    for record in every_record() {
        let json = serde_json::to_value(&record).unwrap();
        kinds.insert(json["record"].as_str().unwrap().to_owned());
        assert_eq!(json["version"].as_u64(), record.version(), "the version that conditions look at: {json}");
        assert_eq!(serde_json::from_value::<Record>(json).unwrap(), record);
    }
    assert_eq!(kinds.len(), 17, "one of each kind: {kinds:?}");
}
