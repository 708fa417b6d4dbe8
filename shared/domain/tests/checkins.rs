//! The door: a ticket admits once.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::bookings::{Booking, Calendar, CancelledBy, PartySize, State};
use domain::checkins::{self, DOOR_PASS_GRACE_HOURS, DoorPass, Outcome, RedReason, Scan, ScanReport, Shown};
use domain::events::{Details, Event, Status};
use domain::ids::{BookingId, DoorPassId, EventId, Identifier, TicketId};
use domain::record::{Change, Record};
use domain::refusal::RefusalKind;
use jiff::{SignedDuration, Timestamp};

fn party_of(size: u8) -> (Event, Booking) {
    let (event, pools) = published();
    let (booking, ..) = booked(&event, &pools, &Calendar::empty(guest().id), size);
    (event, booking)
}

fn ticket(booking: &Booking, index: u8) -> TicketId {
    TicketId { booking: booking.id, index }
}

fn token(booking: &Booking, index: u8) -> Shown {
    Shown::Token(ticket(booking, index), booking.event, format!("TKN{index}"))
}

fn report(number: u8, at: Timestamp) -> ScanReport {
    ScanReport { id: format!("scan-{number:04}").parse().unwrap(), at, door: Some(text("North")), shown_offline: None }
}

fn scan(event: &Event, booking: &Booking, shown: &Shown, number: u8) -> (Scan, Vec<Change>) {
    checkins::check_in(event, Some(booking), shown, report(number, at(STARTS)), at(STARTS))
}

/// The booking as the changes leave it.
fn after(changes: &[Change]) -> Option<Booking> {
    changes.iter().find_map(|change| match change {
        Change::Replace(Record::Booking(booking)) => Some(booking.clone()),
        _ => None,
    })
}

#[test]
fn a_ticket_admits_once() {
    let (event, booking) = party_of(1);
    let (first, changes) = scan(&event, &booking, &token(&booking, 1), 1);
    assert_eq!((first.outcome, first.reason, first.name.as_ref()), (Outcome::Admitted, None, Some(&booking.name)));
    let inside = after(&changes).unwrap();
    assert_eq!((inside.state, inside.version, inside.since), (State::Attended, 2, at(STARTS)));
    assert_eq!(inside.tickets[0].admission, first.admission);
    assert_eq!(
        changes,
        [
            Change::Admit { event: event.id, pool: 0, people: 1 },
            Change::Replace(Record::Booking(inside.clone())),
            Change::Insert(Record::Scan(first.clone())),
        ]
    );
    // The second says when and where the first was, and lets nobody in: by its code or by its name.
    for shown in [token(&inside, 1), Shown::Listed(ticket(&inside, 1))] {
        let (second, changes) = scan(&event, &inside, &shown, 2);
        assert_eq!((second.outcome, &second.admission), (Outcome::AlreadyIn, &first.admission));
        let admission = second.admission.as_ref().unwrap();
        assert_eq!((admission.at, &admission.door, &admission.scan), (at(STARTS), &Some(text("North")), &first.id));
        assert_eq!(changes, [Change::Insert(Record::Scan(second.clone()))]);
    }
}

#[test]
fn each_of_a_party_comes_in_on_their_own() {
    let (event, mut booking) = party_of(3);
    for index in 1..=3 {
        let (told, changes) = scan(&event, &booking, &token(&booking, index), index);
        assert_eq!((told.outcome, told.party_size.map(PartySize::get)), (Outcome::Admitted, Some(3)));
        booking = after(&changes).unwrap();
        let inside: Vec<u8> = booking.tickets.iter().filter(|t| t.admission.is_some()).map(|t| t.index).collect();
        assert_eq!((booking.state, inside), (State::Attended, (1..=index).collect()));
    }
    let (again, _) = scan(&event, &booking, &token(&booking, 2), 9);
    assert_eq!((again.outcome, again.party_size.map(PartySize::get)), (Outcome::AlreadyIn, Some(3)));
}

