//! Reminders: planned while ahead, planned anew on a move, dropped when late, fired once.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::bookings::Calendar;
use domain::events::{Details, Event, Status};
use domain::record::{Change, Record};
use domain::reminders::{self, Reminder, ReminderKind, ReminderState};
use jiff::{SignedDuration, Timestamp};

use ReminderKind::{DayBefore, HourBefore};
use ReminderState::{Dropped, Fired, Planned};

const DAY_DUE: &str = "2026-12-23T18:30:00Z";
const HOUR_DUE: &str = "2026-12-24T17:30:00Z";

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn states(event: &Event, now: Timestamp) -> [ReminderState; 2] {
    let [day, hour] = <[Reminder; 2]>::try_from(reminders::planned(event, now)).unwrap();
    assert_eq!((day.kind, hour.kind), (DayBefore, HourBefore));
    [day.state, hour.state]
}

#[test]
fn planned_only_while_ahead() {
    let (event, _) = published();
    let cases = [
        (now(), [Planned, Planned]),
        (at(DAY_DUE) - seconds(1), [Planned, Planned]),
        (at(DAY_DUE), [Dropped, Planned]),
        (at(HOUR_DUE) - seconds(1), [Dropped, Planned]),
        (at(HOUR_DUE), [Dropped, Dropped]),
    ];
    for (now, expected) in cases {
        assert_eq!(states(&event, now), expected, "at {now}");
    }
    let [day, hour] = <[Reminder; 2]>::try_from(reminders::planned(&event, now())).unwrap();
    assert_eq!((day.due, hour.due), (at(DAY_DUE), at(HOUR_DUE)));
    assert_eq!((day.starts, hour.starts), (at(STARTS), at(STARTS)));
}

#[test]
fn a_tick_fires_what_is_due_and_drops_what_is_late() {
    let hour = SignedDuration::from_hours(1);
    let cases = [
        (DayBefore, at(DAY_DUE) - seconds(1), None),
        (DayBefore, at(DAY_DUE), Some(Fired)),
        (DayBefore, at(DAY_DUE) + hour * 6, Some(Fired)),
        (DayBefore, at(DAY_DUE) + hour * 6 + seconds(1), Some(Dropped)),
        (HourBefore, at(HOUR_DUE) - seconds(1), None),
        (HourBefore, at(HOUR_DUE), Some(Fired)),
        (HourBefore, at(STARTS) - seconds(1), Some(Fired)),
        (HourBefore, at(STARTS), Some(Dropped)),
        (HourBefore, at(STARTS) + hour * 48, Some(Dropped)),
    ];
    let (event, _) = published();
    for (kind, now, expected) in cases {
        let planned = reminders::planned(&event, common::now()).into_iter().find(|r| r.kind == kind).unwrap();
        let ticked = planned.ticked(now);
        assert_eq!(ticked.as_ref().map(|r| r.state), expected, "{kind:?} at {now}");
        // A second tick finds nothing to do.
        assert_eq!(ticked.and_then(|ticked| ticked.ticked(now)), None);
    }
}

#[test]
fn what_is_fired_or_dropped_stays_so() {
    let (event, _) = published();
    for state in [Fired, Dropped] {
        for reminder in reminders::planned(&event, now()) {
            assert_eq!(Reminder { state, ..reminder }.ticked(at(STARTS) - seconds(1)), None);
        }
    }
    for reminder in reminders::dropped(&event) {
        assert_eq!((reminder.state, reminder.ticked(at(HOUR_DUE))), (Dropped, None));
    }
}

fn planned_by(event: &Event, details: Details, now: Timestamp) -> (Event, Vec<Reminder>) {
    let pools = domain::pools::opened(event);
    let (event, changes) = event.changed(details, &pools, &Calendar::empty(organizer().id), true, now).unwrap();
    let planned = changes
        .into_iter()
        .filter_map(|change| if let Change::Put(Record::Reminder(reminder)) = change { Some(reminder) } else { None })
        .collect();
    (event, planned)
}

