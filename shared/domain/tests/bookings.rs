//! Bookings: their states, booking with every refusal, parties over several pools, cancelling, and the calendar.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::bookings::{
    BOOKING_WINDOW_MINUTES, Booking, Calendar, CalendarEntry, CancelledBy, MOST_BOOKINGS, PartySize, State, Wish, book,
};
use domain::events::{Details, Event, Status};
use domain::ids::{EventId, Identifier};
use domain::pools::{self, Pool};
use domain::record::{Change, Record};
use domain::refusal::{Refusal, RefusalKind};
use jiff::{SignedDuration, Timestamp};

fn empty() -> Calendar {
    Calendar::empty(guest().id)
}

/// Pools with so many places left each.
fn pools_with(event: &Event, left: &[i64]) -> Vec<Pool> {
    let pool = pools::opened(event).remove(0);
    (0u8..).zip(left).map(|(index, left)| Pool { index, left: *left, ..pool.clone() }).collect()
}

fn try_book(
    event: &Event,
    pools: &[Pool],
    calendar: &Calendar,
    wish: Wish,
    now: Timestamp,
) -> Result<Booking, Refusal> {
    Ok(book(booking_id(1), event, pools, calendar, &guest(), wish, now)?.booking)
}

#[test]
fn the_state_machine() {
    use State::*;
    let allowed = [
        (Requested, Confirmed),
        (Requested, Rejected),
        (Requested, Cancelled),
        (Invited, Confirmed),
        (Invited, Declined),
        (Invited, Cancelled),
        (Waitlisted, Offered),
        (Waitlisted, Cancelled),
        (Offered, Confirmed),
        (Offered, Expired),
        (Offered, Cancelled),
        (Expired, Waitlisted),
        (Confirmed, Attended),
        (Confirmed, NoShow),
        (Confirmed, Cancelled),
        (Attended, Confirmed),
    ];
    let (event, pools) = published();
    let (booking, ..) = booked(&event, &pools, &empty(), 1);
    for from in State::ALL {
        for to in State::ALL {
            let before = Booking { state: *from, ..booking.clone() };
            let after = before.moved_to(*to, at(STARTS));
            if allowed.contains(&(*from, *to)) {
                let after = after.unwrap();
                assert_eq!((after.state, after.version, after.since), (*to, booking.version + 1, at(STARTS)));
            } else {
                assert_eq!(code(after), "wrong_state", "{from:?} to {to:?}");
            }
        }
        let (holds, live) = match from {
            Offered | Confirmed | Attended => (true, true),
            NoShow => (true, false),
            Requested | Invited | Waitlisted => (false, true),
            Cancelled | Rejected | Declined | Expired => (false, false),
        };
        assert_eq!((from.holds_place(), from.is_live()), (holds, live), "{from:?}");
        assert_eq!(serde_json::to_value(from).unwrap(), from.word());
    }
}

#[test]
fn a_booking_takes_its_places_and_its_evening() {
    let (event, pools) = published();
    let (booking, changes, calendar) = booked(&event, &pools, &empty(), 3);
    assert_eq!((booking.state, booking.version, booking.terms), (State::Confirmed, 1, 2));
    assert_eq!((&booking.places, booking.starts), (&vec![(0, 3)], at(STARTS)));
    let tickets: Vec<_> =
        booking.tickets.iter().map(|ticket| (ticket.index, ticket.issue, ticket.token.as_str())).collect();
    assert_eq!(tickets, [(1, 1, "TKN1"), (2, 1, "TKN2"), (3, 1, "TKN3")]);
    let entry = CalendarEntry { booking: Some(booking.id), starts: at(STARTS), ends: at(ENDS) };
    assert_eq!(calendar.entry(event.id), Some(&entry));
    assert_eq!((calendar.version, calendar.recent.as_slice()), (1, &[now()][..]));
    assert_eq!(
        changes,
        [
            Change::Insert(Record::Booking(booking)),
            Change::Replace(Record::Calendar(calendar)),
            Change::TakePlaces { event: event.id, pool: 0, terms: 2, places: 3, bookings: 1 },
        ]
    );
}

