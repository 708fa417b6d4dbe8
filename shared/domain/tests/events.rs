//! Events: drafts, publishing, changing, cancelling, discarding.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::FaultCode;
use domain::bookings::{Calendar, CalendarEntry};
use domain::events::{self, Details, Event, Status};
use domain::ids::{EventId, Identifier, UserId};
use domain::money::Money;
use domain::record::{Change, Record};
use domain::refusal::RefusalKind;
use domain::reminders::ReminderState;
use jiff::{SignedDuration, Timestamp};

fn empty() -> Calendar {
    Calendar::empty(organizer().id)
}

/// The organizer's calendar with something from 19:00 to 20:00 in Berlin on the evening of the event.
fn busy() -> Calendar {
    let entry = CalendarEntry {
        booking: Some(booking_id(9)),
        starts: at("2026-12-24T18:00:00Z"),
        ends: at("2026-12-24T19:00:00Z"),
    };
    empty().with(EventId::from_ulid(99), entry, false, now()).unwrap()
}

fn price(amount: u64) -> Option<Money> {
    serde_json::from_value(serde_json::json!({ "amount": amount, "currency": "EUR" })).unwrap()
}

#[test]
fn details_are_refused_for_each_fault() {
    let fault = |change: fn(&mut Details)| {
        let mut details = details();
        change(&mut details);
        let refusal = details.checked(None, now()).unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, "invalid"));
        refusal.errors.into_iter().map(|error| format!("{} {}", error.pointer, error.fault.detail)).collect::<Vec<_>>()
    };
    type Case = (fn(&mut Details), &'static [&'static str]);
    let cases: &[Case] = &[
        (|d| d.ends = d.starts, &["/ends must be after the start"]),
        (|d| d.ends = wall("2026-12-24T19:29"), &["/ends must be after the start"]),
        (|d| d.ends = wall("2027-01-24T19:31"), &["/ends must be within 31 days of the start"]),
        (
            |d| d.starts = wall("2026-11-20T13:00"),
            &["/ends must be within 31 days of the start", "/starts lies in the past"],
        ),
        (|d| (d.starts, d.ends) = (wall("2026-11-20T13:00"), wall("2026-11-20T14:00")), &["/starts lies in the past"]),
        (
            |d| (d.starts, d.ends) = (wall("2037-01-01T19:00"), wall("2037-01-01T20:00")),
            &["/starts is more than 10 years ahead"],
        ),
        (
            |d| (d.starts, d.ends) = (wall("2027-03-28T02:30"), wall("2027-03-28T04:00")),
            &["/starts doesn't exist in its zone: the clocks go forward then. Choose an hour earlier or later"],
        ),
        (
            |d| {
                (d.starts, d.ends, d.zone) =
                    (wall("9999-12-31T22:00"), wall("9999-12-31T23:59"), zone("America/New_York"))
            },
            &["/starts is more than 10 years ahead", "/ends is more than 10 years ahead"],
        ),
        (|d| d.place = None, &["/place is needed, unless there is an online_link"]),
        (|d| d.capacity = Some(0), &["/capacity must be at least 1"]),
        (|d| d.capacity = Some(1_000_001), &["/capacity can be at most 1000000"]),
    ];
    for (change, faults) in cases {
        assert_eq!(fault(*change), *faults);
    }
    let several = fault(|d| {
        d.ends = d.starts;
        d.place = None;
        d.capacity = Some(0);
    });
    assert_eq!(several.len(), 3, "all at once: {several:?}");
}

#[test]
fn details_at_the_limits_are_fine() {
    let cases: &[fn(&mut Details)] = &[
        |d| d.ends = wall("2027-01-24T19:30"),
        |d| d.capacity = Some(1_000_000),
        |d| d.capacity = None,
        |d| (d.place, d.online_link) = (None, Some(text("https://meet.example.org/x"))),
        |d| d.starts = wall("2026-12-24T19:29"),
        // From before the clocks go back to after: half an hour on the wall, an hour and a half in truth.
        |d| (d.starts, d.ends) = (wall("2027-10-31T02:30"), wall("2027-10-31T03:00")),
    ];
    for change in cases {
        let mut details = details();
        change(&mut details);
        details.checked(None, now()).unwrap();
    }
}

