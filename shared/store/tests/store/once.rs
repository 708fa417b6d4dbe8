//! What is done once: answers, deliveries, counts.

use crate::sample::*;
use domain::{Change, Record};
use jiff::{SignedDuration, Timestamp};
use store::{Claim, Error, IdempotencyRecord, StoredAnswer};

fn record(scope: &str, body: &str, now: Timestamp) -> IdempotencyRecord {
    let answer = StoredAnswer { status: 201, headers: vec![("x".to_owned(), "y".to_owned())], body: body.to_owned() };
    IdempotencyRecord::new(scope.to_owned(), "hash".to_owned(), answer, now)
}

#[tokio::test]
async fn an_answer_is_written_with_what_it_answers_and_once() {
    let desk = Desk::new().await;
    let insert = |number| [Change::Insert(Record::User(user(number)))];
    let first = record("usr_1/book_place/key-0001", "first", now());
    desk.store.commit(&insert(1), Some(&first)).await.unwrap();
    assert_eq!(desk.store.idempotency_record(&first.scope, now()).await.unwrap().as_ref(), Some(&first));

    let again = record("usr_1/book_place/key-0001", "second", now() + hours(1));
    let result = desk.store.commit(&insert(2), Some(&again)).await;
    assert!(matches!(result, Err(Error::Overtaken)), "{result:?}");
    assert_eq!(desk.store.user(user_id(2)).await.unwrap(), None, "what was answered before isn't done again");
    assert_eq!(desk.store.idempotency_record(&first.scope, now()).await.unwrap(), Some(first));

    let other = record("usr_2/book_place/key-0001", "other", now());
    desk.store.commit(&insert(2), Some(&other)).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_has_ended_counts_as_absent() {
    let desk = Desk::new().await;
    let insert = |number| [Change::Insert(Record::User(user(number)))];
    let first = record("usr_1/book_place/key-0001", "first", now());
    desk.store.commit(&insert(1), Some(&first)).await.unwrap();
    let almost = now() + hours(24) - SignedDuration::from_secs(1);
    assert!(desk.store.idempotency_record(&first.scope, almost).await.unwrap().is_some());
    let result = desk.store.commit(&insert(2), Some(&record(&first.scope, "early", almost))).await;
    assert!(matches!(result, Err(Error::Overtaken)), "{result:?}");
    // Nobody has swept the table, and still it is as if the answer weren't there.
    let ended = now() + hours(24);
    assert_eq!(desk.store.idempotency_record(&first.scope, ended).await.unwrap(), None);
    let second = record(&first.scope, "second", ended);
    desk.store.commit(&insert(2), Some(&second)).await.unwrap();
    assert_eq!(desk.store.idempotency_record(&first.scope, ended).await.unwrap(), Some(second));
}

/// What DynamoDB will never take is a fault of ours, and none that passes.
#[tokio::test]
async fn what_is_too_large_is_not_busy() {
    let desk = Desk::new().await;
    let large = record("usr_1/book_place/key-0001", &"x".repeat(410_000), now());
    for changes in [vec![], vec![Change::Insert(Record::User(user(1)))]] {
        let result = desk.store.commit(&changes, Some(&large)).await;
        assert!(matches!(result, Err(Error::Item { .. })), "{result:?}");
    }
    assert_eq!(desk.store.user(user_id(1)).await.unwrap(), None);
}

const KEY: &str = "fact/bkg_1/mail";

#[tokio::test]
async fn a_delivery_is_claimed_for_a_while_and_made_once() {
    let desk = Desk::new().await;
    let claim = async |now| desk.store.claim_delivery(KEY, now, SignedDuration::from_secs(90)).await.unwrap();
    assert_eq!(claim(now()).await, Claim::Mine);
    assert_eq!(claim(now()).await, Claim::Leased);
    assert_eq!(claim(now() + SignedDuration::from_secs(90)).await, Claim::Leased, "to its end");
    assert_eq!(claim(now() + SignedDuration::from_secs(91)).await, Claim::Mine, "a crash holds nothing up for ever");
    assert_eq!(claim(now() + SignedDuration::from_secs(180)).await, Claim::Leased, "the lease is a new one");
    desk.store.delivered(KEY, now()).await.unwrap();
    for later in [0, 91, 24 * 3_600] {
        assert_eq!(claim(now() + SignedDuration::from_secs(later)).await, Claim::Delivered);
    }
}

#[tokio::test]
async fn a_claim_that_was_given_back_is_free() {
    let desk = Desk::new().await;
    let claim = async |key: &str| desk.store.claim_delivery(key, now(), hours(1)).await.unwrap();
    assert_eq!(claim(KEY).await, Claim::Mine);
    desk.store.release_delivery(KEY).await.unwrap();
    assert_eq!(claim(KEY).await, Claim::Mine);
    assert_eq!(claim(KEY).await, Claim::Leased);
    assert_eq!(claim("fact/bkg_2/mail").await, Claim::Mine, "another person's");
    assert_eq!(claim("other/bkg_1/mail").await, Claim::Mine, "another fact's");
}

#[tokio::test]
async fn counts_are_by_name_and_window() {
    let desk = Desk::new().await;
    let count = async |name: &str, now| {
        let rate = desk.store.count(name, 900, now).await.unwrap();
        (rate.count, rate.seconds_left)
    };
    let begins = at("2026-11-20T12:00:00Z");
    assert_eq!(count("login#ada", begins).await, (1, 900));
    assert_eq!(count("login#ada", begins + SignedDuration::from_secs(899)).await, (2, 1));
    assert_eq!(count("login#ben", begins).await, (1, 900));
    assert_eq!(count("reset#ada", begins).await, (1, 900));
    assert_eq!(count("login#ada", begins + SignedDuration::from_secs(900)).await, (1, 900), "a new window");
    assert_eq!(count("login#ada", begins).await, (3, 900));
}

/// The SDK repeats a call whose answer was lost. A transaction has a token for that; a plain insert finds its own record.
#[tokio::test]
async fn an_insert_whose_answer_is_lost_is_done_and_not_overtaken() {
    use testbed::faults::{Calls, Fault, Faults};
    let faults = Faults::new();
    let desk = Desk::through(|http| faults.wrap(http)).await;
    faults.next(Calls::To("PutItem"), 0, Fault::TimeoutAfter);
    desk.done(Change::Insert(Record::User(user(1)))).await;
    assert_eq!(faults.seen(), ["PutItem", "PutItem"]);
    desk.done(Change::Insert(Record::User(user(1)))).await;
    desk.overtaken(Change::Insert(Record::User(domain::accounts::User { login_epoch: 2, ..user(1) }))).await;

    // A new version, though, may be another's that looks the same: the next try at a code, say. It has to be decided anew.
    let next = || domain::accounts::User { version: 2, ..user(1) };
    faults.next(Calls::To("PutItem"), 0, Fault::TimeoutAfter);
    let result = desk.store.commit(&[Change::Replace(Record::User(next()))], None).await;
    assert!(matches!(result, Err(Error::Overtaken)), "{result:?}");
    assert_eq!(desk.store.user(user_id(1)).await.unwrap(), Some(next()));
}