#[test]
#[should_panic(expected = "a token for each of the party")]
fn no_booking_without_its_tickets() {
    let (event, pools) = published();
    let booked = book(booking_id(1), &event, &pools, &empty(), &guest(), party(3), now()).unwrap();
    let _ = booked.issued(tokens(2));
}

#[test]
fn booking_is_refused() {
    let (event, pools) = published();
    let refused = |event: &Event, calendar: &Calendar, at| {
        let refusal = try_book(event, &pools, calendar, party(1), at).unwrap_err();
        (refusal.kind, refusal.code)
    };
    use RefusalKind::{Conflict, NotFound, TooMany};
    let draft = Event { status: Status::Draft, ..event.clone() };
    assert_eq!(refused(&draft, &empty(), now()), (NotFound, "event_not_found"));
    let cancelled = Event { status: Status::Cancelled, ..event.clone() };
    assert_eq!(refused(&cancelled, &empty(), now()), (Conflict, "event_cancelled"));
    assert_eq!(refused(&event, &empty(), at(ENDS)), (Conflict, "event_ended"));
    let (_, _, calendar) = booked(&event, &pools, &empty(), 1);
    assert_eq!(refused(&event, &calendar, now()), (Conflict, "already_booked"));
    let own = CalendarEntry { booking: None, starts: at(STARTS), ends: at(ENDS) };
    let own = empty().with(event.id, own, false, now()).unwrap();
    assert_eq!(refused(&event, &own, now()), (Conflict, "own_event"));
    let often = Calendar { recent: vec![now(); MOST_BOOKINGS], ..empty() };
    assert_eq!(refused(&event, &often, now()), (TooMany, "too_many_requests"));

    // Until the very end, and once the window has passed, it goes.
    try_book(&event, &pools, &empty(), party(1), at(ENDS) - SignedDuration::from_secs(1)).unwrap();
    let later = now() + SignedDuration::from_mins(BOOKING_WINDOW_MINUTES);
    try_book(&event, &pools, &often, party(1), later).unwrap();
    let few = Calendar { recent: vec![now(); MOST_BOOKINGS - 1], ..empty() };
    try_book(&event, &pools, &few, party(1), now()).unwrap();
}

#[test]
fn too_often_says_how_long_to_wait() {
    let (event, pools) = published();
    let mut recent = vec![now() - SignedDuration::from_secs(60); MOST_BOOKINGS];
    recent[0] = now() - SignedDuration::from_secs(570);
    let refusal = try_book(&event, &pools, &Calendar { recent, ..empty() }, party(1), now()).unwrap_err();
    assert_eq!(refusal.more["retry_after"], 30);
}

#[test]
fn a_live_booking_is_named() {
    let (event, pools) = published();
    let (first, _, calendar) = booked(&event, &pools, &empty(), 1);
    let refusal = try_book(&event, &pools, &calendar, party(1), now()).unwrap_err();
    assert_eq!(refusal.more["booking"], first.id.to_string());
    // Overlapping is allowed by it; twice at one event is not.
    let wish = Wish { allow_overlap: true, ..party(1) };
    assert_eq!(code(try_book(&event, &pools, &calendar, wish, now())), "already_booked");
}

