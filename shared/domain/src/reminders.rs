//! Reminders: one item per event and kind, planned with the event, fired by a tick, never late by much and never twice.

use crate::events::{Event, Status};
use crate::ids::EventId;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A day reminder that is later than this is dropped.
pub const DAY_REMINDER_LATEST_HOURS: i64 = 6;

/// Which reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// The same wall time one calendar day earlier.
    DayBefore,
    /// The instant less 3,600 seconds.
    HourBefore,
}

impl ReminderKind {
    /// Both.
    pub const ALL: &[ReminderKind] = &[ReminderKind::DayBefore, ReminderKind::HourBefore];

    /// The word in keys.
    pub fn word(self) -> &'static str {
        match self {
            ReminderKind::DayBefore => "day_before",
            ReminderKind::HourBefore => "hour_before",
        }
    }

    /// When a reminder of an event is due.
    pub fn due(self, event: &Event) -> Timestamp {
        match self {
            ReminderKind::DayBefore => event.starts.day_before(),
            ReminderKind::HourBefore => event.starts.hour_before(),
        }
    }
}

/// Where a reminder stands. Each state is written out; an attribute's absence never means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderState {
    /// Will fire when due.
    Planned,
    /// Has fired for its start.
    Fired,
    /// Will not fire: its point had passed, the event was cancelled, or the tick came too late.
    Dropped,
}

/// One reminder of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Which event.
    pub event: EventId,
    /// Which reminder.
    pub kind: ReminderKind,
    /// When it is due.
    pub due: Timestamp,
    /// The event's start that it is for.
    pub starts: Timestamp,
    /// Where it stands.
    pub state: ReminderState,
}

/// The reminders of an event that is published or moved now: planned only while their point is still ahead.
pub fn planned(event: &Event, now: Timestamp) -> Vec<Reminder> {
    reminders(event, |due| if due > now { ReminderState::Planned } else { ReminderState::Dropped })
}

/// The reminders of an event that is cancelled.
pub fn dropped(event: &Event) -> Vec<Reminder> {
    reminders(event, |_| ReminderState::Dropped)
}

fn reminders(event: &Event, state: impl Fn(Timestamp) -> ReminderState) -> Vec<Reminder> {
    ReminderKind::ALL
        .iter()
        .map(|kind| {
            let due = kind.due(event);
            Reminder { event: event.id, kind: *kind, due, starts: event.starts.instant, state: state(due) }
        })
        .collect()
}

impl Reminder {
    /// What a tick makes of it: fired, dropped because it is too late, or `None` where it isn't due (any more).
    /// The write that follows is conditioned on it still being planned for this start; through the stream, that write is
    /// the fact.
    pub fn ticked(&self, now: Timestamp) -> Option<Reminder> {
        if self.state != ReminderState::Planned || self.due > now {
            return None;
        }
        let too_late = match self.kind {
            ReminderKind::DayBefore => {
                now.duration_since(self.due) > SignedDuration::from_hours(DAY_REMINDER_LATEST_HOURS)
                    || now >= self.starts
            }
            ReminderKind::HourBefore => now >= self.starts,
        };
        let state = if too_late { ReminderState::Dropped } else { ReminderState::Fired };
        Some(Reminder { state, ..self.clone() })
    }

    /// Whether its mail should still go out: the event happens, at the start that it fired for, and hasn't begun.
    pub fn still_holds(event: &Event, starts: Timestamp, now: Timestamp) -> bool {
        event.status == Status::Published && event.starts.instant == starts && now < starts
    }
}
