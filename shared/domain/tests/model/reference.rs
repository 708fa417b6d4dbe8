//! What must hold, said once more and plainly: lists of events, of bookings and of who is in. It sees what was asked for and
//! whether it was done, never a `Change`, and shares no rule with the domain.

use crate::world::{Key, World};
use domain::bookings::State;
use domain::events::Status;
use domain::facts::{Fact, What};
use domain::ids::{BookingId, EventId, UserId};
use domain::record::Record;
use domain::reminders::{ReminderKind, ReminderState};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What people agree to when they book.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub place: String,
}

/// An event that the booker's calendar was brought up to, with the times that it had.
pub type Seen = (EventId, Timestamp, Timestamp);

/// What was asked for and decided.
#[derive(Clone, Debug)]
pub enum Deed {
    Book {
        booking: BookingId,
        user: UserId,
        event: EventId,
        party: u8,
        overlap: bool,
        agreed: Agreed,
        seen: Vec<Seen>,
    },
    Cancel {
        booking: BookingId,
    },
    Publish {
        event: EventId,
        overlap: bool,
    },
    Change {
        event: EventId,
        agreed: Agreed,
        capacity: Option<u32>,
        overlap: bool,
    },
    CancelEvent {
        event: EventId,
    },
    Admit {
        booking: BookingId,
        index: u8,
        scan: String,
    },
    /// A scan that let nobody in.
    Scan,
    Undo {
        booking: BookingId,
        index: u8,
        scan: String,
    },
    Tick {
        event: EventId,
        kind: ReminderKind,
        starts: Timestamp,
        fires: bool,
        at: Timestamp,
    },
    Follow {
        booking: BookingId,
        agreed: Agreed,
    },
}

pub struct Party {
    pub event: EventId,
    pub user: UserId,
    pub size: u8,
    pub live: bool,
    pub inside: BTreeMap<u8, String>,
    /// When its user's calendar has it.
    pub known: (Timestamp, Timestamp),
}

pub struct Happening {
    pub organizer: UserId,
    pub status: Status,
    pub capacity: Option<u32>,
    pub agreed: Agreed,
}

#[derive(Default)]
pub struct Reference {
    pub events: BTreeMap<EventId, Happening>,
    pub bookings: BTreeMap<BookingId, Party>,
    fired: BTreeSet<(EventId, ReminderKind, Timestamp)>,
}

fn must(holds: bool, rule: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule()) }
}

impl Reference {
    /// People who hold a place.
    pub fn confirmed(&self, event: EventId) -> u32 {
        self.bookings
            .values()
            .filter(|party| party.event == event && party.live)
            .map(|party| u32::from(party.size))
            .sum()
    }

    /// The live booking of a user at an event.
    pub fn live(&self, user: UserId, event: EventId) -> Option<BookingId> {
        let mut live =
            self.bookings.iter().filter(|(_, party)| party.event == event && party.user == user && party.live);
        live.next().map(|(id, _)| *id)
    }

    /// Something else that the user has at that time. Where an event was moved and the calendars haven't heard of it yet
    /// (`lagging`), it counts only if that is asked for.
    pub fn clash(
        &self,
        user: UserId,
        event: EventId,
        starts: Timestamp,
        ends: Timestamp,
        lagging: bool,
    ) -> Option<EventId> {
        let overlaps = |other: EventId| {
            let other = &self.events[&other];
            other.status == Status::Published && other.agreed.starts < ends && starts < other.agreed.ends
        };
        let own = self.events.iter().filter(|(_, held)| held.organizer == user).map(|(id, _)| *id);
        let booked = self.bookings.values().filter(|party| {
            let agreed = &self.events[&party.event].agreed;
            party.live && party.user == user && (lagging || party.known == (agreed.starts, agreed.ends))
        });
        own.chain(booked.map(|party| party.event)).find(|other| *other != event && overlaps(*other))
    }