#[test]
fn pools_give_what_they_have() {
    let (event, _) = published();
    type Case = (&'static [i64], u8, Result<&'static [(u8, u8)], i64>);
    let cases: &[Case] = &[
        (&[5], 5, Ok(&[(0, 5)])),
        (&[4], 5, Err(4)),
        (&[0], 1, Err(0)),
        (&[2, 7], 3, Ok(&[(1, 3)])),
        (&[2, 4, 3], 5, Ok(&[(1, 4), (2, 1)])),
        (&[1, 1, 1, 0, 1], 4, Ok(&[(0, 1), (1, 1), (2, 1), (4, 1)])),
        (&[1, 1, 1, 0, 1], 5, Err(4)),
        (&[1_000_000_000_000], 20, Ok(&[(0, 20)])),
    ];
    for (left, size, expected) in cases {
        let pools = pools_with(&event, left);
        let booked = book(booking_id(1), &event, &pools, &empty(), &guest(), party(*size), now());
        match expected {
            Ok(places) => {
                let (booking, changes) = booked.unwrap().issued(tokens(*size));
                assert_eq!(booking.places, *places, "{left:?} for {size}");
                let taken: Vec<_> = changes
                    .iter()
                    .filter_map(|c| {
                        if let Change::TakePlaces { pool, places, .. } = c { Some((*pool, *places)) } else { None }
                    })
                    .collect();
                assert_eq!(taken, *places);
                let counted = changes.iter().filter_map(|c| match c {
                    Change::TakePlaces { pool, bookings, .. } if *bookings > 0 => Some((*pool, *bookings)),
                    _ => None,
                });
                assert_eq!(counted.collect::<Vec<_>>(), [(booking.home_pool(), 1)], "counted once: {left:?}");
            }
            Err(rest) => {
                let refusal = booked.unwrap_err();
                assert_eq!(
                    (refusal.code, &refusal.more["places_left"]),
                    ("sold_out", &(*rest).into()),
                    "{left:?} for {size}"
                );
            }
        }
    }
}

#[test]
fn closed_pools_mean_a_cancelled_event() {
    let (event, mut pools) = published();
    pools[0].open = false;
    assert_eq!(code(try_book(&event, &pools, &empty(), party(1), now())), "event_cancelled");
}

#[test]
fn overlaps_are_found() {
    let (event, pools) = published();
    let other = EventId::from_ulid(9);
    let second = |seconds| SignedDuration::from_secs(seconds);
    let cases = [
        ("the same", at(STARTS), at(ENDS), true),
        ("around it", at(STARTS) - second(60), at(ENDS) + second(60), true),
        ("within it", at(STARTS) + second(60), at(ENDS) - second(60), true),
        ("over its start", at(STARTS) - second(60), at(STARTS) + second(1), true),
        ("over its end", at(ENDS) - second(1), at(ENDS) + second(60), true),
        ("ends as it starts", at(STARTS) - second(60), at(STARTS), false),
        ("starts as it ends", at(ENDS), at(ENDS) + second(60), false),
    ];
    for (what, starts, ends, clashes) in cases {
        for booking in [Some(booking_id(7)), None] {
            let calendar = empty().with(other, CalendarEntry { booking, starts, ends }, false, now()).unwrap();
            let tried = try_book(&event, &pools, &calendar, party(1), now());
            if !clashes {
                assert!(tried.is_ok(), "{what}");
                continue;
            }
            let refusal = tried.unwrap_err();
            assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "schedule_conflict"), "{what}");
            assert_eq!(refusal.more["event"], other.to_string());
            assert_eq!(refusal.more["starts"], starts.to_string());
            assert_eq!(refusal.more["ends"], ends.to_string());
            let named = refusal.more.get("booking").map(|id| id.as_str().unwrap().to_owned());
            assert_eq!(named, booking.map(|id| id.to_string()));
            assert_eq!(calendar.clashes(event.id, at(STARTS), at(ENDS)), [other]);
            try_book(&event, &pools, &calendar, Wish { allow_overlap: true, ..party(1) }, now()).unwrap();
        }
    }
}

