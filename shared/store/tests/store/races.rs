//! Races of real parallel tasks, each with its negative control: the same race without the condition must be seen to go
//! wrong, or the race would prove nothing.

use crate::sample::*;
use domain::accounts::User;
use domain::events::ShortLink;
use domain::{Change, Record};
use std::sync::Arc;
use store::Error;
use tokio::sync::Barrier;

const TASKS: usize = 16;

/// Runs `task` in so many tasks that all begin at once, and gives what each came to.
async fn race<T, F>(tasks: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(tasks));
    let running: Vec<_> = (0..tasks)
        .map(|number| {
            let (barrier, task) = (barrier.clone(), task(number));
            tokio::spawn(async move {
                barrier.wait().await;
                task.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.unwrap());
    }
    results
}

/// How many went through; the others were overtaken.
fn through(results: &[store::Result<()>]) -> usize {
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(Error::Overtaken))), "{results:?}");
    results.iter().filter(|result| result.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_places_are_taken_once() {
    let desk = Desk::new().await;
    desk.put([Record::Pool(pool(event_id(1), 0, 5))]).await;
    let results = race(TASKS, |number| {
        let store = desk.store.clone();
        async move {
            let take = Change::TakePlaces { event: event_id(1), pool: 0, terms: 3, places: 1, bookings: 1 };
            let user = Change::Insert(Record::User(user(u128::try_from(number).unwrap())));
            store.commit(&[user, take], None).await
        }
    })
    .await;
    assert_eq!(through(&results), 5);
    let pool = desk.store.pools(event_id(1), 1).await.unwrap().pop().unwrap();
    assert_eq!((pool.left, pool.taken, pool.bookings), (0, 7, 7));
}

/// What a read and then a write make of it: everybody saw a place, and all of them took it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_a_read_and_then_a_write_oversells() {
    let desk = Desk::new().await;
    desk.put([Record::Pool(pool(event_id(1), 0, 5))]).await;
    let everybody_has_read = Arc::new(Barrier::new(TASKS));
    let sold = race(TASKS, |_| {
        let (store, everybody_has_read) = (desk.store.clone(), everybody_has_read.clone());
        async move {
            let mut seen = store.pools(event_id(1), 1).await.unwrap().pop().unwrap();
            everybody_has_read.wait().await;
            if seen.left < 1 {
                return 0;
            }
            (seen.left, seen.taken) = (seen.left - 1, seen.taken + 1);
            store.commit(&[Change::Put(Record::Pool(seen))], None).await.unwrap();
            1
        }
    })
    .await;
    assert_eq!(sold.iter().sum::<usize>(), TASKS, "this race can see an oversell");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_replacements_of_one_version_one_wins() {
    let desk = Desk::new().await;
    desk.put([Record::User(user(7))]).await;
    let renamed = |number: usize| User { version: 2, name: text(&format!("Name {number}")), ..user(7) };
    let replace = race(TASKS, |number| {
        let store = desk.store.clone();
        async move { store.commit(&[Change::Replace(Record::User(renamed(number)))], None).await }
    });
    let results = replace.await;
    assert_eq!(through(&results), 1);
    let winner = results.iter().position(Result::is_ok).unwrap();
    assert_eq!(desk.store.user(user_id(7)).await.unwrap(), Some(renamed(winner)));

    // Without the condition everybody believes to have won.
    let put = race(TASKS, |number| {
        let store = desk.store.clone();
        async move { store.commit(&[Change::Put(Record::User(renamed(number)))], None).await }
    });
    assert_eq!(through(&put.await), TASKS, "this race can see a lost update");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_claimed_by_one() {
    let desk = Desk::new().await;
    let results = race(TASKS, |number| {
        let store = desk.store.clone();
        async move {
            let slug = domain::events::SlugClaim { slug: "jazz".parse().unwrap(), event: event_id(number as u128) };
            store.commit(&[Change::Insert(Record::SlugClaim(slug))], None).await
        }
    })
    .await;
    assert_eq!(through(&results), 1);
    let winner = results.iter().position(Result::is_ok).unwrap();
    assert_eq!(desk.store.event_by_slug("jazz").await.unwrap(), Some(event_id(winner as u128)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_link_is_claimed_by_one() {
    let desk = Desk::new().await;
    let link = |number: usize| ShortLink { code: short_code(1), event: event_id(number as u128), slug: None };
    let results = race(TASKS, |number| {
        let store = desk.store.clone();
        async move { store.commit(&[Change::Insert(Record::ShortLink(link(number)))], None).await }
    })
    .await;
    assert_eq!(through(&results), 1);
    let winner = results.iter().position(Result::is_ok).unwrap();
    assert_eq!(desk.store.short_link(&short_code(1)).await.unwrap(), Some(link(winner)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_are_freed_while_others_take_them_and_none_is_lost() {
    let desk = Desk::new().await;
    let mut full = pool(event_id(1), 0, 0);
    (full.taken, full.bookings) = (8, 8);
    desk.put([Record::Pool(full)]).await;
    let results = race(TASKS, |number| {
        let store = desk.store.clone();
        async move {
            let (event, pool) = (event_id(1), 0);
            let change = if number % 2 == 0 {
                Change::FreePlaces { event, pool, places: 1, bookings: 1 }
            } else {
                Change::TakePlaces { event, pool, terms: 3, places: 1, bookings: 1 }
            };
            (number % 2, store.commit(&[change], None).await)
        }
    })
    .await;
    let taken = results.iter().filter(|(side, result)| *side == 1 && result.is_ok()).count();
    assert!(results.iter().all(|(side, result)| *side == 1 || result.is_ok()), "places can always be freed");
    let pool = desk.store.pools(event_id(1), 1).await.unwrap().pop().unwrap();
    let taken = i64::try_from(taken).unwrap();
    assert_eq!((pool.left, pool.taken, pool.bookings), (8 - taken, taken, taken));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_claimed_by_one() {
    let desk = Desk::new().await;
    let claims = race(TASKS, |_| {
        let store = desk.store.clone();
        async move { store.claim_delivery("fact/booking/mail", now(), hours(1)).await.unwrap() }
    })
    .await;
    assert_eq!(claims.iter().filter(|claim| **claim == store::Claim::Mine).count(), 1, "{claims:?}");
    assert!(claims.iter().all(|claim| *claim != store::Claim::Delivered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_counted() {
    let desk = Desk::new().await;
    let mut counts = race(TASKS, |_| {
        let store = desk.store.clone();
        async move { store.count("login#ada", 900, now()).await.unwrap().count }
    })
    .await;
    counts.sort_unstable();
    assert_eq!(counts, (1..=u32::try_from(TASKS).unwrap()).collect::<Vec<_>>());
}
