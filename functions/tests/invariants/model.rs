//! What must hold, said once more and plainly: who is booked where, who is in, when what happens. It sees requests and
//! replies, and shares no rule with the domain.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Draft,
    Published,
    Cancelled,
}

#[derive(Clone, Debug)]
pub struct Happening {
    pub organizer: usize,
    pub status: Status,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub capacity: Option<u32>,
    pub place: usize,
    /// Whether all calendars have heard of its time.
    pub settled: bool,
}

#[derive(Clone, Debug)]
pub struct Party {
    pub event: usize,
    pub user: usize,
    pub size: u8,
    pub live: bool,
    /// By which scan each ticket is in.
    pub inside: BTreeMap<u8, usize>,
}

/// One request; users, events, bookings and scans by their numbers.
#[derive(Clone, Debug)]
pub enum Deed {
    Book { user: usize, event: usize, party: u8, overlap: bool, key: Option<usize> },
    Cancel { booking: usize, by_organizer: bool },
    Publish { event: usize, overlap: bool },
    Move { event: usize, starts: Timestamp, ends: Timestamp, place: usize, overlap: bool },
    Resize { event: usize, capacity: Option<u32> },
    CallOff { event: usize },
    Scan { scan: usize, event: usize, booking: usize, ticket: u8 },
    Undo { event: usize, scan: usize },
}

/// What was answered: a word for it, and the booking that was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    pub word: String,
    pub booking: Option<usize>,
}

/// A booking with a key: the key, user, event, party and overlap.
type Keyed = (usize, usize, usize, u8, bool);

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: Timestamp,
    pub events: Vec<Happening>,
    pub bookings: Vec<Party>,
    /// By event and scan: what it came to, of which ticket, and whether it was undone.
    pub scans: BTreeMap<(usize, usize), (String, usize, u8, bool)>,
    /// What a request with a key was answered, and when.
    pub keys: BTreeMap<Keyed, (Timestamp, Answer)>,
}

impl Model {
    pub fn people(&self, event: usize) -> u32 {
        self.bookings.iter().filter(|party| party.live && party.event == event).map(|party| u32::from(party.size)).sum()
    }

    fn live_of(&self, user: usize, event: usize) -> Option<usize> {
        self.bookings.iter().position(|party| party.live && (party.user, party.event) == (user, event))
    }

    /// What a user has at that time besides `event`; whether all of it is settled.
    fn clashes(&self, user: usize, event: usize, starts: Timestamp, ends: Timestamp) -> (bool, bool) {
        let mut found = (false, true);
        for (number, held) in self.events.iter().enumerate() {
            let theirs = held.organizer == user || self.live_of(user, number).is_some();
            if number == event || held.status != Status::Published || !theirs {
                continue;
            }
            found.1 &= held.settled;
            found.0 |= held.starts < ends && starts < held.ends;
        }
        found
    }