/// A clash with an event that was moved away or cancelled meanwhile is none.
#[test]
fn a_calendar_sees_events_as_they_are_now() {
    let (event, pools) = published();
    let (other, other_pools) = published_of(2, Details { name: text("Blues"), ..details() });
    let (_, _, calendar) = booked(&other, &other_pools, &empty(), 1);
    assert_eq!(code(try_book(&event, &pools, &calendar, party(1), now())), "schedule_conflict");

    let later = Details { starts: wall("2026-12-25T19:30"), ends: wall("2026-12-25T22:00"), ..other.details.clone() };
    let organizers = Calendar::empty(organizer().id);
    let (moved, _) = other.changed(later, &other_pools, &organizers, true, now()).unwrap();
    let (cancelled, _) = other.cancelled(&organizers, None, now()).unwrap();
    for (seen, entry) in [(&moved, Some(moved.starts.instant)), (&cancelled, None)] {
        let brought_up = calendar.seen(seen);
        assert_eq!(brought_up.version, calendar.version, "nothing is written yet");
        assert_eq!(brought_up.entry(other.id).map(|entry| entry.starts), entry);
        let (_, changes, _) = booked(&event, &pools, &brought_up, 1);
        assert_eq!(calendar_in(&changes).unwrap().version, calendar.version + 1);
    }
    assert_eq!(calendar.seen(&other), calendar);
    assert_eq!(calendar.seen(&event), calendar, "what isn't in it stays out");
    assert_eq!(code(try_book(&event, &pools, &calendar.seen(&other), party(1), now())), "schedule_conflict");
}

#[test]
fn cancelling_frees_exactly_what_was_taken() {
    let (event, _) = published();
    let (booking, _, calendar) = booked(&event, &pools_with(&event, &[2, 4, 3]), &empty(), 8);
    for by in [CancelledBy::Guest, CancelledBy::Organizer] {
        let (gone, changes) = booking.cancelled(&event, &calendar, by, now()).unwrap();
        assert_eq!((gone.state, gone.version, gone.cancelled_by), (State::Cancelled, 2, Some(by)));
        let without = calendar.without(event.id, now());
        assert_eq!(without.entry(event.id), None);
        let mut expected =
            vec![Change::Replace(Record::Booking(gone.clone())), Change::Replace(Record::Calendar(without))];
        let free = |pool, places, bookings| Change::FreePlaces { event: event.id, pool, places, bookings };
        // One booking, though from three pools.
        expected.extend([free(1, 4, 1), free(2, 3, 0), free(0, 1, 0)]);
        assert_eq!(changes, expected);
        assert_eq!(gone.cancelled(&event, &calendar, by, now()).unwrap(), (gone, vec![]), "once is enough");
    }
}

#[test]
fn cancelling_leaves_a_later_booking_alone() {
    let (event, pools) = published();
    let (first, _, calendar) = booked(&event, &pools, &empty(), 1);
    let second = CalendarEntry { booking: Some(booking_id(2)), starts: at(STARTS), ends: at(ENDS) };
    let calendar = calendar.with(event.id, second, false, now()).unwrap();
    let (_, changes) = first.cancelled(&event, &calendar, CancelledBy::Guest, now()).unwrap();
    assert_eq!(calendar_in(&changes), None);
    assert_eq!(changes.len(), 2, "its places are free all the same: {changes:?}");
}

#[test]
fn what_holds_no_place_frees_none() {
    let (event, pools) = published();
    let (booking, _, calendar) = booked(&event, &pools, &empty(), 2);
    for state in [State::Requested, State::Invited, State::Waitlisted, State::Offered] {
        let booking = Booking { state, ..booking.clone() };
        let (_, changes) = booking.cancelled(&event, &calendar, CancelledBy::Guest, now()).unwrap();
        let frees = changes.iter().any(|change| matches!(change, Change::FreePlaces { .. }));
        assert_eq!(frees, state == State::Offered, "{state:?}");
    }
}

#[test]
fn cancelling_is_refused() {
    let (event, pools) = published();
    let (booking, _, calendar) = booked(&event, &pools, &empty(), 1);
    let refused = |state, event: &Event, at| {
        code(Booking { state, ..booking.clone() }.cancelled(event, &calendar, CancelledBy::Guest, at))
    };
    let over = Event { status: Status::Cancelled, ..event.clone() };
    assert_eq!(refused(State::Attended, &event, now()), "already_attended");
    assert_eq!(refused(State::Confirmed, &over, now()), "event_cancelled");
    assert_eq!(refused(State::Confirmed, &event, at(ENDS)), "event_ended");
    for state in [State::NoShow, State::Rejected, State::Declined, State::Expired] {
        assert_eq!(refused(state, &event, now()), "wrong_state", "{state:?}");
    }
}

