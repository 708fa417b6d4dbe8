//! Facts: what every change of what is stored tells, and what none tells.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::accounts::{MailChoices, MailKind, PasswordReset, SignUpNotice, User, Verification};
use domain::announcements::Announcement;
use domain::bookings::{Booking, Calendar, CancelledBy, State};
use domain::checkins::{self, ScanReport, Shown};
use domain::events::{Details, Event, Status, Visibility};
use domain::facts::{Before, Delivery, Difference, Fact, To, What, direct_deliveries, facts, is_told, may_mail};
use domain::ids::{AnnouncementId, BookingId, EventId, Identifier, PasswordResetId, PictureId, TicketId};
use domain::pictures::Picture;
use domain::record::{Change, Record};
use domain::reminders::{self, Reminder, ReminderKind, ReminderState};
use jiff::SignedDuration;

fn told(old: Option<&Record>, new: Option<&Record>) -> Option<What> {
    let first = facts("stream-1", old, new);
    assert_eq!(first, facts("stream-1", old, new), "a replayed record makes the same facts");
    assert!(first.len() <= 1 && first.iter().all(|fact| fact.id == "stream-1"));
    first.into_iter().next().map(|fact| fact.what)
}

fn event_change(change: impl FnOnce(&mut Details)) -> (Event, Event) {
    let (event, pools) = published();
    let mut details = details();
    change(&mut details);
    let (new, _) = event.changed(details, &pools, &Calendar::empty(organizer().id), false, now()).unwrap();
    (event, new)
}

fn told_of(old: Event, new: Event) -> Option<What> {
    told(Some(&Record::Event(old)), Some(&Record::Event(new)))
}

