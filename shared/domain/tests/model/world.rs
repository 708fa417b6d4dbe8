//! A store in memory, which holds to the conditions of `Change` to the letter: all of a decision's changes or none.

use domain::events::ShortCode;
use domain::facts::{Fact, facts};
use domain::ids::{BookingId, EventId, ScanId, UserId};
use domain::pools::Pool;
use domain::record::{Change, Record};
use domain::reminders::{ReminderKind, ReminderState};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Where a record lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Event(EventId),
    EventClaim(UserId, String, Timestamp),
    SlugClaim(String),
    ShortLink(ShortCode),
    Reminder(EventId, ReminderKind),
    Pool(EventId, u8),
    Booking(BookingId),
    Calendar(UserId),
    Scan(EventId, ScanId),
}

impl Key {
    fn of(record: &Record) -> Key {
        match record {
            Record::Event(event) => Key::Event(event.id),
            Record::EventClaim(claim) => Key::EventClaim(claim.organizer, claim.name.clone(), claim.starts),
            Record::SlugClaim(claim) => Key::SlugClaim(claim.slug.to_string()),
            Record::ShortLink(link) => Key::ShortLink(link.code.clone()),
            Record::Reminder(reminder) => Key::Reminder(reminder.event, reminder.kind),
            Record::Pool(pool) => Key::Pool(pool.event, pool.index),
            Record::Booking(booking) => Key::Booking(booking.id),
            Record::Calendar(calendar) => Key::Calendar(calendar.user),
            Record::Scan(scan) => Key::Scan(scan.event, scan.id.clone()),
            other => panic!("no decision here writes {other:?}"),
        }
    }

    fn changed_by(change: &Change) -> Key {
        match change {
            Change::Insert(record) | Change::Replace(record) | Change::Put(record) | Change::Remove(record) => {
                Key::of(record)
            }
            Change::RemoveSeen { record, .. } => Key::of(record),
            Change::Tick(reminder) => Key::Reminder(reminder.event, reminder.kind),
            Change::TakePlaces { event, pool, .. }
            | Change::FreePlaces { event, pool, .. }
            | Change::ChangePool { event, pool, .. }
            | Change::ClosePool { event, pool, .. }
            | Change::Admit { event, pool, .. } => Key::Pool(*event, *pool),
            Change::VerifyAddress { .. } | Change::ResetPassword { .. } => {
                panic!("no decision here asks for {change:?}")
            }
        }
    }
}

/// A condition that a negative control takes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    PlacesLeft,
    Terms,
    PlacesToLose,
    BookingVersion,
    CalendarVersion,
    EventVersion,
    StillPlanned,
}

#[derive(Default)]
pub struct World {
    pub records: BTreeMap<Key, Record>,
    without: Option<Guard>,
    written: u64,
}

impl World {
    /// An empty store, which may lack one of its conditions.
    pub fn without(guard: Option<Guard>) -> Self {
        Self { without: guard, ..Self::default() }
    }

    /// Writes the changes and tells what follows from them; `None` where a condition doesn't hold.
    pub fn apply(&mut self, changes: &[Change]) -> Option<Vec<Fact>> {
        let mut keys = BTreeSet::new();
        let mut writes = Vec::new();
        for change in changes {
            let key = Key::changed_by(change);
            assert!(keys.insert(key.clone()), "a transaction may write an item once: {key:?}");
            let new = self.changed(change, self.records.get(&key))?;
            writes.push((key, new));
        }
        let mut told = Vec::new();
        for (key, new) in writes {
            self.written += 1;
            let old = self.records.remove(&key);
            told.extend(facts(&self.written.to_string(), old.as_ref(), new.as_ref()));
            if let Some(new) = new {
                self.records.insert(key, new);
            }
        }
        Some(told)
    }

    fn changed(&self, change: &Change, old: Option<&Record>) -> Option<Option<Record>> {
        let without = |guard: Guard| self.without == Some(guard);
        let pool = || match old {
            Some(Record::Pool(pool)) => Some(pool.clone()),
            _ => None,
        };
        let new = match change {
            Change::Insert(record) => old.is_none().then(|| record.clone())?,
            Change::Replace(record) => {
                let version = record.version()?;
                let seen = if version <= 1 {
                    old.is_none()
                } else {
                    old.is_some_and(|old| old.version() == Some(version - 1))
                };
                let guard = match record {
                    Record::Booking(_) => Some(Guard::BookingVersion),
                    Record::Calendar(_) => Some(Guard::CalendarVersion),
                    Record::Event(_) => Some(Guard::EventVersion),
                    _ => None,
                };
                (seen || guard.is_some_and(without)).then(|| record.clone())?
            }
            Change::Put(record) => record.clone(),
            Change::Remove(_) => return Some(None),
            Change::RemoveSeen { seen, .. } => {
                return old.is_some_and(|old| old.version() == Some(*seen)).then_some(None);
            }
            Change::Tick(reminder) => {
                let planned = matches!(old, Some(Record::Reminder(old))
                    if old.state == ReminderState::Planned && old.starts == reminder.starts);
                (planned || without(Guard::StillPlanned)).then(|| Record::Reminder(reminder.clone()))?
            }
            Change::TakePlaces { terms, places, bookings, .. } => {
                let (pool, places) = (pool()?, i64::from(*places));
                let bookings = pool.bookings + i64::from(*bookings);
                let agreed = (pool.open && pool.terms == *terms) || without(Guard::Terms);
                let enough = pool.left >= places || without(Guard::PlacesLeft);
                let (left, taken) = (pool.left - places, pool.taken + places);
                (agreed && enough).then(|| Record::Pool(Pool { left, taken, bookings, ..pool }))?
            }
            Change::FreePlaces { places, bookings, .. } => {
                let (pool, places) = (pool()?, i64::from(*places));
                let bookings = pool.bookings - i64::from(*bookings);
                Record::Pool(Pool { left: pool.left + places, taken: pool.taken - places, bookings, ..pool })
            }
            Change::ChangePool { seen, terms, more, .. } => {
                let pool = pool()?;
                let fits = pool.open && pool.terms == *seen && (pool.left + more >= 0 || without(Guard::PlacesToLose));
                fits.then(|| Record::Pool(Pool { left: pool.left + more, terms: *terms, ..pool }))?
            }
            Change::ClosePool { seen, .. } => {
                let pool = pool()?;
                (pool.terms == *seen).then(|| Record::Pool(Pool { open: false, terms: seen + 1, ..pool }))?
            }
            Change::Admit { people, .. } => {
                let pool = pool()?;
                Record::Pool(Pool { admitted: pool.admitted + i64::from(*people), ..pool })
            }
            Change::VerifyAddress { .. } | Change::ResetPassword { .. } => return None,
        };
        Some(Some(new))
    }
}
