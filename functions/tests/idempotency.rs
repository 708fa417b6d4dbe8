//! A request that is sent again with its `Idempotency-Key` gets its first answer and does nothing more: for every function
//! that takes such keys, derived from the registry.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use bytes::Bytes;
use kit::{Caller, Function, Kind};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::JoinSet;
use world::fixtures::{again, as_caller};
use world::{Fixture, Reply, World};

type Request = http::Request<Bytes>;

fn idempotent() -> impl Iterator<Item = (&'static Function, Caller)> {
    pictures::every().iter().filter_map(|function| match function.kind {
        Kind::Route { caller, idempotent: true, .. } => Some((function, caller)),
        _ => None,
    })
}

/// The same request with one value of its body changed to another that is as good.
fn with_another_body(request: &Request) -> Request {
    let mut changed = again(request);
    let mut body: Value = serde_json::from_slice(request.body()).unwrap();
    let first = body.as_object_mut().unwrap().values_mut().next().expect("a field");
    *first = match first {
        Value::String(text) => json!(format!("{text}x")),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        other => panic!("another value for {other}?"),
    };
    *changed.body_mut() = body.to_string().into();
    changed
}

fn with_key(request: &Request, key: &str) -> Request {
    let mut changed = again(request);
    changed.headers_mut().insert("idempotency-key", key.parse().unwrap());
    changed
}

/// The request of another person who may make it: the same but for who asks, and where it is about one's own event, which.
fn of_another(request: &Request, caller: Caller, f: &Fixture) -> Option<Request> {
    match caller {
        Caller::User | Caller::Verified => Some(as_caller(again(request), f.rival.token())),
        Caller::OrganizerOf(_) => {
            let mut changed = as_caller(again(request), f.rival.token());
            *changed.uri_mut() = changed.uri().to_string().replace(&f.event, &f.rivals_event).parse().unwrap();
            Some(changed)
        }
        // Who isn't signed in is nobody in particular.
        _ => None,
    }
}

/// What was created, as the kinds of things and how many of each: ids differ from world to world.
fn created(before: &BTreeMap<String, Value>, f: &Fixture) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for (key, item) in f.world.stored() {
        if !before.contains_key(&key) {
            let kind = item["record"]["S"].as_str().expect("an item says what it is").to_owned();
            *kinds.entry(kind).or_default() += 1;
        }
    }
    kinds
}