    /// Takes note of what was done, and what was told of it; says which rule that breaks.
    pub fn done(&mut self, deed: &Deed, facts: &[Fact]) -> Result<(), String> {
        let mut told = Vec::new();
        match deed {
            Deed::Book { booking, user, event, party, overlap, agreed, seen } => {
                let held = &self.events[event];
                must(held.status == Status::Published, || format!("7: booked at an event that is {:?}", held.status))?;
                must(held.agreed == *agreed, || {
                    "7: booked at a time or place that the event no longer has".to_owned()
                })?;
                must(self.live(*user, *event).is_none(), || "2: a second live booking".to_owned())?;
                let people = self.confirmed(*event) + u32::from(*party);
                must(held.capacity.is_none_or(|most| people <= most), || format!("1: oversold with {people} people"))?;
                let clash = self.clash(*user, *event, agreed.starts, agreed.ends, false);
                must(*overlap || clash.is_none(), || format!("3: overlaps with {clash:?}"))?;
                for (event, starts, ends) in seen {
                    for other in self.bookings.values_mut().filter(|other| other.user == *user && other.event == *event)
                    {
                        other.known = (*starts, *ends);
                    }
                }
                let known = (agreed.starts, agreed.ends);
                let (event, user, size) = (*event, *user, *party);
                self.bookings.insert(*booking, Party { event, user, size, live: true, inside: BTreeMap::new(), known });
                told.push(What::BookingConfirmed { booking: *booking, event });
            }
            Deed::Cancel { booking } => {
                let party = self.bookings.get_mut(booking).ok_or("cancelled what isn't there")?;
                must(party.live && party.inside.is_empty(), || "6: cancelled twice, or with people inside".to_owned())?;
                party.live = false;
                let by = domain::bookings::CancelledBy::Guest;
                told.push(What::BookingCancelled { booking: *booking, by });
            }
            Deed::Publish { event, overlap } => {
                let held = &self.events[event];
                let clash = self.clash(held.organizer, *event, held.agreed.starts, held.agreed.ends, false);
                must(*overlap || clash.is_none(), || format!("3: published over {clash:?}"))?;
                must(held.status == Status::Draft, || "published twice".to_owned())?;
                self.events.entry(*event).and_modify(|held| held.status = Status::Published);
            }
            Deed::Change { event, agreed, capacity, overlap } => {
                let held = &self.events[event];
                must(held.status != Status::Cancelled, || "7: a cancelled event came to life".to_owned())?;
                let people = self.confirmed(*event);
                must(capacity.is_none_or(|most| people <= most), || format!("1: cut below {people} people"))?;
                if held.status == Status::Published && held.agreed != *agreed {
                    let moved = (held.agreed.starts, held.agreed.ends) != (agreed.starts, agreed.ends);
                    let clash = self.clash(held.organizer, *event, agreed.starts, agreed.ends, false);
                    must(!moved || *overlap || clash.is_none(), || format!("3: moved over {clash:?}"))?;
                    let moves = facts
                        .iter()
                        .filter(|fact| matches!(fact.what, What::EventMoved { event: e, .. } if e == *event));
                    must(moves.count() == 1 && facts.len() == 1, || format!("moved, and told {facts:?}"))?;
                    told.extend(facts.iter().map(|fact| fact.what.clone()));
                }
                self.events.entry(*event).and_modify(|held| {
                    held.agreed = agreed.clone();
                    held.capacity = *capacity;
                });
            }
            Deed::CancelEvent { event } => {
                must(self.events[event].status == Status::Published, || "cancelled what wasn't published".to_owned())?;
                self.events.entry(*event).and_modify(|held| held.status = Status::Cancelled);
                told.push(What::EventCancelled { event: *event });
            }
            Deed::Admit { booking, index, scan } => {
                let party = self.bookings.get_mut(booking).ok_or("let in what isn't there")?;
                must(party.live, || "5: let in on a cancelled booking".to_owned())?;
                let first = party.inside.insert(*index, scan.clone());
                must(first.is_none(), || format!("5: ticket {index} admitted twice, first by {first:?}"))?;
            }
            Deed::Scan => {}
            Deed::Undo { booking, index, scan } => {
                let party = self.bookings.get_mut(booking).ok_or("let out what isn't there")?;
                let was = party.inside.remove(index);
                must(was.as_ref() == Some(scan), || format!("5: undid {scan}, but in by {was:?}"))?;
            }
            Deed::Tick { event, kind, starts, fires, at } => {
                let held = &self.events[event];
                if *fires {
                    must(self.fired.insert((*event, *kind, *starts)), || "a reminder fired twice".to_owned())?;
                    must(held.status == Status::Published && held.agreed.starts == *starts, || {
                        "a reminder of nothing".to_owned()
                    })?;
                    must(due(*kind, *starts) <= *at && at < starts, || "a reminder out of time".to_owned())?;
                    told.push(What::ReminderFired { event: *event, kind: *kind, starts: *starts });
                }
            }
            Deed::Follow { booking, agreed } => {
                let party = self.bookings.get_mut(booking).ok_or("followed by what isn't there")?;
                party.known = (agreed.starts, agreed.ends);
            }
        }
        let what: Vec<What> = facts.iter().map(|fact| fact.what.clone()).collect();
        must(what == told, || format!("told {what:?} instead of {told:?}"))
    }

