//! A user's calendar: what makes "one booking per event" and "no overlap" exact.

use super::BOOKING_WINDOW_MINUTES;
use crate::events::{Event, Status};
use crate::ids::{BookingId, EventId, UserId};
use crate::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long an entry outlives its end. An event that was prolonged reaches the calendars by a fact, a little later; until
/// then the old end must not make room for a second booking of it.
const PRUNE_GRACE_HOURS: i64 = 24;

/// What stands in a calendar for one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarEntry {
    /// The live booking, or `None` for an event of one's own.
    pub booking: Option<BookingId>,
    /// Start of the event.
    pub starts: Timestamp,
    /// End of the event.
    pub ends: Timestamp,
}

/// A user's calendar: their live bookings and own events, each under its event. It is one item with a version, which is
/// what makes "one booking per event" and "no overlap" exact when requests race.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// Whose.
    pub user: UserId,
    /// Rises with each write; 0 for one that was never written.
    pub version: u64,
    /// By event. What ended a day ago is pruned on writing.
    pub entries: BTreeMap<String, CalendarEntry>,
    /// When bookings were made of late, oldest first: the rate limit.
    pub recent: Vec<Timestamp>,
}

impl Calendar {
    /// The calendar of somebody who has none yet.
    pub fn empty(user: UserId) -> Self {
        Self { user, version: 0, entries: BTreeMap::new(), recent: Vec::new() }
    }

    /// The entry for an event.
    pub fn entry(&self, event: EventId) -> Option<&CalendarEntry> {
        self.entries.get(&event.to_string())
    }

    fn next(&self, now: Timestamp) -> Calendar {
        let mut calendar = self.clone();
        calendar.version += 1;
        let grace = SignedDuration::from_hours(PRUNE_GRACE_HOURS);
        calendar.entries.retain(|_, entry| entry.ends + grace > now);
        let window = SignedDuration::from_mins(BOOKING_WINDOW_MINUTES);
        calendar.recent.retain(|at| now.duration_since(*at) < window);
        calendar
    }

    /// What stands at that time beside this event. Touching ends don't overlap.
    fn overlapping(
        &self,
        event: EventId,
        starts: Timestamp,
        ends: Timestamp,
    ) -> impl Iterator<Item = (&String, &CalendarEntry)> {
        let key = event.to_string();
        self.entries.iter().filter(move |(other, held)| **other != key && held.starts < ends && starts < held.ends)
    }

    /// The events that stand in the way of one at that time, as far as this calendar knows. It may be behind: read them, let
    /// it see each with [`Calendar::seen`], and decide again.
    pub fn clashes(&self, event: EventId, starts: Timestamp, ends: Timestamp) -> Vec<EventId> {
        self.overlapping(event, starts, ends).filter_map(|(other, _)| other.parse().ok()).collect()
    }

    /// The same calendar, brought up to an event as it is now: a cancelled one stands in nobody's way, a moved one stands
    /// elsewhere. The version stays, since nothing is written yet: the change that is decided on next takes it along.
    pub fn seen(&self, event: &Event) -> Calendar {
        let mut calendar = self.clone();
        let key = event.id.to_string();
        if event.status == Status::Cancelled {
            calendar.entries.remove(&key);
        } else if let Some(entry) = calendar.entries.get_mut(&key) {
            (entry.starts, entry.ends) = (event.starts.instant, event.ends.instant);
        }
        calendar
    }

    /// With an entry for this event.
    ///
    /// # Errors
    /// `schedule_conflict`, naming what overlaps, unless `allow_overlap`. Touching ends don't overlap. An entry may be behind
    /// its event, so look again before you believe it: [`Calendar::clashes`].
    pub fn with(
        &self,
        event: EventId,
        entry: CalendarEntry,
        allow_overlap: bool,
        now: Timestamp,
    ) -> Result<Calendar, Refusal> {
        let mut calendar = self.next(now);
        let key = event.to_string();
        let clash = calendar.overlapping(event, entry.starts, entry.ends).next();
        if let (Some((other, held)), false) = (clash, allow_overlap) {
            let refusal = Refusal::conflict(
                "schedule_conflict",
                "You have something else at that time. Send allow_overlap to have both.",
            );
            let refusal = refusal
                .with("event", other.clone())
                .with("starts", held.starts.to_string())
                .with("ends", held.ends.to_string());
            // Absent where it is an event of one's own.
            return Err(match held.booking {
                Some(booking) => refusal.with("booking", booking.to_string()),
                None => refusal,
            });
        }
        calendar.entries.insert(key, entry);
        Ok(calendar)
    }

    /// Without the entry for this event.
    pub fn without(&self, event: EventId, now: Timestamp) -> Calendar {
        let mut calendar = self.next(now);
        calendar.entries.remove(&event.to_string());
        calendar
    }

    /// With the event's new time, after it was moved by its organizer; `None` where nothing changes.
    pub fn followed(&self, event: &Event, booking: BookingId, now: Timestamp) -> Option<Calendar> {
        let entry = self.entry(event.id).filter(|entry| entry.booking == Some(booking))?;
        if entry.starts == event.starts.instant && entry.ends == event.ends.instant {
            return None;
        }
        let mut calendar = self.next(now);
        let entry = CalendarEntry { booking: Some(booking), starts: event.starts.instant, ends: event.ends.instant };
        calendar.entries.insert(event.id.to_string(), entry);
        Some(calendar)
    }
}
