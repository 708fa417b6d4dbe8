//! Seat pools: the counters that places are taken from. Each lives under its own partition key, so that a rush isn't held
//! to what one item can take.

use crate::events::{Event, Status};
use crate::ids::EventId;
use crate::record::{Change, Record};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The most pools that an event has.
pub const MOST_POOLS: u8 = 64;
/// How many places make a further pool worth it.
const PLACES_PER_POOL: u32 = 250;
/// What `left` counts down from where there is no capacity: more than people live.
const UNLIMITED: i64 = 1_000_000_000_000;

/// One pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// The event.
    pub event: EventId,
    /// Which of its pools, from 0.
    pub index: u8,
    /// Whether places may be taken.
    pub open: bool,
    /// The event's terms that a booking agrees to.
    pub terms: u64,
    /// Places left.
    pub left: i64,
    /// Places taken.
    pub taken: i64,
    /// The bookings that hold places and have their home here: each once, however many pools its places are from.
    pub bookings: i64,
    /// People admitted at the door.
    pub admitted: i64,
}

/// How many pools an event of this capacity has: one up to 250 places, then one for every 250, up to 64. Without a
/// capacity nobody knows how many come: four.
pub fn count_for(capacity: Option<u32>) -> u8 {
    match capacity {
        None => 4,
        Some(places) => u8::try_from(places.div_ceil(PLACES_PER_POOL)).unwrap_or(u8::MAX).clamp(1, MOST_POOLS),
    }
}

/// The pool's part of the capacity: as even as can be.
fn share(capacity: Option<u32>, pools: u8, index: u8) -> i64 {
    match capacity {
        None => UNLIMITED,
        Some(places) => {
            let (each, rest) = (places / u32::from(pools), places % u32::from(pools));
            i64::from(each + u32::from(u32::from(index) < rest))
        }
    }
}

/// The sum of an event's places, taken and left, over all of its pools.
fn all_places(event: &Event) -> i64 {
    event.details.capacity.map_or(UNLIMITED * i64::from(event.pools), i64::from)
}

/// What each pool should have left, `free` in all. More places go to the pools that have least and fewer are taken from
/// those that have most, so that a raise takes from no pool and can't fail in a rush.
fn levelled(left: &[i64], free: i64) -> Vec<i64> {
    let raise = free >= left.iter().sum();
    let at = |level: i64| left.iter().map(move |left| if raise { *left.max(&level) } else { *left.min(&level) });
    // The highest level that isn't above `free`, by halving: it lies between nothing and all of it.
    let (mut low, mut high) = (0, free);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if at(middle).sum::<i64>() <= free { low = middle } else { high = middle - 1 }
    }
    let mut rest = free - at(low).sum::<i64>();
    at(low)
        .zip(left)
        .map(|(wanted, left)| {
            let one_more = rest > 0 && (*left <= low) == raise;
            rest -= i64::from(one_more);
            wanted + i64::from(one_more)
        })
        .collect()
}

/// The pools of an event that is published now.
pub fn opened(event: &Event) -> Vec<Pool> {
    (0..event.pools)
        .map(|index| Pool {
            event: event.id,
            index,
            open: event.status == Status::Published,
            terms: event.terms,
            left: share(event.details.capacity, event.pools, index),
            taken: 0,
            bookings: 0,
            admitted: 0,
        })
        .collect()
}

/// What an event's pools hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Places taken.
    pub taken: i64,
    /// Bookings that took them.
    pub bookings: i64,
    /// People admitted.
    pub admitted: i64,
    /// Places left; `None` where there is no capacity.
    pub left: Option<i64>,
}

/// Sums up an event's pools.
pub fn places(event: &Event, pools: &[Pool]) -> Places {
    Places {
        taken: pools.iter().map(|pool| pool.taken).sum(),
        bookings: pools.iter().map(|pool| pool.bookings).sum(),
        admitted: pools.iter().map(|pool| pool.admitted).sum(),
        left: event.details.capacity.map(|_| pools.iter().map(|pool| pool.left).sum()),
    }
}

/// How a published event's pools follow its change: new terms, more or fewer places. Each change is relative, so that
/// bookings in between don't get lost; a cut holds only while the places are still free.
///
/// # Errors
/// A capacity below what is confirmed: the refusal says how many are. Pools that don't belong to this version of the event.
pub fn changed(old: &Event, new: &Event, pools: &[Pool]) -> Result<Vec<Change>, Refusal> {
    let (before, after) = (all_places(old), all_places(new));
    let mut left: Vec<i64> = vec![0; usize::from(new.pools)];
    if before != after {
        for pool in pools {
            if let Some(seen) = left.get_mut(usize::from(pool.index)) {
                *seen = pool.left;
            }
        }
        // Places taken and left add up to the capacity; pools that don't were read while it changed.
        if pools.iter().map(|pool| pool.taken + pool.left).sum::<i64>() != before {
            return Err(Refusal::changed("event"));
        }
    }
    // The difference is between the two events and not between the new capacity and the pools that were seen: the event is
    // written on the condition of its version, so that whatever pools were looked at, no place is made or lost.
    let free = left.iter().sum::<i64>() + after - before;
    if free < 0 && before != after {
        let (taken, after) = (after - free, new.details.capacity.unwrap_or_default());
        return Err(Refusal::conflict(
            "capacity_below_confirmed",
            format!("{taken} places are confirmed already, so the capacity can't be {after}."),
        )
        .with("confirmed", taken));
    }
    let wanted = if before == after { left.clone() } else { levelled(&left, free) };
    let mut changes = Vec::new();
    for (index, delta) in (0..new.pools).zip(wanted.iter().zip(&left).map(|(wanted, left)| wanted - left)) {
        if index < old.pools {
            if delta != 0 || old.terms != new.terms {
                changes.push(Change::ChangePool {
                    event: new.id,
                    pool: index,
                    seen: old.terms,
                    terms: new.terms,
                    more: delta,
                });
            }
        } else {
            changes.push(Change::Insert(Record::Pool(Pool {
                event: new.id,
                index,
                open: true,
                terms: new.terms,
                left: delta,
                taken: 0,
                bookings: 0,
                admitted: 0,
            })));
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_follow_capacity() {
        let counts = [Some(1), Some(250), Some(251), Some(5_000), Some(1_000_000), None].map(count_for);
        assert_eq!(counts, [1, 1, 2, 20, 64, 4]);
    }

    #[test]
    fn shares_add_up() {
        for (capacity, pools) in [(1, 1), (251, 2), (1_000, 7), (5, 64)] {
            let sum: i64 = (0..pools).map(|index| share(Some(capacity), pools, index)).sum();
            assert_eq!(sum, i64::from(capacity));
        }
    }
}
