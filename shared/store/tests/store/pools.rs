//! The conditions of what is done to seat pools.

use crate::sample::*;
use domain::pools::Pool;
use domain::{Change, Record};

async fn with_pool(pool: Pool) -> Desk {
    let desk = Desk::new().await;
    desk.put([Record::Pool(pool)]).await;
    desk
}

async fn stored(desk: &Desk) -> Pool {
    desk.store.pools(event_id(1), 1).await.unwrap().pop().expect("a pool")
}

fn take(terms: u64, places: u8) -> Change {
    Change::TakePlaces { event: event_id(1), pool: 0, terms, places, bookings: 1 }
}

#[tokio::test]
async fn places_are_taken_while_there_are_enough() {
    let desk = with_pool(pool(event_id(1), 0, 3)).await;
    desk.overtaken(take(3, 4)).await;
    desk.done(take(3, 2)).await;
    desk.overtaken(take(3, 2)).await;
    desk.done(take(3, 1)).await;
    desk.overtaken(take(3, 1)).await;
    assert_eq!((stored(&desk).await.left, stored(&desk).await.taken), (0, 5));
}

#[tokio::test]
async fn places_are_taken_on_the_terms_that_were_seen_and_from_open_pools() {
    let desk = with_pool(pool(event_id(1), 0, 3)).await;
    desk.overtaken(take(2, 1)).await;
    desk.overtaken(take(4, 1)).await;
    desk.put([Record::Pool(Pool { open: false, ..pool(event_id(1), 0, 3) })]).await;
    desk.overtaken(take(3, 1)).await;
    assert_eq!((stored(&desk).await.left, stored(&desk).await.taken), (3, 2));
    let nowhere = Change::TakePlaces { event: event_id(2), pool: 0, terms: 3, places: 1, bookings: 1 };
    desk.overtaken(nowhere).await;
    assert_eq!(desk.store.pools(event_id(2), 1).await.unwrap(), [], "an update makes no pool");
}

#[tokio::test]
async fn no_more_places_come_back_than_were_taken() {
    let desk = with_pool(pool(event_id(1), 0, 0)).await;
    let free = |places| Change::FreePlaces { event: event_id(1), pool: 0, places, bookings: 0 };
    desk.overtaken(free(3)).await;
    desk.done(free(2)).await;
    desk.overtaken(free(1)).await;
    assert_eq!((stored(&desk).await.left, stored(&desk).await.taken), (2, 0));
}

#[tokio::test]
async fn bookings_are_counted_where_they_have_their_home() {
    let desk = with_pool(Pool { taken: 0, bookings: 0, ..pool(event_id(1), 0, 9) }).await;
    let take = |places, bookings| Change::TakePlaces { event: event_id(1), pool: 0, terms: 3, places, bookings };
    let free = |places, bookings| Change::FreePlaces { event: event_id(1), pool: 0, places, bookings };
    desk.done(take(4, 1)).await;
    desk.done(take(2, 0)).await;
    assert_eq!((stored(&desk).await.taken, stored(&desk).await.bookings), (6, 1));
    desk.done(free(4, 1)).await;
    desk.overtaken(free(1, 1)).await;
    desk.done(free(2, 0)).await;
    assert_eq!((stored(&desk).await.taken, stored(&desk).await.bookings), (0, 0));
}

#[tokio::test]
async fn places_come_back_to_a_closed_pool_too() {
    let desk = with_pool(Pool { open: false, ..pool(event_id(1), 0, 0) }).await;
    desk.done(Change::FreePlaces { event: event_id(1), pool: 0, places: 1, bookings: 1 }).await;
}

#[tokio::test]
async fn a_pool_changes_on_the_terms_that_were_seen_and_loses_only_what_is_free() {
    let desk = with_pool(pool(event_id(1), 0, 3)).await;
    let change = |seen, more| Change::ChangePool { event: event_id(1), pool: 0, seen, terms: 4, more };
    desk.overtaken(change(2, 5)).await;
    desk.overtaken(change(3, -4)).await;
    desk.done(change(3, -3)).await;
    let now_four = |more| Change::ChangePool { event: event_id(1), pool: 0, seen: 4, terms: 4, more };
    desk.overtaken(now_four(-1)).await;
    desk.done(now_four(7)).await;
    let pool = stored(&desk).await;
    assert_eq!((pool.left, pool.taken, pool.terms), (7, 2, 4));
    desk.put([Record::Pool(Pool { open: false, ..pool })]).await;
    desk.overtaken(now_four(1)).await;
}

#[tokio::test]
async fn a_pool_is_closed_on_the_terms_that_were_seen() {
    let desk = with_pool(pool(event_id(1), 0, 3)).await;
    let close = |seen| Change::ClosePool { event: event_id(1), pool: 0, seen };
    desk.overtaken(close(2)).await;
    desk.overtaken(close(4)).await;
    desk.done(close(3)).await;
    let pool = stored(&desk).await;
    assert_eq!((pool.open, pool.terms), (false, 4));
    desk.overtaken(take(3, 1)).await;
    desk.overtaken(take(4, 1)).await;
}

#[tokio::test]
async fn people_are_counted_in_and_out_of_a_pool_that_is_there() {
    let desk = with_pool(pool(event_id(1), 0, 3)).await;
    let admit = |event, people| Change::Admit { event, pool: 0, people };
    desk.done(admit(event_id(1), 1)).await;
    desk.done(admit(event_id(1), 1)).await;
    desk.done(admit(event_id(1), -1)).await;
    desk.overtaken(admit(event_id(2), 1)).await;
    assert_eq!(stored(&desk).await.admitted, 1);
}

#[tokio::test]
async fn all_pools_are_read_in_their_order() {
    let desk = Desk::new().await;
    desk.put((0..64).rev().map(|index| Record::Pool(pool(event_id(1), index, i64::from(index))))).await;
    let pools = desk.store.pools(event_id(1), 64).await.unwrap();
    assert_eq!(pools.iter().map(|pool| pool.index).collect::<Vec<_>>(), (0..64).collect::<Vec<u8>>());
    let mut event = event(1, "2026-12-24T19:30");
    event.pools = 64;
    desk.put([Record::Event(event)]).await;
    // Twice: first the number of pools isn't known, then it is.
    for _ in 0..2 {
        let (event, pools) = desk.store.event_and_pools(event_id(1)).await.unwrap().unwrap();
        assert_eq!((event.pools, pools.len()), (64, 64));
    }
    let chosen: std::collections::BTreeSet<u8> = {
        let mut chosen = std::collections::BTreeSet::new();
        for _ in 0..60 {
            let desk = desk.store.booking_desk(event_id(1), user_id(5)).await.unwrap();
            assert_eq!((desk.pools.len(), desk.calendar.version), (1, 0));
            chosen.insert(desk.pools[0].index);
        }
        chosen
    };
    assert!(chosen.len() > 10, "bookers are spread over the pools: {chosen:?}");
}