#[test]
fn a_draft_claims_its_name_and_slug() {
    let (event, changes) =
        events::draft(EventId::from_ulid(1), short_code(1), &organizer(), None, details(), now()).unwrap();
    assert_eq!((event.status, event.version, event.terms, event.sequence, event.pools), (Status::Draft, 1, 1, 0, 1));
    assert_eq!((event.starts.instant, event.ends.instant), (at(STARTS), at(ENDS)));
    assert_eq!(event.slug.as_str(), "jazz-in-the-park-000001");
    let [
        Change::Insert(Record::Event(stored)),
        Change::Insert(Record::EventClaim(claim)),
        Change::Insert(Record::SlugClaim(slug)),
        Change::Insert(Record::ShortLink(link)),
    ] = changes.as_slice()
    else {
        panic!("{changes:?}")
    };
    assert_eq!((stored, claim, &slug.slug), (&event, &event.claim(), &event.slug));
    assert_eq!((&link.code, link.event, &link.slug), (&short_code(1), event.id, &None), "a draft is nobody's to find");
    assert_eq!((claim.name.as_str(), claim.starts), ("jazz in the park", at(STARTS)));
}

#[test]
fn who_may_see_and_run_it() {
    let (someone, organizer) = (UserId::from_ulid(7), organizer().id);
    let draft = draft_of(1, details());
    let (published, _) = published();
    assert_eq!(code(draft.clone().seen_by(Some(someone))), "event_not_found");
    assert_eq!(code(draft.clone().seen_by(None)), "event_not_found");
    assert_eq!(code(draft.clone().run_by(someone)), "event_not_found", "nobody may know of a draft");
    assert_eq!(code(published.clone().run_by(someone)), "not_organizer");
    draft.clone().seen_by(Some(organizer)).unwrap();
    draft.run_by(organizer).unwrap();
    published.clone().seen_by(None).unwrap();
    published.run_by(organizer).unwrap();
}

#[test]
fn publishing_opens_the_pools_and_plans_the_reminders() {
    let draft = draft_of(1, Details { capacity: Some(600), ..details() });
    let (event, changes) = draft.published(&empty(), false, now()).unwrap();
    assert_eq!((event.status, event.version, event.terms, event.published_at), (Status::Published, 2, 2, Some(now())));
    assert!(event.is_listed());
    let pools: Vec<_> = changes
        .iter()
        .filter_map(|change| if let Change::Insert(Record::Pool(pool)) = change { Some(pool) } else { None })
        .collect();
    assert_eq!(pools.iter().map(|pool| pool.left).collect::<Vec<_>>(), [200, 200, 200]);
    assert!(pools.iter().all(|pool| pool.open && pool.terms == 2 && pool.taken == 0));
    let reminders: Vec<_> = changes
        .iter()
        .filter_map(|change| if let Change::Put(Record::Reminder(r)) = change { Some(r.state) } else { None })
        .collect();
    assert_eq!(reminders, [ReminderState::Planned; 2]);
    let entry = calendar_in(&changes).unwrap().entry(event.id).unwrap().clone();
    assert_eq!(entry, CalendarEntry { booking: None, starts: at(STARTS), ends: at(ENDS) });
    let (again, nothing) = event.published(&empty(), false, now()).unwrap();
    assert_eq!((again, nothing.len()), (event, 0));
}

#[test]
fn publishing_is_refused() {
    let draft = draft_of(1, details());
    assert_eq!(code(draft.published(&empty(), false, at(STARTS))), "event_started");
    assert_eq!(code(draft.published(&busy(), false, now())), "schedule_conflict");
    draft.published(&busy(), true, now()).unwrap();
    let cancelled = Event { status: Status::Cancelled, ..draft };
    assert_eq!(code(cancelled.published(&empty(), false, now())), "event_cancelled");
}