#[test]
fn what_is_red_and_why() {
    let (event, booking) = party_of(2);
    let (other, _) = published_of(2, details());
    let called_off = Event { status: Status::Cancelled, ..event.clone() };
    let in_state = |state| Booking { state, ..booking.clone() };
    let old = Shown::Token(ticket(&booking, 1), event.id, "TKN0".to_owned());
    let mut elsewhere = booking.clone();
    elsewhere.event = other.id;
    let cases = [
        ("no code of ours", &event, None, Shown::Foreign, RedReason::NotATicket),
        ("another event's code", &other, Some(&booking), token(&booking, 1), RedReason::OtherEvent),
        ("another event's name", &event, Some(&elsewhere), Shown::Listed(ticket(&booking, 1)), RedReason::OtherEvent),
        ("a code that lies about its event", &event, Some(&elsewhere), token(&booking, 1), RedReason::OtherEvent),
        ("no such booking", &event, None, token(&booking, 1), RedReason::Unknown),
        ("no such ticket", &event, Some(&booking), Shown::Listed(ticket(&booking, 3)), RedReason::Unknown),
        ("an older copy", &event, Some(&booking), old, RedReason::Superseded),
        ("a cancelled event", &called_off, Some(&booking), token(&booking, 1), RedReason::EventCancelled),
    ];
    for (what, event, booking, shown, reason) in cases {
        let (told, changes) = checkins::check_in(event, booking, &shown, report(1, at(STARTS)), at(STARTS));
        assert_eq!((told.outcome, told.reason, &told.admission), (Outcome::Refused, Some(reason), &None), "{what}");
        assert_eq!((&told.name, told.party_size), (&None, None), "{what} says nothing of the booking");
        assert_eq!(changes, [Change::Insert(Record::Scan(told))], "{what} is on record and lets nobody in");
    }
    for state in State::ALL {
        let good = matches!(state, State::Confirmed | State::Attended);
        let (told, _) = scan(&event, &in_state(*state), &token(&booking, 1), 1);
        let expected = if good { (Outcome::Admitted, None) } else { (Outcome::Refused, Some(RedReason::Cancelled)) };
        assert_eq!((told.outcome, told.reason), expected, "{state:?}");
    }
}

/// Doors without a line let people in by what they have; what comes of it later is beside what they did, not in its place.
#[test]
fn what_a_door_did_offline_stays_on_record() {
    let (event, booking) = party_of(1);
    let offline = |number, at| ScanReport { shown_offline: Some(Outcome::Admitted), ..report(number, at) };
    let sent = at(STARTS) + SignedDuration::from_hours(2);
    let check_in = |booking, report| checkins::check_in(&event, Some(booking), &token(booking, 1), report, sent);
    let (first, changes) = check_in(&booking, offline(1, at(STARTS)));
    assert_eq!((first.outcome, first.at, first.received_at), (Outcome::Admitted, at(STARTS), sent));
    // Another door let the same ticket in ten minutes before that, and says so later: the admission that stands is the first
    // that arrived, and both are on record.
    let inside = after(&changes).unwrap();
    let (second, changes) = check_in(&inside, offline(2, at(STARTS) - SignedDuration::from_mins(10)));
    assert_eq!((second.outcome, second.shown_offline), (Outcome::AlreadyIn, Some(Outcome::Admitted)));
    assert_eq!(second.admission, first.admission);
    assert_eq!(changes, [Change::Insert(Record::Scan(second))], "nothing is rewritten");
    // Called off by then, and let in all the same.
    let cancelled = Booking { state: State::Cancelled, ..booking.clone() };
    let (third, _) = check_in(&cancelled, offline(3, at(STARTS)));
    assert_eq!((third.outcome, third.shown_offline), (Outcome::Refused, Some(Outcome::Admitted)));
}

#[test]
fn a_scanner_may_change_the_case() {
    let (event, booking) = party_of(1);
    let shown = Shown::Token(ticket(&booking, 1), event.id, "tkn1".to_owned());
    assert_eq!(scan(&event, &booking, &shown, 1).0.outcome, Outcome::Admitted);
}

/// Nobody is turned away for the scanner's clock.
#[test]
fn a_scan_is_not_later_than_it_reached_us_nor_older_than_its_event() {
    let (event, booking) = party_of(1);
    let (now, made, second) = (at(STARTS), event.created_at, SignedDuration::from_secs(1));
    let ever = Timestamp::MIN;
    for (said, kept) in
        [(now - second, now - second), (now, now), (now + second, now), (made, made), (made - second, now), (ever, now)]
    {
        let (told, _) = checkins::check_in(&event, Some(&booking), &token(&booking, 1), report(1, said), now);
        assert_eq!((told.outcome, told.at, told.received_at), (Outcome::Admitted, kept, now), "{said}");
        assert_eq!(told.admission.unwrap().at, kept);
    }
}

