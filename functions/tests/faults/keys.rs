//! Where the keys are that sign.

use super::Stage;
use super::world::Person;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::KeyUse;
use testbed::faults::{Calls, Fault};

/// A key is revoked when nobody signs with it any longer: neither who keeps it nor who was at work when they had to drop it. As long
/// again is left for putting another in its place.
#[test]
fn whoever_signs_has_ended_when_a_key_may_be_revoked() {
    let left = store::KEYS_REVOKED_AFTER_SECONDS - store::KEYS_UNREAD_SECONDS.max(store::KEYS_KEPT_SECONDS);
    let signs = |grant: &kit::Grant| kit::sign(KeyUse::Tokens) == *grant || kit::sign(KeyUse::Tickets) == *grant;
    let signing: Vec<_> = functions::all().iter().filter(|function| function.grants.iter().any(signs)).collect();
    assert!(signing.len() > 4, "{}", signing.len());
    for function in signing {
        assert!(2 * function.timeout <= Duration::from_secs(left.unsigned_abs()), "{}", function.name);
    }
}

/// Parameter Store takes 40 calls a second of a whole account, and a rush starts hundreds of processes at once.
#[tokio::test(start_paused = true)]
async fn a_process_that_has_no_key_yet_waits_its_turn() {
    let Stage { mut world, ada, ben, event, bens_booking, .. } = Stage::new().await;
    let cem = world.settle("Cem", true).await;
    // A process that has just started.
    let lines = Arc::new(Mutex::new(Vec::<Value>::new()));
    let sink = lines.clone();
    let log = move |line: &str| sink.lock().unwrap().push(serde_json::from_str(line).unwrap());
    world.house = world.house.clone().with_log(log).with_time_limit(Duration::from_secs(15));
    let path = format!("/api/events/{event}/bookings");
    let book = async |who: &Person| world.post(&path, who.token(), json!({})).await;
    let cancel = async |booking: &str| {
        world.post(&format!("/api/bookings/{booking}/cancel"), ben.token(), json!({})).await.expect(200)
    };
    let reads = || world.faults.seen().iter().filter(|call| *call == "GetParameter").count();
    let unread = || lines.lock().unwrap().iter().filter(|line| line["KeysUnread"] == 1.0).count();

    // It lasts: a 503 that says when to come again, and no place is taken.
    world.faults.from(Calls::To("GetParameter"), 0, Fault::Throttled);
    let reply = book(&ada).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "1"), "{}", reply.text());
    assert_eq!(world.audit().bookings.len(), 1);
    // More than the three calls after which the SDK gives up: the function is run anew.
    world.faults.clear();
    (0..10).for_each(|_| world.faults.next(Calls::To("GetParameter"), 0, Fault::Throttled));
    assert_eq!(book(&ada).await.status, 201);
    assert_eq!((world.faults.left(), reads()), (0, 11));

    // The key is kept: who books next costs no call more.
    world.faults.clear();
    cancel(&bens_booking).await;
    let mut bens_booking = book(&ben).await.expect(201).str("/id");
    assert_eq!(reads(), 0);
    // After five minutes it is looked for again; while nobody answers, it signs on.
    for fault in [Fault::Throttled, Fault::ServerError] {
        cancel(&bens_booking).await;
        world.advance(jiff::SignedDuration::from_secs(301));
        // Who has lost the right to the key signs no more with what was kept of it.
        world.faults.from(Calls::To("GetParameter"), 0, Fault::Refused);
        let refused = book(&ben).await;
        assert_eq!((refused.status, refused.header("retry-after")), (500, ""), "{}", refused.text());
        world.faults.clear();
        world.faults.from(Calls::To("GetParameter"), 0, fault);
        bens_booking = book(&ben).await.expect(201).str("/id");
        assert!(reads() > 0);
        world.faults.clear();
    }
    assert_eq!(book(&cem).await.status, 201);
    assert_eq!(reads(), 0, "and isn't looked for at once again");
    // But after some seconds, not after five minutes more, during which another may have been put in its place.
    cancel(&bens_booking).await;
    world.advance(jiff::SignedDuration::from_secs(10));
    world.faults.from(Calls::To("GetParameter"), 0, Fault::Throttled);
    bens_booking = book(&ben).await.expect(201).str("/id");
    assert!(reads() > 0);
    // When it may have been revoked, it signs no more: no door would take that ticket.
    cancel(&bens_booking).await;
    world.advance(jiff::SignedDuration::from_secs(store::KEYS_UNREAD_SECONDS - 2 * 301 - 10));
    let late = book(&ben).await;
    assert_eq!((late.status, late.header("retry-after")), (503, "1"), "{}", late.text());
    world.faults.clear();
    assert_eq!((book(&ben).await.status, reads()), (201, 1));
    // It doesn't do so in silence, and in no other case.
    assert_eq!(unread(), 3);
    let note = lines.lock().unwrap().iter().find_map(|line| line["note"].as_str().map(str::to_owned)).unwrap();
    assert!(note.contains("of tickets signs on, unread: "), "{note}");
}

/// A Parameter Store that says nothing is worse than one that says no: whoever asks it waits.
#[tokio::test(start_paused = true)]
async fn a_parameter_store_that_hangs_holds_up_one_booking_for_a_second() {
    let Stage { mut world, olga, ada, event, .. } = Stage::new().await;
    world.house = world.house.clone().with_time_limit(Duration::from_secs(15));
    let [cem, dan, eve] = world.members(&["Cem", "Dan", "Eve"]).await.try_into().unwrap();
    world.patch(&format!("/api/events/{event}"), olga.token(), json!({ "capacity": 6 })).await.expect(200);
    let path = format!("/api/events/{event}/bookings");
    world.post(&path, cem.token(), json!({})).await.expect(201);
    world.advance(jiff::SignedDuration::from_secs(301));
    let reads = || world.faults.seen().iter().filter(|call| *call == "GetParameter").count();
    world.faults.clear();
    world.faults.from(Calls::To("GetParameter"), 0, Fault::Hang);
    // More than the three calls after which the SDK gives up: the function is run anew.
    (0..4).for_each(|_| world.faults.next(Calls::To("TransactWriteItems"), 0, Fault::Throttled));
    let began = tokio::time::Instant::now();
    let (booked, ()) = tokio::join!(world.post(&path, ada.token(), json!({})), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // By the clock, more time passes meanwhile than until the next look.
        world.advance(jiff::SignedDuration::from_secs(12));
    });
    assert_eq!((booked.status, reads(), world.faults.left()), (201, 1, 1), "{}", booked.text());
    assert!((1..8).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    // Who comes next doesn't wait at all.
    let began = tokio::time::Instant::now();
    assert_eq!(world.post(&path, dan.token(), json!({})).await.status, 201);
    assert_eq!((reads(), began.elapsed().as_secs()), (1, 0));
    // It is looked for again, and found.
    world.advance(jiff::SignedDuration::from_secs(10));
    world.faults.clear();
    assert_eq!((world.post(&path, eve.token(), json!({})).await.status, reads()), (201, 1));
}
