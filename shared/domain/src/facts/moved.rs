//! What a mail about a move says: the time and place before, and what of that differs now.

use crate::events::{Event, Place};
use crate::text::Link;
use crate::time::Moment;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// For how long a move is told again with the next one. The first mail may not have gone out by then: a later move overtakes
/// it, and would else leave out what the first one changed.
pub const TOLD_TOGETHER_MINUTES: i64 = 10;

/// Time and place of an event before it was moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Start.
    pub starts: Moment,
    /// End.
    pub ends: Moment,
    /// Place.
    pub place: Option<Place>,
    /// Link.
    pub online_link: Option<Link>,
}

/// One thing that differs after a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Start, end or zone.
    Time,
    /// The place.
    Place,
    /// The link to join.
    OnlineLink,
}

impl Before {
    /// Time and place of an event as it is.
    pub fn of(event: &Event) -> Self {
        Before {
            starts: event.starts.clone(),
            ends: event.ends.clone(),
            place: event.details.place.clone(),
            online_link: event.details.online_link.clone(),
        }
    }

    /// What of it is different at an event as it is now.
    pub fn differences(&self, event: &Event) -> Vec<Difference> {
        let time = (self.starts != event.starts || self.ends != event.ends).then_some(Difference::Time);
        let place = (self.place != event.details.place).then_some(Difference::Place);
        let link = (self.online_link != event.details.online_link).then_some(Difference::OnlineLink);
        [time, place, link].into_iter().flatten().collect()
    }
}

/// The moves of an event that are told together: one after the other, each within [`TOLD_TOGETHER_MINUTES`] of the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    /// When the last of them was.
    pub last_at: Timestamp,
    /// Time and place before the first of them.
    pub before: Before,
}

impl Moves {
    /// Those of a published event that is moved once more.
    pub fn with_another(event: &Event, now: Timestamp) -> Self {
        let going_on = event.moves.as_ref().filter(|moves| moves.go_on(now));
        let before = going_on.map_or_else(|| Before::of(event), |moves| moves.before.clone());
        Moves { last_at: now, before }
    }

    /// Whether one more would be told together with them.
    pub fn go_on(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_at) < SignedDuration::from_mins(TOLD_TOGETHER_MINUTES)
    }

    /// What was before, as it is told after the last move, which was from `old` to `new`: before the first move where that
    /// differs from now, else before the last. Who heard of the first hears in this way that it was taken back.
    pub fn told(&self, old: &Event, new: &Event) -> Before {
        let (first, last) = (&self.before, Before::of(old));
        let differs = first.differences(new);
        let mut told = last;
        for difference in differs {
            match difference {
                Difference::Time => (told.starts, told.ends) = (first.starts.clone(), first.ends.clone()),
                Difference::Place => told.place.clone_from(&first.place),
                Difference::OnlineLink => told.online_link.clone_from(&first.online_link),
            }
        }
        told
    }
}
