//! Seat pools: no place is made or lost when capacity changes.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::bookings::Calendar;
use domain::events::{Details, Event};
use domain::pools::{self, Pool};
use domain::record::{Change, Record};
use domain::refusal::{Refusal, RefusalKind};
use proptest::prelude::*;

fn with_capacity(capacity: Option<u32>, pools: u8) -> (Event, Vec<Pool>) {
    let (mut event, _) = published_of(1, Details { capacity, ..details() });
    event.pools = event.pools.max(pools);
    let pools = pools::opened(&event);
    (event, pools)
}

fn take(pool: &mut Pool, places: i64) {
    pool.left -= places;
    pool.taken += places;
}

/// Changes the capacity of an event whose pools were read as `seen` and are `pools` by now.
fn changed(
    event: &Event,
    capacity: Option<u32>,
    seen: &[Pool],
    pools: &[Pool],
) -> Result<(Event, Option<Vec<Pool>>), Refusal> {
    let details = Details { capacity, ..event.details.clone() };
    let (new, changes) = event.changed(details, seen, &Calendar::empty(event.organizer), true, now())?;
    let mut pools = pools.to_vec();
    for change in changes {
        match change {
            Change::ChangePool { pool, seen, terms, more, .. } => {
                let pool = &mut pools[usize::from(pool)];
                assert_eq!(pool.terms, seen);
                if pool.left + more < 0 {
                    return Ok((new, None));
                }
                pool.left += more;
                pool.terms = terms;
            }
            Change::Insert(Record::Pool(pool)) => pools.push(pool),
            _ => {}
        }
    }
    Ok((new, Some(pools)))
}

fn sum(pools: &[Pool], of: impl Fn(&Pool) -> i64) -> i64 {
    pools.iter().map(of).sum()
}

/// Places taken: from which pool, how many.
type Takes = Vec<(usize, u8)>;

/// 1 to 64 pools; which places are taken, and how many more between reading and writing; the capacities one after the other.
fn rush() -> impl Strategy<Value = (u8, Takes, Takes, Vec<Option<u32>>)> {
    let capacity = || prop_oneof![1 => Just(None), 8 => (1u32..700).prop_map(Some), 2 => (1u32..20_000).prop_map(Some)];
    let taken = || prop::collection::vec((0usize..64, 1u8..21), 0..40);
    (1u8..=64, taken(), taken(), prop::collection::vec(capacity(), 2..5))
}

proptest! {
    #[test]
    fn places_are_neither_made_nor_lost((count, before, between, capacities) in rush()) {
        let (mut event, mut pools) = with_capacity(capacities[0], count);
        for capacity in &capacities[1..] {
            let some = |pools: &mut [Pool], takes: &[(usize, u8)]| {
                for (index, places) in takes {
                    let pool = index % pools.len();
                    let places = i64::from(*places).min(pools[pool].left);
                    take(&mut pools[pool], places);
                }
            };
            some(&mut pools, &before);
            let seen = pools.clone();
            some(&mut pools, &between);
            let confirmed = sum(&seen, |pool| pool.taken);
            match changed(&event, *capacity, &seen, &pools) {
                Err(refusal) => {
                    prop_assert_eq!(refusal.code, "capacity_below_confirmed");
                    prop_assert_eq!(&refusal.more["confirmed"], confirmed);
                    prop_assert!(i64::from(capacity.unwrap()) < confirmed);
                }
                // Not written: somebody took a place that was to go.
                Ok((_, None)) => {
                    let fewer = match (event.details.capacity, *capacity) {
                        (Some(before), Some(after)) => after < before,
                        (before, after) => before.is_none() && after.is_some(),
                    };
                    prop_assert!(fewer, "a raise takes nothing away");
                }
                Ok((new, Some(next))) => {
                    prop_assert_eq!(next.len(), usize::from(new.pools));
                    prop_assert!(next.iter().all(|pool| pool.left >= 0 && pool.open && pool.terms == new.terms));
                    prop_assert_eq!(sum(&next, |pool| pool.taken), sum(&pools, |pool| pool.taken));
                    if let Some(capacity) = capacity {
                        prop_assert_eq!(sum(&next, |pool| pool.taken + pool.left), i64::from(*capacity));
                    } else {
                        prop_assert!(next.iter().all(|pool| pool.left > 1_000_000_000), "as many as come");
                    }
                    (event, pools) = (new, next);
                }
            }
        }
    }
}

#[test]
fn a_raise_goes_where_least_is_left_and_a_cut_where_most_is() {
    let left = |pools: Vec<Pool>| pools.iter().map(|pool| pool.left).collect::<Vec<_>>();
    let (event, mut pools) = with_capacity(Some(30), 3);
    take(&mut pools[0], 10);
    take(&mut pools[1], 6);
    let after = |capacity| changed(&event, Some(capacity), &pools, &pools).unwrap().1.unwrap();
    assert_eq!(left(after(33)), [3, 4, 10]);
    assert_eq!(left(after(40)), [7, 7, 10]);
    assert_eq!(left(after(47)), [11, 10, 10]);
    assert_eq!(left(after(25)), [0, 4, 5]);
    assert_eq!(left(after(19)), [0, 2, 1]);
    assert_eq!(left(after(16)), [0, 0, 0]);
    let refusal = changed(&event, Some(15), &pools, &pools).unwrap_err();
    assert_eq!((refusal.code, &refusal.more["confirmed"]), ("capacity_below_confirmed", &16.into()));
}

#[test]
fn an_event_that_grows_gets_more_pools() {
    let (event, pools) = with_capacity(Some(250), 1);
    let (new, grown) = changed(&event, Some(1_000), &pools, &pools).unwrap();
    assert_eq!((new.pools, grown.unwrap().iter().map(|pool| pool.left).collect::<Vec<_>>()), (4, vec![250; 4]));
    let (smaller, _) = changed(&new, Some(100), &pools::opened(&new), &pools::opened(&new)).unwrap();
    assert_eq!(smaller.pools, 4, "pools never go away");
}

#[test]
fn pools_of_another_moment_are_not_believed() {
    // The pools were read before the capacity rose from 10 to 20, the event after that. Somebody believing them would give
    // the ten places twice.
    let (event, _) = with_capacity(Some(20), 1);
    let (_, stale) = with_capacity(Some(10), 1);
    let refusal = changed(&event, Some(30), &stale, &stale).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Changed, "changed_meanwhile"));
    // Some of them missing is the same.
    let (event, pools) = with_capacity(Some(600), 3);
    assert_eq!(code(changed(&event, Some(700), &pools[1..], &pools)), "changed_meanwhile");
}

#[test]
fn what_pools_hold_together() {
    let (event, mut pools) = with_capacity(Some(30), 3);
    take(&mut pools[2], 4);
    pools[1].admitted = 2;
    let places = pools::places(&event, &pools);
    assert_eq!((places.taken, places.admitted, places.left), (4, 2, Some(26)));
    let (event, pools) = with_capacity(None, 1);
    assert_eq!(pools::places(&event, &pools).left, None);
}