#[test]
fn after_cancelling_one_may_book_again() {
    let (event, pools) = published();
    let (booking, _, calendar) = booked(&event, &pools, &empty(), 1);
    let (_, changes) = booking.cancelled(&event, &calendar, CancelledBy::Guest, now()).unwrap();
    let calendar = calendar_in(&changes).unwrap();
    assert_eq!(calendar.recent.len(), 1, "it counts towards the rate limit all the same");
    try_book(&event, &pools, &calendar, party(1), now()).unwrap();
}

#[test]
fn what_follows_from_the_event_is_derived() {
    use State::*;
    let (event, pools) = published();
    let (booking, ..) = booked(&event, &pools, &empty(), 1);
    let over = Event { status: Status::Cancelled, ..event.clone() };
    for state in State::ALL {
        let booking = Booking { state: *state, ..booking.clone() };
        assert_eq!(booking.state_in(&event, now()), *state);
        let ended = if *state == Confirmed { NoShow } else { *state };
        assert_eq!(booking.state_in(&event, at(ENDS)), ended);
        let called_off = match state {
            Confirmed | Requested | Invited | Waitlisted | Offered => Cancelled,
            other => *other,
        };
        assert_eq!(booking.state_in(&over, now()), called_off);
    }
}

#[test]
fn tickets_are_sent_again_while_they_are_good() {
    let (event, pools) = published();
    let (mut booking, ..) = booked(&event, &pools, &empty(), 1);
    let over = Event { status: Status::Cancelled, ..event.clone() };
    assert_eq!(code(booking.resent(&over, now())), "wrong_state");
    assert_eq!(code(booking.resent(&event, at(ENDS))), "wrong_state");
    for times in 1..=10 {
        let tickets = booking.tickets.clone();
        booking = booking.resent(&event, now()).unwrap().0;
        assert_eq!((booking.resends, &booking.tickets), (times, &tickets), "sending again makes no new ticket");
    }
    assert_eq!(code(booking.resent(&event, now())), "resent_often");
}

#[test]
fn calendars_and_bookings_follow_a_move() {
    let (event, pools) = published();
    let (booking, _, calendar) = booked(&event, &pools, &empty(), 1);
    assert_eq!((calendar.followed(&event, booking.id, now()), booking.followed(&event)), (None, None));
    let later = Details { starts: wall("2026-12-25T19:30"), ends: wall("2026-12-25T22:00"), ..details() };
    let (moved, _) = event.changed(later, &pools, &Calendar::empty(organizer().id), false, now()).unwrap();
    let followed = calendar.followed(&moved, booking.id, now()).unwrap();
    assert_eq!(followed.version, calendar.version + 1);
    let entry = CalendarEntry { booking: Some(booking.id), starts: moved.starts.instant, ends: moved.ends.instant };
    assert_eq!(followed.entry(event.id), Some(&entry));
    assert_eq!(calendar.followed(&moved, booking_id(8), now()), None, "another booking's entry");
    let booking = booking.followed(&moved).unwrap();
    assert_eq!((booking.starts, booking.version), (moved.starts.instant, 2));
}

#[test]
fn what_is_long_over_is_pruned_and_what_is_not_stays() {
    let (event, pools) = published();
    let (_, _, calendar) = booked(&event, &pools, &empty(), 1);
    let other = EventId::from_ulid(9);
    let hour = |hours| at(ENDS) + SignedDuration::from_hours(hours);
    let add = |now| {
        let entry = CalendarEntry { booking: None, starts: hour(100), ends: hour(101) };
        calendar.with(other, entry, false, now).unwrap()
    };
    assert!(add(hour(23)).entry(event.id).is_some());
    let pruned = add(hour(24));
    assert!(pruned.entry(event.id).is_none() && pruned.recent.is_empty());
}

#[test]
fn parties_are_of_1_to_20() {
    let size = |size: u8| serde_json::from_value::<PartySize>(size.into());
    assert_eq!([0, 1, 20, 21].map(|n| size(n).is_ok()), [false, true, true, false]);
    assert_eq!(PartySize::default().get(), 1);
}