    /// Compares what is stored with what must be.
    pub fn agrees_with(&self, world: &World, now: Timestamp) -> Result<(), String> {
        for (id, held) in &self.events {
            if held.status == Status::Draft {
                continue;
            }
            self.pools_agree(*id, held, world)?;
            let Some(Record::Event(event)) = world.records.get(&Key::Event(*id)) else {
                return Err("no event".to_owned());
            };
            must(event.status == held.status && event.starts.instant == held.agreed.starts, || {
                "another event".to_owned()
            })?;
            for kind in ReminderKind::ALL {
                let Some(Record::Reminder(reminder)) = world.records.get(&Key::Reminder(*id, *kind)) else {
                    return Err("no reminder".to_owned());
                };
                let ahead = held.status == Status::Published && due(*kind, held.agreed.starts) > now;
                let planned = reminder.state == ReminderState::Planned && reminder.starts == held.agreed.starts;
                must(!ahead || planned, || format!("not planned: {reminder:?}"))?;
                let off = held.status != Status::Cancelled || reminder.state != ReminderState::Planned;
                must(off, || "a cancelled event reminds".to_owned())?;
            }
        }
        for (id, party) in &self.bookings {
            let Some(Record::Booking(booking)) = world.records.get(&Key::Booking(*id)) else {
                return Err(format!("no booking {id}"));
            };
            let state = match (party.live, party.inside.is_empty()) {
                (false, _) => State::Cancelled,
                (true, true) => State::Confirmed,
                (true, false) => State::Attended,
            };
            must(booking.state == state, || format!("{id} is {:?} and not {state:?}", booking.state))?;
            let inside = booking
                .tickets
                .iter()
                .filter_map(|ticket| Some((ticket.index, ticket.admission.as_ref()?.scan.to_string())));
            must(inside.collect::<BTreeMap<_, _>>() == party.inside, || "5: another list of who is in".to_owned())?;
            let held = &self.events[&party.event];
            if held.status == Status::Published && held.agreed.ends > now {
                let entry = match world.records.get(&Key::Calendar(party.user)) {
                    Some(Record::Calendar(calendar)) => calendar.entry(party.event).and_then(|entry| entry.booking),
                    _ => None,
                };
                must((entry == Some(*id)) == party.live, || format!("2: the calendar has {entry:?} for {id}"))?;
            }
        }
        Ok(())
    }

    fn pools_agree(&self, id: EventId, held: &Happening, world: &World) -> Result<(), String> {
        let (first, last) = (Key::Pool(id, 0), Key::Pool(id, u8::MAX));
        let pools: Vec<_> = world
            .records
            .range(first..=last)
            .filter_map(|(_, record)| if let Record::Pool(pool) = record { Some(pool) } else { None })
            .collect();
        let (taken, left): (i64, i64) = (pools.iter().map(|p| p.taken).sum(), pools.iter().map(|p| p.left).sum());
        let people = i64::from(self.confirmed(id));
        must(taken == people, || format!("6: {taken} places taken by {people} people"))?;
        let counted: i64 = pools.iter().map(|pool| pool.bookings).sum();
        let live = self.bookings.values().filter(|party| party.event == id && party.live).count();
        must(usize::try_from(counted) == Ok(live), || format!("6: {counted} bookings counted, {live} are live"))?;
        must(pools.iter().all(|pool| pool.left >= 0), || "1: less than nothing left".to_owned())?;
        let adds_up = held.capacity.is_none_or(|capacity| taken + left == i64::from(capacity));
        must(adds_up, || format!("1: {taken} taken and {left} left of {:?}", held.capacity))?;
        let open = held.status == Status::Published;
        must(pools.iter().all(|pool| pool.open == open), || "7: pools open or closed against their event".to_owned())?;
        let inside =
            self.bookings.values().filter(|party| party.event == id).map(|party| party.inside.len()).sum::<usize>();
        let admitted: i64 = pools.iter().map(|pool| pool.admitted).sum();
        must(usize::try_from(admitted) == Ok(inside), || format!("5: {admitted} counted in, {inside} are"))
    }
}

/// No clocks change in the weeks of this test.
pub fn due(kind: ReminderKind, starts: Timestamp) -> Timestamp {
    match kind {
        ReminderKind::DayBefore => starts - SignedDuration::from_hours(24),
        ReminderKind::HourBefore => starts - SignedDuration::from_hours(1),
    }
}