    /// The words of which one must be the answer.
    fn expected(&self, deed: &Deed) -> Vec<&'static str> {
        match deed {
            Deed::Book { user, event, party, overlap, .. } => {
                let held = &self.events[*event];
                match held.status {
                    Status::Draft => return vec!["event_not_found"],
                    Status::Cancelled => return vec!["event_cancelled"],
                    Status::Published => {}
                }
                if held.ends <= self.now {
                    return vec!["event_ended"];
                }
                if self.live_of(*user, *event).is_some() {
                    return vec!["already_booked"];
                }
                if held.organizer == *user {
                    return vec!["own_event"];
                }
                let full = held.capacity.is_some_and(|capacity| self.people(*event) + u32::from(*party) > capacity);
                let otherwise = if full { "sold_out" } else { "done" };
                self.with_overlap(*user, *event, held.starts, held.ends, *overlap, otherwise)
            }
            Deed::Cancel { booking, .. } => {
                let party = &self.bookings[*booking];
                let held = &self.events[party.event];
                vec![match () {
                    () if !party.live => "done",
                    () if !party.inside.is_empty() => "already_attended",
                    () if held.status == Status::Cancelled => "event_cancelled",
                    () if held.ends <= self.now => "event_ended",
                    () => "done",
                }]
            }
            Deed::Publish { event, overlap } => {
                let held = &self.events[*event];
                match held.status {
                    Status::Published => vec!["done"],
                    Status::Cancelled => vec!["event_cancelled"],
                    Status::Draft if held.starts <= self.now => vec!["event_started"],
                    Status::Draft => {
                        self.with_overlap(held.organizer, *event, held.starts, held.ends, *overlap, "done")
                    }
                }
            }
            Deed::Move { event, starts, ends, overlap, .. } => {
                let held = &self.events[*event];
                let moved = (held.starts, held.ends) != (*starts, *ends);
                match held.status {
                    Status::Cancelled => vec!["event_cancelled"],
                    Status::Published if held.ends <= self.now => vec!["event_ended"],
                    _ if *starts <= self.now && *starts != held.starts => vec!["invalid"],
                    _ if *ends <= self.now && *ends != held.ends => vec!["invalid"],
                    Status::Draft => vec!["done"],
                    Status::Published if !moved => vec!["done"],
                    Status::Published => self.with_overlap(held.organizer, *event, *starts, *ends, *overlap, "done"),
                }
            }
            Deed::Resize { event, capacity } => {
                let held = &self.events[*event];
                let below = capacity.is_some_and(|capacity| capacity < self.people(*event));
                vec![match held.status {
                    Status::Cancelled => "event_cancelled",
                    Status::Published if held.ends <= self.now => "event_ended",
                    Status::Published if below => "capacity_below_confirmed",
                    _ => "done",
                }]
            }
            Deed::CallOff { event } => {
                let held = &self.events[*event];
                vec![match held.status {
                    Status::Draft => "event_draft",
                    Status::Cancelled => "done",
                    Status::Published if held.ends <= self.now => "event_ended",
                    Status::Published => "done",
                }]
            }
            Deed::Scan { event, booking, ticket, .. } => {
                let party = &self.bookings[*booking];
                vec![match () {
                    () if party.event != *event => "refused",
                    () if *ticket > party.size => "refused",
                    () if self.events[*event].status == Status::Cancelled => "refused",
                    () if !party.live => "refused",
                    () if party.inside.contains_key(ticket) => "already_in",
                    () => "admitted",
                }]
            }
            Deed::Undo { event, scan } => {
                let (word, booking, ticket, undone) = &self.scans[&(*event, *scan)];
                let stands = self.bookings[*booking].inside.get(ticket) == Some(scan);
                vec![if *undone || (word == "admitted" && stands) { "done" } else { "nothing_to_undo" }]
            }
        }
    }

    fn with_overlap(
        &self,
        user: usize,
        event: usize,
        starts: Timestamp,
        ends: Timestamp,
        overlap: bool,
        otherwise: &'static str,
    ) -> Vec<&'static str> {
        match self.clashes(user, event, starts, ends) {
            _ if overlap => vec![otherwise],
            (true, true) => vec!["schedule_conflict"],
            (false, _) => vec![otherwise],
            // A calendar that hasn't heard of a move can miss a clash, and never invents one.
            (true, false) => vec!["schedule_conflict", otherwise],
        }
    }

    /// Takes note of what a deed was answered.
    pub fn answered(&mut self, deed: &Deed, answer: &Answer) -> Result<(), String> {
        if let Deed::Book { user, event, party, overlap, key: Some(key) } = deed
            && let Some((at, first)) = self.keys.get(&(*key, *user, *event, *party, *overlap))
            && self.now.duration_since(*at) < SignedDuration::from_hours(24)
        {
            return if answer == first { Ok(()) } else { Err(format!("a repeated {deed:?} was answered {answer:?}")) };
        }
        if let Deed::Scan { scan, event, .. } = deed
            && let Some((first, _, _, undone)) = self.scans.get(&(*event, *scan))
        {
            // Who was let out again is not let in by the same scan.
            let told = if *undone { "refused" } else { first };
            return if answer.word == told { Ok(()) } else { Err(format!("a repeated scan was answered {answer:?}")) };
        }
        let expected = self.expected(deed);
        if !expected.contains(&answer.word.as_str()) {
            return Err(format!("{deed:?} was answered {answer:?} and not {expected:?}"));
        }
        let done = answer.word == "done";
        match deed {
            Deed::Book { user, event, party, overlap, key } if done => {
                // Numbers are given in the order of the replies.
                let number = answer.booking.ok_or("no booking")?;
                let made = Party { event: *event, user: *user, size: *party, live: true, inside: BTreeMap::new() };
                while self.bookings.len() <= number {
                    self.bookings.push(Party { live: false, ..made.clone() });
                }
                self.bookings[number] = made;
                if let Some(key) = key {
                    self.keys.insert((*key, *user, *event, *party, *overlap), (self.now, answer.clone()));
                }
            }
            Deed::Cancel { booking, .. } if done => self.bookings[*booking].live = false,
            Deed::Publish { event, .. } if done => self.events[*event].status = Status::Published,
            Deed::Move { event, starts, ends, place, .. } if done => {
                let held = &mut self.events[*event];
                held.settled &= held.status == Status::Draft || (held.starts, held.ends) == (*starts, *ends);
                (held.starts, held.ends, held.place) = (*starts, *ends, *place);
            }
            Deed::Resize { event, capacity } if done => self.events[*event].capacity = *capacity,
            Deed::CallOff { event } if done => self.events[*event].status = Status::Cancelled,
            Deed::Scan { scan, event, booking, ticket } => {
                if answer.word == "admitted" {
                    self.bookings[*booking].inside.insert(*ticket, *scan);
                }
                self.scans.insert((*event, *scan), (answer.word.clone(), *booking, *ticket, false));
            }
            Deed::Undo { event, scan } if done => {
                let (_, booking, ticket, undone) = self.scans.get_mut(&(*event, *scan)).ok_or("no scan")?;
                if !*undone {
                    self.bookings[*booking].inside.remove(ticket);
                    *undone = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The rules, on what this model came to.
    pub fn rules(&self) -> Result<(), String> {
        for (number, held) in self.events.iter().enumerate() {
            let people = self.people(number);
            if held.capacity.is_some_and(|capacity| people > capacity) {
                return Err(format!("1: {people} people at event {number} of {:?}", held.capacity));
            }
        }
        let mut seen = BTreeSet::new();
        for party in self.bookings.iter().filter(|party| party.live) {
            if !seen.insert((party.user, party.event)) {
                return Err(format!("2: {party:?} is a second one"));
            }
        }
        Ok(())
    }
}