#[test]
fn cancelling_closes_the_pools_and_frees_name_and_evening() {
    let draft = draft_of(1, Details { capacity: Some(600), ..details() });
    let (event, changes) = draft.published(&empty(), false, now()).unwrap();
    let calendar = calendar_in(&changes).unwrap();
    let (gone, changes) = event.cancelled(&calendar, Some(text("Rain.")), now()).unwrap();
    assert_eq!((gone.status, gone.terms, gone.sequence, gone.version), (Status::Cancelled, 3, 1, 3));
    assert_eq!(gone.cancel_message, Some(text("Rain.")));
    assert!(!gone.is_listed() && gone.is_visible());
    for pool in 0..3 {
        assert!(changes.contains(&Change::ClosePool { event: event.id, pool, seen: 2 }));
    }
    assert!(changes.contains(&Change::Remove(Record::EventClaim(event.claim()))));
    assert_eq!(calendar_in(&changes).unwrap().entry(event.id), None);
    let dropped =
        |change: &&Change| matches!(change, Change::Put(Record::Reminder(r)) if r.state == ReminderState::Dropped);
    assert_eq!(changes.iter().filter(dropped).count(), 2);
    assert_eq!(gone.cancelled(&calendar, None, now()).unwrap().1, [], "once is enough");
}

#[test]
fn cancelling_and_discarding_are_refused() {
    let (event, _) = published();
    let draft = draft_of(1, details());
    assert_eq!(code(draft.cancelled(&empty(), None, now())), "event_draft");
    assert_eq!(code(event.cancelled(&empty(), None, at(ENDS))), "event_ended");
    assert_eq!(code(event.discarded()), "event_published");
    event.cancelled(&empty(), None, at(ENDS) - SignedDuration::from_secs(1)).unwrap();
}

#[test]
fn discarding_takes_the_claims_along() {
    let draft = draft_of(1, details());
    let changes = draft.discarded().unwrap();
    let [
        Change::RemoveSeen { record: Record::Event(event), seen: 1 },
        Change::Remove(Record::EventClaim(claim)),
        Change::Remove(Record::SlugClaim(slug)),
        Change::Remove(Record::ShortLink(link)),
    ] = changes.as_slice()
    else {
        panic!("{changes:?}")
    };
    assert_eq!((event, claim, &slug.slug), (&draft, &draft.claim(), &draft.slug));
    assert_eq!(link.code, draft.code);
}