#[test]
fn a_moved_event_is_planned_anew() {
    let (event, _) = published();
    let later = Details { starts: wall("2026-12-26T10:00"), ends: wall("2026-12-26T12:00"), ..details() };
    // The day reminder for the first start has fired by now; for the second it is ahead again.
    let now = at(DAY_DUE) + seconds(60);
    let (moved, planned) = planned_by(&event, later, now);
    let [day, hour] = planned.as_slice() else { panic!("{planned:?}") };
    assert_eq!((day.due, day.state, day.starts), (at("2026-12-25T09:00:00Z"), Planned, moved.starts.instant));
    assert_eq!((hour.due, hour.state, hour.starts), (at("2026-12-26T08:00:00Z"), Planned, moved.starts.instant));
    // Moved near: its points have passed.
    let soon = Details { starts: wall("2026-12-23T20:00"), ends: wall("2026-12-23T22:00"), ..details() };
    let (_, planned) = planned_by(&event, soon, now);
    assert_eq!(planned.iter().map(|r| r.state).collect::<Vec<_>>(), [Dropped, Dropped]);
}

#[test]
fn another_end_leaves_a_reminder_that_waits_for_its_tick() {
    let (event, _) = published();
    let longer = Details { ends: wall("2026-12-24T23:00"), ..details() };
    assert_eq!(planned_by(&event, longer, at(DAY_DUE) + seconds(30)).1, []);
}

#[test]
fn a_mail_goes_out_only_for_the_start_that_it_was_fired_for() {
    let (event, _) = published();
    let holds = |event: &Event, now| Reminder::still_holds(event, at(STARTS), now);
    assert!(holds(&event, now()) && holds(&event, at(STARTS) - seconds(1)));
    assert!(!holds(&event, at(STARTS)), "it has begun");
    assert!(!holds(&Event { status: Status::Cancelled, ..event.clone() }, now()));
    let (moved, _) = planned_by(&event, Details { starts: wall("2026-12-24T20:00"), ..details() }, now());
    assert!(!holds(&moved, now()));
}

/// "A day before" is the same wall time, whatever the clocks do in between; "an hour before" is an hour.
#[test]
fn clocks_that_change() {
    let cases = [
        // Forward and back, in both hemispheres, by half an hour, and at midnight.
        ("Europe/Berlin", "2027-03-28T19:00", "2027-03-27T18:00:00Z", "2027-03-28T16:00:00Z"),
        ("Europe/Berlin", "2027-10-31T19:00", "2027-10-30T17:00:00Z", "2027-10-31T17:00:00Z"),
        ("America/New_York", "2027-03-14T12:00", "2027-03-13T17:00:00Z", "2027-03-14T15:00:00Z"),
        ("America/New_York", "2027-11-07T12:00", "2027-11-06T16:00:00Z", "2027-11-07T16:00:00Z"),
        ("Australia/Lord_Howe", "2027-04-04T12:00", "2027-04-03T01:00:00Z", "2027-04-04T00:30:00Z"),
        ("Australia/Lord_Howe", "2027-10-03T12:00", "2027-10-02T01:30:00Z", "2027-10-03T00:00:00Z"),
        ("Africa/Cairo", "2027-05-01T00:30", "2027-04-29T22:30:00Z", "2027-04-30T20:30:00Z"),
        // The day before, that time was skipped, or came twice: the time after the gap, the first of the two.
        ("Europe/Berlin", "2027-03-29T02:30", "2027-03-28T01:30:00Z", "2027-03-28T23:30:00Z"),
        ("Europe/Berlin", "2027-11-01T02:30", "2027-10-31T00:30:00Z", "2027-11-01T00:30:00Z"),
        // Zones that don't change, and the other side of the date line.
        ("Asia/Kathmandu", "2027-03-28T19:00", "2027-03-27T13:15:00Z", "2027-03-28T12:15:00Z"),
        ("Pacific/Kiritimati", "2027-01-01T00:30", "2026-12-30T10:30:00Z", "2026-12-31T09:30:00Z"),
    ];
    for (name, starts, day, hour) in cases {
        let starts = wall(starts);
        let ends = starts.civil().saturating_add(SignedDuration::from_hours(2));
        let ends = wall(&ends.strftime("%Y-%m-%dT%H:%M").to_string());
        let (event, _) = published_of(1, Details { zone: zone(name), starts, ends, ..details() });
        let due: Vec<_> = reminders::planned(&event, now()).iter().map(|r| r.due.to_string()).collect();
        assert_eq!(due, [day, hour], "{starts} in {name}");
    }
}