#[test]
fn undoing_lets_out_again() {
    let (event, booking) = party_of(2);
    let (first, changes) = scan(&event, &booking, &token(&booking, 1), 1);
    let one_in = after(&changes).unwrap();
    let (second, changes) = scan(&event, &one_in, &token(&one_in, 2), 2);
    let both_in = after(&changes).unwrap();

    let (undone, changes) = checkins::undo(&second, Some(&both_in), at(STARTS)).unwrap();
    let one_out = after(&changes).unwrap();
    assert_eq!((undone.undone_at, undone.version), (Some(at(STARTS)), 2));
    assert_eq!((one_out.state, one_out.version, &one_out.tickets[1].admission), (State::Attended, 4, &None));
    assert_eq!(
        changes,
        [
            Change::Replace(Record::Scan(undone.clone())),
            Change::Admit { event: event.id, pool: 0, people: -1 },
            Change::Replace(Record::Booking(one_out.clone())),
        ]
    );
    assert_eq!(checkins::undo(&undone, Some(&one_out), at(ENDS)).unwrap(), (undone.clone(), vec![]), "once is enough");
    // Sent again, it is green no more; the other is.
    let again = undone.clone().sent_again();
    assert_eq!((again.outcome, again.reason, &again.admission), (Outcome::Refused, Some(RedReason::Undone), &None));
    assert_eq!(again.undone_at, undone.undone_at);
    assert_eq!(first.clone().sent_again(), first);

    let (_, changes) = checkins::undo(&first, Some(&one_out), at(STARTS)).unwrap();
    let all_out = after(&changes).unwrap();
    assert_eq!((all_out.state, all_out.since), (State::Confirmed, at(STARTS)), "nobody is in any more");
    let (again, changes) = scan(&event, &all_out, &token(&all_out, 1), 3);
    assert_eq!(again.outcome, Outcome::Admitted);
    // The first scan's admission is gone; another stands there now.
    assert_eq!(code(checkins::undo(&first, after(&changes).as_ref(), at(STARTS))), "nothing_to_undo");
}

#[test]
fn what_let_nobody_in_is_not_undone() {
    let (event, booking) = party_of(1);
    let (first, changes) = scan(&event, &booking, &token(&booking, 1), 1);
    let inside = after(&changes).unwrap();
    let (amber, _) = scan(&event, &inside, &token(&inside, 1), 2);
    let (red, _) = scan(&event, &inside, &Shown::Foreign, 3);
    for (scan, booking) in [(&amber, Some(&inside)), (&red, Some(&inside)), (&first, Some(&booking)), (&first, None)] {
        assert_eq!(code(checkins::undo(scan, booking, at(STARTS))), "nothing_to_undo");
    }
}

#[test]
fn whoever_is_in_cannot_cancel_until_let_out() {
    let (event, booking) = party_of(1);
    let calendar = Calendar::empty(guest().id);
    let (first, changes) = scan(&event, &booking, &token(&booking, 1), 1);
    let inside = after(&changes).unwrap();
    assert_eq!(code(inside.cancelled(&event, &calendar, CancelledBy::Guest, at(STARTS))), "already_attended");
    let (_, changes) = checkins::undo(&first, Some(&inside), at(STARTS)).unwrap();
    after(&changes).unwrap().cancelled(&event, &calendar, CancelledBy::Guest, at(STARTS)).unwrap();
}

#[test]
fn shown_things_lead_to_bookings() {
    let id = BookingId::from_ulid(5);
    let ticket = TicketId { booking: id, index: 2 };
    let token = Shown::Token(ticket, EventId::from_ulid(1), "T".to_owned());
    assert_eq!((token.ticket(), token.booking()), (Some(ticket), Some(id)));
    assert_eq!(Shown::Listed(ticket).booking(), Some(id));
    assert_eq!((Shown::Foreign.ticket(), Shown::Foreign.booking()), (None, None));
}

#[test]
fn door_passes_open_one_door_until_it_closes() {
    let (event, pools) = published();
    let (other, _) = published_of(2, details());
    let pass = DoorPass {
        id: DoorPassId::from_ulid(1),
        event: event.id,
        door: text("North"),
        created_at: now(),
        revoked_at: None,
        version: 1,
    };
    let closes = at(ENDS) + SignedDuration::from_hours(DOOR_PASS_GRACE_HOURS);
    pass.checked(&event, now()).unwrap();
    pass.checked(&event, closes - SignedDuration::from_secs(1)).unwrap();
    let refused = |pass: &DoorPass, event: &Event, now| {
        let refusal = pass.checked(event, now).unwrap_err();
        (refusal.kind, refusal.code)
    };
    assert_eq!(refused(&pass, &event, closes), (RefusalKind::Unauthorized, "door_pass_ended"));
    assert_eq!(refused(&pass, &other, now()), (RefusalKind::NotFound, "event_not_found"));
    let revoked = pass.revoked(now());
    assert_eq!((revoked.revoked_at, revoked.version), (Some(now()), 2));
    assert_eq!(revoked.revoked(closes).revoked_at, Some(now()), "revoked once");
    assert_eq!(refused(&revoked, &event, now()), (RefusalKind::Unauthorized, "door_pass_revoked"));
    // It follows its event.
    let later = Details { ends: wall("2026-12-25T02:00"), ..details() };
    let (moved, _) = event.changed(later, &pools, &Calendar::empty(organizer().id), false, now()).unwrap();
    pass.checked(&moved, closes).unwrap();
}