/// What a change of a published event is: (terms, sequence, the terms of its move) before are (2, 0, 1).
#[test]
fn terms_and_sequence_rise_only_with_what_matters() {
    type Case = (&'static str, fn(&mut Details), (u64, u32, u64), bool, bool);
    let cases: &[Case] = &[
        ("a typo", |d| d.description = text("Bring two blankets."), (2, 0, 1), false, false),
        ("visibility", |d| d.visibility = events::Visibility::Unlisted, (2, 0, 1), false, false),
        ("the name", |d| d.name = text("Jazz in the Barn"), (2, 1, 1), false, false),
        ("the capacity", |d| d.capacity = Some(20), (2, 0, 1), false, false),
        ("the price", |d| d.price = price(500), (3, 0, 1), false, false),
        ("the place", |d| d.place.as_mut().unwrap().name = text("Barn"), (3, 1, 3), false, false),
        ("the link", |d| d.online_link = Some(text("https://meet.example.org")), (3, 1, 3), false, false),
        ("the start", |d| d.starts = wall("2026-12-24T19:00"), (3, 1, 3), true, true),
        ("the end", |d| d.ends = wall("2026-12-24T23:00"), (3, 1, 3), true, false),
        ("the zone", |d| d.zone = zone("Europe/Moscow"), (3, 1, 3), true, true),
    ];
    let (event, pools) = published();
    for (what, change, numbers, in_calendar, reminders) in cases {
        let mut details = details();
        change(&mut details);
        let (new, changes) = event.changed(details, &pools, &empty(), false, now()).unwrap();
        assert_eq!((new.terms, new.sequence, new.moved_terms), *numbers, "{what}");
        assert_eq!(new.version, event.version + 1, "{what}");
        assert_eq!(calendar_in(&changes).is_some(), *in_calendar, "{what} and the calendar");
        let planned = changes.iter().filter(|change| matches!(change, Change::Put(Record::Reminder(_)))).count();
        assert_eq!(planned, if *reminders { 2 } else { 0 }, "{what} and the reminders");
        let pools = changes
            .iter()
            .any(|change| matches!(change, Change::ChangePool { seen: 2, terms, .. } if *terms == new.terms));
        assert_eq!(pools, new.terms > 2 || *what == "the capacity", "{what}: the pools carry the event's terms");
    }
}

#[test]
fn a_change_of_nothing_writes_nothing() {
    let (event, pools) = published();
    assert_eq!(event.changed(details(), &pools, &empty(), false, now()).unwrap(), (event, vec![]));
}

#[test]
fn a_duplicate_is_kept_away_by_the_claim() {
    let (event, pools) = published();
    let changed = |details| event.changed(details, &pools, &empty(), false, now()).unwrap();
    let claims = |changes: &[Change]| {
        let of = |change: &Change| match change {
            Change::Remove(Record::EventClaim(claim)) => Some(("gone", claim.name.clone(), claim.starts)),
            Change::Insert(Record::EventClaim(claim)) => Some(("new", claim.name.clone(), claim.starts)),
            _ => None,
        };
        changes.iter().filter_map(of).collect::<Vec<(&str, String, Timestamp)>>()
    };
    let jazz = || "jazz in the park".to_owned();
    let (_, renamed) = changed(Details { name: text("Blues"), ..details() });
    assert_eq!(claims(&renamed), [("gone", jazz(), at(STARTS)), ("new", "blues".to_owned(), at(STARTS))]);
    let (_, moved) = changed(Details { starts: wall("2026-12-24T20:30"), ..details() });
    assert_eq!(claims(&moved), [("gone", jazz(), at(STARTS)), ("new", jazz(), at("2026-12-24T19:30:00Z"))]);
    let (_, louder) = changed(Details { name: text("JAZZ in the Park"), ..details() });
    assert_eq!(claims(&louder), [], "the same to a reader, the same claim");
}

#[test]
fn changing_is_refused() {
    let (event, pools) = published();
    let later = || Details { starts: wall("2026-12-24T19:45"), ..details() };
    let cancelled = Event { status: Status::Cancelled, ..event.clone() };
    assert_eq!(code(cancelled.changed(later(), &pools, &empty(), false, now())), "event_cancelled");
    assert_eq!(code(event.changed(later(), &pools, &empty(), false, at(ENDS))), "event_ended");
    assert_eq!(code(event.changed(later(), &pools, &busy(), false, now())), "schedule_conflict");
    event.changed(later(), &pools, &busy(), true, now()).unwrap();
    // Into the past; but what has begun can be described anew, and can last longer.
    let begun = at(STARTS) + SignedDuration::from_mins(30);
    assert_eq!(code(event.changed(later(), &pools, &empty(), false, begun)), "invalid");
    let longer = Details { ends: wall("2026-12-24T23:00"), description: text("On and on."), ..details() };
    event.changed(longer, &pools, &empty(), false, begun).unwrap();
    // Nor can it have ended before now; an end ahead is as good as any.
    let ends = |ends: &str| {
        let details = Details { ends: wall(ends), ..details() };
        event.changed(details, &pools, &empty(), false, begun).map_err(|refusal| refusal.errors)
    };
    let errors = ends("2026-12-24T20:00").unwrap_err();
    assert_eq!((errors[0].pointer.as_str(), errors[0].fault.code), ("/ends", FaultCode::InThePast));
    ends("2026-12-24T20:01").unwrap();
    // What ended as a draft can still be described: neither its start nor its end is said anew.
    let draft = draft_of(1, details());
    let described = Details { description: text("Was it?"), ..details() };
    draft.changed(described, &[], &empty(), false, at(ENDS) + SignedDuration::from_hours(1)).unwrap();
}

#[test]
fn a_draft_changes_without_pools_calendar_and_reminders() {
    let draft = draft_of(1, details());
    let new = Details { starts: wall("2026-12-24T19:45"), capacity: Some(600), ..details() };
    let (event, changes) = draft.changed(new, &[], &busy(), false, now()).unwrap();
    assert_eq!((event.status, event.pools), (Status::Draft, 3));
    assert!(matches!(
        changes.as_slice(),
        [
            Change::Replace(Record::Event(_)),
            Change::Remove(Record::EventClaim(_)),
            Change::Insert(Record::EventClaim(_))
        ]
    ));
}