/// What must be the same in every answer to one key. The request id is the invocation's own.
fn told(reply: &Reply) -> (u16, Bytes, Vec<(String, String)>) {
    let own = |name: &str| name == "x-request-id";
    let headers = reply.headers.iter().filter(|(name, _)| !own(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (reply.status, reply.bytes.clone(), headers.collect())
}

#[test]
fn what_creates_takes_a_key() {
    let names: BTreeSet<&str> = idempotent().map(|(function, _)| function.name).collect();
    // Every POST that answers 201 creates; a sign-up creates too, and only says that a mail is coming.
    for function in pictures::every() {
        let Some(docs) = function.docs else { continue };
        assert!(docs.status != 201 || names.contains(function.name), "{} creates without a key", function.name);
    }
    assert!(names.contains("register_user"));
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer_and_does_nothing_more() {
    for (function, _) in idempotent() {
        let f = World::fixture().await;
        let request = f.request(function).await;
        let before = f.world.stored();
        let first = f.world.send(again(&request)).await;
        assert!((200..300).contains(&first.status), "{}: {}", function.name, first.text());
        let things = created(&before, &f);
        assert_eq!(things.get("idempotency"), Some(&1), "{}: {things:?}", function.name);
        let mails = f.world.new_mails().await.len();
        let after = f.world.stored();
        for _ in 0..3 {
            f.world.advance(jiff::SignedDuration::from_secs(30));
            let repeated = f.world.send(again(&request)).await;
            assert_eq!(told(&repeated), told(&first), "{}", function.name);
        }
        assert_eq!(f.world.stored(), after, "{}: a repetition changed something", function.name);
        assert!(f.world.new_mails().await.is_empty(), "{}: {mails} mails at first, and then more", function.name);

        // A new key makes a new request of it, with an answer of its own.
        let anew = f.world.send(with_key(&request, "another-key-0001")).await;
        assert_ne!((anew.status, &anew.bytes), (0, &Bytes::new()), "{}", function.name);
        let new_record = created(&after, &f);
        assert!(anew.status >= 400 || new_record.get("idempotency") == Some(&1), "{}: {new_record:?}", function.name);
    }
}

#[tokio::test]
async fn the_same_key_for_another_request_is_refused() {
    for (function, _) in idempotent() {
        let f = World::fixture().await;
        let request = f.request(function).await;
        let first = f.world.send(again(&request)).await;
        let after = f.world.stored();
        let other = f.world.send(with_another_body(&request)).await;
        assert_eq!(other.problem(422), "idempotency_key_reused", "{}", function.name);
        assert_eq!(f.world.stored(), after, "{}: what was refused changed something", function.name);
        // And the first request still has its answer.
        assert_eq!(told(&f.world.send(request).await), told(&first), "{}", function.name);
    }
}

#[tokio::test]
async fn another_persons_key_is_another_key() {
    let mut tried = 0;
    for (function, caller) in idempotent() {
        let f = World::fixture().await;
        let request = f.request(function).await;
        let Some(others) = of_another(&request, caller, &f) else { continue };
        tried += 1;
        let first = f.world.send(again(&request)).await;
        let theirs = f.world.send(again(&others)).await;
        assert_eq!(theirs.status, first.status, "{}: {}", function.name, theirs.text());
        assert_ne!(theirs.bytes, first.bytes, "{}", function.name);
        assert_eq!(told(&f.world.send(request).await), told(&first), "{}", function.name);
        assert_eq!(told(&f.world.send(others).await), told(&theirs), "{}", function.name);
    }
    assert!(tried >= 4, "only {tried} functions have callers to tell apart");
}

/// Sends a request as a client does: again while it is told to come back later.
async fn sent(f: &Fixture, request: &Request) -> Reply {
    for _ in 0..50 {
        let reply = f.world.send(again(request)).await;
        if !matches!(reply.status, 429 | 503) {
            return reply;
        }
        assert!(!reply.header("retry-after").is_empty(), "{}", reply.text());
    }
    panic!("told to come back later for ever");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_with_one_key_have_one_effect_and_one_answer() {
    for (function, _) in idempotent() {
        let alone = World::fixture().await;
        let request = alone.request(function).await;
        let before = alone.world.stored();
        sent(&alone, &request).await;
        let expected = created(&before, &alone);

        let f = Arc::new(World::fixture().await);
        let request = Arc::new(f.request(function).await);
        let before = f.world.stored();
        let mut running = JoinSet::new();
        for _ in 0..20 {
            let (f, request) = (f.clone(), request.clone());
            running.spawn(async move { told(&sent(&f, &request).await) });
        }
        let answers = running.join_all().await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{}: {answers:#?}", function.name);
        assert!((200..300).contains(&answers[0].0), "{}: {answers:#?}", function.name);
        assert_eq!(created(&before, &f), expected, "{}", function.name);
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    for (function, _) in idempotent() {
        let f = World::fixture().await;
        let request = f.request(function).await;
        let before = f.world.stored();
        for key in ["", "short", "has a space in it", "ключ-ключ", &"k".repeat(201)] {
            let mut request = again(&request);
            request.headers_mut().insert("idempotency-key", http::HeaderValue::from_bytes(key.as_bytes()).unwrap());
            assert_eq!(
                f.world.send(request).await.problem(400),
                "idempotency_key_invalid",
                "{}: {key:?}",
                function.name
            );
        }
        assert_eq!(f.world.stored(), before, "{}", function.name);
        for key in ["k".repeat(8), "k".repeat(200)] {
            let reply = f.world.send(with_key(&request, &key)).await;
            assert_ne!(reply.status, 400, "{}: {key:?}", function.name);
        }
    }
}

/// An answer is kept for a day; who comes later makes a new request.
#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let f = World::fixture().await;
    let request = f.request(f.world.function("create_door_pass")).await;
    let first = f.world.send(again(&request)).await.expect(201);
    f.world.advance(jiff::SignedDuration::from_hours(24));
    let organizer = f.world.sign_in(&f.organizer.email).await;
    let later = as_caller(request, organizer.token());
    // The expired record may be there still: it counts as absent, and makes way.
    let second = f.world.send(again(&later)).await.expect(201);
    assert_ne!(second.str("/id"), first.str("/id"));
    assert_eq!(f.world.send(later).await.expect(201).bytes, second.bytes);
}

/// A sign-up's body holds a password: what is kept of it must be no hash that could be guessed at, under no key that is kept.
#[tokio::test]
async fn what_is_kept_of_a_request_is_under_its_key() {
    let f = World::fixture().await;
    let request = f.request(f.world.function("register_user")).await;
    let mut hashes = BTreeSet::new();
    for key in ["one-key-of-many", "another-key-of-many"] {
        let before = f.world.stored();
        f.world.send(with_key(&request, key)).await.expect(202);
        let after = f.world.stored();
        assert!(after.iter().all(|(at, item)| !at.contains(key) && !item.to_string().contains(key)));
        let record = after.iter().find(|(at, item)| !before.contains_key(*at) && item["record"]["S"] == "idempotency");
        hashes.insert(record.expect("a record").1["request_hash"]["S"].as_str().expect("a hash").to_owned());
    }
    assert_eq!(hashes.len(), 2, "the same request under two keys looks like two");
}