#[test]
fn events_tell_moves_and_cancellation() {
    let moves: [fn(&mut Details); 5] = [
        |d| d.starts = wall("2026-12-24T19:00"),
        |d| d.ends = wall("2026-12-24T23:00"),
        |d| d.zone = zone("Europe/Paris"),
        |d| d.place.as_mut().unwrap().name = text("Barn"),
        |d| d.online_link = Some(text("https://meet.example.org/x")),
    ];
    for change in moves {
        let (old, new) = event_change(change);
        let before = Before {
            starts: old.starts.clone(),
            ends: old.ends.clone(),
            place: old.details.place.clone(),
            online_link: old.details.online_link.clone(),
        };
        let expected = What::EventMoved { event: old.id, terms: new.terms, before: Box::new(before) };
        assert_eq!(told_of(old, new), Some(expected));
    }
    let small: [fn(&mut Details); 5] = [
        |d| d.description = text("Bring two blankets."),
        |d| d.name = text("Jazz in the Prak"),
        |d| d.capacity = Some(11),
        |d| d.visibility = Visibility::Unlisted,
        |d| d.price = serde_json::from_str(r#"{"amount": 500, "currency": "EUR"}"#).unwrap(),
    ];
    for change in small {
        let (old, new) = event_change(change);
        assert_eq!(told_of(old, new), None);
    }
    let (event, _) = published();
    let picture = Picture { id: PictureId::from_ulid(1), hue: 2 };
    let (covered, _) = event.with_picture(picture, now()).unwrap();
    assert_eq!(told_of(event.clone(), covered), None, "nobody is mailed a cover");
    let draft = draft_of(1, details());
    let elsewhere = Event { starts: event.ends.clone(), ..draft.clone() };
    let cancelled = Event { status: Status::Cancelled, ..event.clone() };
    assert_eq!(told(None, Some(&Record::Event(draft.clone()))), None);
    assert_eq!(told_of(draft.clone(), elsewhere), None, "nobody knows of a draft");
    assert_eq!(told_of(draft.clone(), event.clone()), None);
    assert_eq!(told(Some(&Record::Event(draft)), None), None);
    assert_eq!(told_of(event.clone(), cancelled.clone()), Some(What::EventCancelled { event: event.id }));
    assert_eq!(told_of(cancelled.clone(), Event { version: 9, ..cancelled }), None);
}

/// The mail of a move is overtaken by the next move, whose mail then tells both.
#[test]
fn moves_in_quick_succession_are_told_together() {
    let (event, pools) = published();
    let moved = |event: &Event, at, change: fn(&mut Details)| {
        let mut details = event.details.clone();
        change(&mut details);
        event.changed(details, &pools, &Calendar::empty(organizer().id), false, at).unwrap().0
    };
    let before = |old: &Event, new: &Event| match told_of(old.clone(), new.clone()) {
        Some(What::EventMoved { before, .. }) => *before,
        other => panic!("{other:?}"),
    };
    let after = |minutes| now() + SignedDuration::from_mins(minutes);

    let later = moved(&event, now(), |d| d.starts = wall("2026-12-24T20:00"));
    assert_eq!(before(&event, &later), Before::of(&event));
    // A little later the place, too: the start is told with it.
    let elsewhere = moved(&later, after(9), |d| d.place.as_mut().unwrap().name = text("Barn"));
    assert_eq!(before(&later, &elsewhere).differences(&elsewhere), [Difference::Time, Difference::Place]);
    assert_eq!(before(&later, &elsewhere), Before::of(&event));
    // Something else in between doesn't part them, and each move goes on from the last.
    let typo = moved(&elsewhere, after(12), |d| d.description = text("Bring two blankets."));
    let online = moved(&typo, after(18), |d| d.online_link = Some(text("https://meet.example.org/x")));
    assert_eq!(before(&typo, &online), Before::of(&event));
    // Ten minutes after the last, the mail is long out.
    let longer = moved(&online, after(28), |d| d.ends = wall("2026-12-24T23:00"));
    assert_eq!(before(&online, &longer), Before::of(&online));
    assert_eq!(before(&online, &longer).differences(&longer), [Difference::Time]);

    // A move that is taken back at once: the first mail may have gone out, so the second says what it said.
    let back = moved(&later, after(1), |d| d.starts = wall("2026-12-24T19:30"));
    assert_eq!(before(&later, &back), Before::of(&later));
    assert_eq!(before(&later, &back).differences(&back), [Difference::Time]);
}

#[test]
fn bookings_tell_of_each_transition() {
    use State::*;
    let (event, pools) = published();
    let (booking, ..) = booked(&event, &pools, &Calendar::empty(guest().id), 1);
    let confirmed = What::BookingConfirmed { booking: booking.id, event: event.id };
    let cancelled = What::BookingCancelled { booking: booking.id, by: CancelledBy::Organizer };
    let at = |state| {
        let cancelled_by = (state == Cancelled).then_some(CancelledBy::Organizer);
        Record::Booking(Booking { state, cancelled_by, ..booking.clone() })
    };
    for new in State::ALL {
        let expected = (*new == Confirmed).then(|| confirmed.clone());
        assert_eq!(told(None, Some(&at(*new))), expected, "made as {new:?}");
        assert_eq!(told(Some(&at(*new)), Some(&at(*new))), None, "{new:?} stays");
        assert_eq!(told(Some(&at(*new)), None), None, "{new:?} goes");
    }
    for old in State::ALL {
        for new in old.next() {
            let expected = match (old, new) {
                (Attended, Confirmed) => None,
                (_, Confirmed) => Some(confirmed.clone()),
                (_, Cancelled) => Some(cancelled.clone()),
                _ => None,
            };
            assert_eq!(told(Some(&at(*old)), Some(&at(*new))), expected, "{old:?} to {new:?}");
        }
    }
}

#[test]
fn sending_again_is_told_and_the_door_is_not() {
    let (event, pools) = published();
    let (booking, ..) = booked(&event, &pools, &Calendar::empty(guest().id), 2);
    let record = |booking: &Booking| Record::Booking(booking.clone());
    let again = |booking: &Booking| booking.resent(&event, now()).unwrap().0;
    let sent = Some(What::TicketsRequested { booking: booking.id });
    assert_eq!(told(Some(&record(&booking)), Some(&record(&again(&booking)))), sent);

    let report = ScanReport { id: "scan-0001".parse().unwrap(), at: now(), door: None, shown_offline: None };
    let shown = Shown::Listed(TicketId { booking: booking.id, index: 1 });
    let (scan, changes) = checkins::check_in(&event, Some(&booking), &shown, report, now());
    let Change::Replace(inside) = &changes[1] else { panic!("{changes:?}") };
    let Record::Booking(attended) = inside else { panic!("{inside:?}") };
    assert_eq!(told(Some(&record(&booking)), Some(inside)), None);
    assert_eq!(told(None, Some(&Record::Scan(scan.clone()))), None);
    assert_eq!(told(Some(inside), Some(&record(&again(attended)))), sent, "also from inside");
    let (_, changes) = checkins::undo(&scan, Some(attended), now()).unwrap();
    let Change::Replace(out) = &changes[2] else { panic!("{changes:?}") };
    assert_eq!(told(Some(inside), Some(out)), None, "an undone check-in mails no ticket");

    let moved = Booking { starts: at(ENDS), version: 2, ..booking.clone() };
    assert_eq!(told(Some(&record(&booking)), Some(&record(&moved))), None, "following a move is silent");
}

#[test]
fn codes_and_resets_tell_once_each() {
    let email = text("Ada@example.org");
    let first = Verification::new(&email, 0, "123456".to_owned(), now());
    let later = now() + SignedDuration::from_secs(60);
    let second = Verification::new(&email, 1, "654321".to_owned(), later);
    let (_, tried) = second.tried("000000", later);
    let asked = |at| Some(What::VerificationRequested { email: "ada@example.org".to_owned(), requested_at: at });
    let verification = |v: &Verification| Record::Verification(v.clone());
    assert_eq!(told(None, Some(&verification(&first))), asked(now()));
    assert_eq!(told(Some(&verification(&first)), Some(&verification(&second))), asked(later));
    assert_eq!(told(Some(&verification(&second)), Some(&verification(&tried))), None);
    assert_eq!(told(Some(&verification(&tried)), None), None, "expired");

    let ids = [PasswordResetId::from_ulid(1), PasswordResetId::from_ulid(2)];
    let first = PasswordReset::asked(&email, None, ids[0], now());
    let second = PasswordReset::asked(&email, Some(&first), ids[1], later);
    let used = second.redeemed(ids[1], later).unwrap();
    let asked = |reset| Some(What::PasswordResetRequested { email: "ada@example.org".to_owned(), reset });
    let reset = |r: &PasswordReset| Record::PasswordReset(r.clone());
    assert_eq!(told(None, Some(&reset(&first))), asked(ids[0]));
    assert_eq!(told(Some(&reset(&first)), Some(&reset(&second))), asked(ids[1]));
    assert_eq!(told(Some(&reset(&second)), Some(&reset(&used))), None);

    let notice = |at| Record::SignUpNotice(SignUpNotice { email: "ada@example.org".to_owned(), requested_at: at });
    let known = Some(What::KnownAddressSignedUp { email: "ada@example.org".to_owned() });
    assert_eq!(told(None, Some(&notice(now()))), known);
    assert_eq!(told(Some(&notice(now())), Some(&notice(later))), known);
    assert_eq!(told(Some(&notice(now())), Some(&notice(now()))), None);
}

#[test]
fn reminders_and_announcements() {
    let (event, _) = published();
    for planned in reminders::planned(&event, now()) {
        let state = |state| Record::Reminder(Reminder { state, ..planned.clone() });
        use ReminderState::{Dropped, Fired, Planned};
        let fired = Some(What::ReminderFired { event: event.id, kind: planned.kind, starts: at(STARTS) });
        assert_eq!(told(Some(&state(Planned)), Some(&state(Fired))), fired);
        for (old, new) in [(Planned, Dropped), (Fired, Fired), (Fired, Planned), (Fired, Dropped), (Dropped, Planned)] {
            assert_eq!(told(Some(&state(old)), Some(&state(new))), None, "{old:?} to {new:?}");
        }
        assert_eq!(told(None, Some(&state(Planned))), None);
    }
    let announcement = Record::Announcement(Announcement {
        id: AnnouncementId::from_ulid(3),
        event: event.id,
        subject: text("Rain"),
        body: text("Bring an umbrella."),
        announced_at: now(),
    });
    let announced = What::Announced { event: event.id, announcement: AnnouncementId::from_ulid(3) };
    assert_eq!(told(None, Some(&announcement)), Some(announced));
    assert_eq!(told(Some(&announcement), Some(&announcement)), None);
}

#[test]
fn the_rest_is_silent() {
    let (event, pools) = published();
    let (_, _, calendar) = booked(&event, &pools, &Calendar::empty(guest().id), 1);
    let silent = [
        Record::User(user(2)),
        Record::EventClaim(event.claim()),
        Record::Pool(pools[0].clone()),
        Record::Calendar(calendar),
    ];
    for record in &silent {
        assert_eq!(told(None, Some(record)), None);
        assert_eq!(told(Some(record), Some(record)), None);
        assert_eq!(told(Some(record), None), None);
    }
}

/// One of each kind, all of event and booking 1.
fn each() -> Vec<What> {
    let (event, booking) = (EventId::from_ulid(1), BookingId::from_ulid(1));
    let (published, _) = published();
    let before = Before { starts: published.starts, ends: published.ends, place: None, online_link: None };
    let email = "ada@example.org".to_owned();
    let fired = |kind| What::ReminderFired { event, kind, starts: at(STARTS) };
    vec![
        What::VerificationRequested { email: email.clone(), requested_at: now() },
        What::PasswordResetRequested { email: email.clone(), reset: PasswordResetId::from_ulid(1) },
        What::KnownAddressSignedUp { email },
        What::BookingConfirmed { booking, event },
        What::TicketsRequested { booking },
        What::BookingCancelled { booking, by: CancelledBy::Guest },
        What::EventMoved { event, terms: 1, before: Box::new(before) },
        What::EventCancelled { event },
        fired(ReminderKind::DayBefore),
        fired(ReminderKind::HourBefore),
        What::Announced { event, announcement: AnnouncementId::from_ulid(1) },
    ]
}

#[test]
fn who_may_be_mailed() {
    let verified = user(2);
    let unverified = User { email_verified_at: None, ..user(2) };
    let none = MailChoices { reminder_day_before: false, reminder_hour_before: false, announcement: false };
    let quiet = User { mails: none, ..user(2) };
    let (yes, no) = (true, false);
    // In the order of `each`: verified, unverified, with everything turned off.
    let expected = [
        [no, yes, no],
        [yes, yes, yes],
        [yes, yes, yes],
        [yes, no, yes],
        [yes, no, yes],
        [yes, no, yes],
        [yes, no, yes],
        [yes, no, yes],
        [yes, no, no],
        [yes, no, no],
        [yes, no, no],
    ];
    assert_eq!(each().len(), expected.len());
    for (what, expected) in each().iter().zip(expected) {
        assert_eq!([&verified, &unverified, &quiet].map(|user| may_mail(user, what)), expected, "{what:?}");
    }
    // Each kind is turned off by itself.
    for kind in [MailKind::ReminderDayBefore, MailKind::ReminderHourBefore, MailKind::Announcement] {
        let user = User { mails: MailChoices::default().without(kind), ..user(2) };
        let refused: Vec<_> = each().into_iter().skip(1).filter(|what| !may_mail(&user, what)).collect();
        assert_eq!(refused.iter().map(What::mail_kind).collect::<Vec<_>>(), [Some(kind)]);
    }
}

#[test]
fn who_is_told() {
    use State::*;
    for what in each().iter().filter(|what| what.event_of_all().is_some()) {
        for state in State::ALL {
            let expected = match state {
                Confirmed | Attended => true,
                Requested | Invited | Waitlisted | Offered => !matches!(what, What::ReminderFired { .. }),
                NoShow | Cancelled | Rejected | Declined | Expired => false,
            };
            assert_eq!(is_told(*state, what), expected, "{state:?} of {what:?}");
        }
    }
}

#[test]
fn deliveries_go_to_each_person_once() {
    let guest = || To::Guest(BookingId::from_ulid(1));
    let address = || To::Address("ada@example.org".to_owned());
    for what in each() {
        let fact = Fact { id: "stream-1".to_owned(), what };
        let to: Vec<To> = direct_deliveries(&fact).into_iter().map(|delivery| delivery.to).collect();
        let expected = match &fact.what {
            What::VerificationRequested { .. }
            | What::PasswordResetRequested { .. }
            | What::KnownAddressSignedUp { .. } => {
                vec![address()]
            }
            What::BookingConfirmed { .. } => vec![guest(), To::Organizer(BookingId::from_ulid(1))],
            What::TicketsRequested { .. } | What::BookingCancelled { .. } => vec![guest()],
            _ => vec![],
        };
        assert_eq!(to, expected, "{fact:?}");
        assert_eq!(to.is_empty(), fact.what.event_of_all().is_some(), "told directly or to all: {fact:?}");
        let sent = serde_json::to_string(&fact).unwrap();
        assert_eq!(serde_json::from_str::<Fact>(&sent).unwrap(), fact, "as it travels through a queue");
    }
}

#[test]
fn keys_differ_by_fact_and_person() {
    let what = each().remove(3);
    let people = [
        To::Guest(BookingId::from_ulid(1)),
        To::Guest(BookingId::from_ulid(2)),
        To::Organizer(BookingId::from_ulid(1)),
        To::Address("ada@example.org".to_owned()),
        To::Address("bob@example.org".to_owned()),
    ];
    let mut keys = std::collections::BTreeSet::new();
    for id in ["stream-1", "stream-2"] {
        for to in &people {
            let delivery = Delivery { fact: Fact { id: id.to_owned(), what: what.clone() }, to: to.clone() };
            assert_eq!(delivery.key(), delivery.clone().key());
            keys.insert(delivery.key());
        }
    }
    assert_eq!(keys.len(), 10);
}

#[test]
fn what_the_world_has_overtaken_is_not_sent() {
    let (event, pools) = published();
    let calendar = Calendar::empty(organizer().id);
    let changed = |event: &Event, details| event.changed(details, &pools, &calendar, false, now()).unwrap().0;
    let moved = changed(&event, Details { starts: wall("2026-12-24T19:00"), ..details() });
    let fact = told_of(event.clone(), moved.clone()).unwrap();
    assert!(fact.still_holds(&moved, now()));
    // A typo and a price are no moves.
    let typo = changed(&moved, Details { name: text("Jaz"), ..moved.details.clone() });
    assert!(fact.still_holds(&typo, now()));
    let price = serde_json::from_str(r#"{"amount": 500, "currency": "EUR"}"#).unwrap();
    let dearer = Event { terms: moved.terms + 1, details: Details { price, ..moved.details.clone() }, ..moved.clone() };
    assert!(fact.still_holds(&dearer, now()));
    let pools = domain::pools::opened(&moved);
    let (again, _) = moved
        .changed(Details { ends: wall("2026-12-24T23:00"), ..moved.details.clone() }, &pools, &calendar, false, now())
        .unwrap();
    assert!(!fact.still_holds(&again, now()), "the newer move tells");
    assert!(told_of(moved.clone(), again.clone()).unwrap().still_holds(&again, now()));
    let cancelled = Event { status: Status::Cancelled, ..moved.clone() };
    assert!(!fact.still_holds(&cancelled, now()), "the cancellation tells");
    assert!(!fact.still_holds(&moved, moved.ends.instant), "it is over");

    let fired = What::ReminderFired { event: event.id, kind: ReminderKind::HourBefore, starts: at(STARTS) };
    assert!(fired.still_holds(&event, now()) && !fired.still_holds(&moved, now()));
    let over = What::EventCancelled { event: event.id };
    assert!(over.still_holds(&cancelled, now()));
}
