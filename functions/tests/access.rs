//! Who may call what, derived from the registry: every route gets its 2xx from each right caller, and every wrong caller is
//! refused, changes nothing and learns nothing. A new function is in here by being in the registry.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use bytes::Bytes;
use kit::{Caller, Function, Kind};
use serde_json::json;
use std::collections::BTreeMap;
use tokio::task::JoinSet;
use world::fixtures::{again, as_caller};
use world::{Fixture, Reply, World, forge};

type Request = http::Request<Bytes>;

fn routes() -> impl Iterator<Item = (&'static Function, Caller)> {
    pictures::every().iter().filter_map(|function| match function.kind {
        Kind::Route { caller, .. } => Some((function, caller)),
        Kind::Schedule { .. } | Kind::Consumer { .. } => None,
    })
}

/// Whether a route answered as it does when all is well: with a 2xx, or with where to go instead.
fn got_through(function: &Function, status: u16) -> bool {
    let declared = function.docs.map(|docs| docs.status);
    (200..300).contains(&status) || declared == Some(status)
}

/// The request without the ticket's key in its query.
fn without_key(request: Request) -> Request {
    with_query(request, |pair| !pair.starts_with("key="), None)
}

/// The request with this key.
fn with_key(request: Request, key: &str) -> Request {
    with_query(request, |pair| !pair.starts_with("key="), Some(format!("key={key}")))
}

fn with_query(mut request: Request, keep: impl Fn(&str) -> bool, more: Option<String>) -> Request {
    let query = request.uri().query().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty() && keep(pair)).map(str::to_owned);
    let query: Vec<String> = pairs.chain(more).collect();
    let path = request.uri().path();
    let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) };
    *request.uri_mut() = uri.parse().unwrap();
    request
}

/// Each kind of right caller's request.
fn right(caller: Caller, sample: &Request, f: &Fixture) -> Vec<(&'static str, Request)> {
    let by = |token: &str| as_caller(again(sample), Some(token));
    let as_is = ("the sample's own caller", again(sample));
    match caller {
        Caller::Anyone => vec![("nobody in particular", as_caller(again(sample), None))],
        Caller::AnyoneOrUser => vec![("nobody in particular", as_caller(again(sample), None)), as_is],
        Caller::User | Caller::Verified | Caller::OrganizerOf(_) => vec![as_is],
        Caller::OwnerOf(_) => vec![("its owner", by(&f.guest.token)), ("the organizer", by(&f.organizer.token))],
        Caller::DoorOf(_) => vec![("the organizer", by(&f.organizer.token)), ("the door", by(&f.door.token))],
        Caller::HolderOf(_) => vec![
            ("its owner", without_key(by(&f.guest.token))),
            ("the organizer", without_key(by(&f.organizer.token))),
            ("who has the key", with_key(as_caller(again(sample), None), &f.tickets[0].1)),
        ],
        Caller::Door => vec![("the door", by(&f.door.token))],
        Caller::Internal => vec![],
    }
}

/// Each kind of wrong caller's request.
async fn wrong(caller: Caller, sample: &Request, f: &Fixture) -> Vec<(&'static str, Request)> {
    if !caller.reads_token() {
        return vec![];
    }
    let sample = if matches!(caller, Caller::HolderOf(_)) { without_key(again(sample)) } else { again(sample) };
    let by = |token: &str| as_caller(again(&sample), Some(token));
    // Who would be right for most routes, with a token that isn't valid: whose it says it is must not count.
    let valid = sample.headers().get("authorization").and_then(|value| value.to_str().ok());
    let person = match valid.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) if token == f.organizer.token => &f.organizer,
        Some(token) if token == f.stranger.token => &f.stranger,
        _ => &f.guest,
    };
    let ended = f.world.ended_token(person).await;
    let mut basic = again(&sample);
    basic.headers_mut().insert("authorization", "Basic d2lsaGVsbWluYTpwYXNzd29yZA==".parse().unwrap());
    let mut wrong = vec![
        ("a garbage token", by("garbage")),
        ("a token of garbage parts", by("e30.e30.e30")),
        ("an expired token", by(&ended)),
        ("a token by another key", by(&forge::by_another_key(&person.token))),
        ("an unsigned token", by(&forge::unsigned(&person.token))),
        ("another kind of credentials", basic),
    ];
    let nobody = ("nobody", as_caller(again(&sample), None));
    let doors = || {
        [
            ("the door of this event", by(&f.door.token)),
            ("the door of another event", by(&f.rivals_door.token)),
            ("a revoked door pass", by(&f.revoked_door.token)),
        ]
    };
    let newcomer = ("somebody unverified", by(&f.newcomer.token));
    let stranger = ("a stranger", by(&f.stranger.token));
    let guest = ("a guest", by(&f.guest.token));
    let rival = ("the organizer of another event", by(&f.rival.token));
    match caller {
        Caller::Anyone | Caller::AnyoneOrUser | Caller::Internal => {}
        Caller::User => wrong.extend([nobody].into_iter().chain(doors())),
        Caller::Verified => wrong.extend([nobody, newcomer].into_iter().chain(doors())),
        Caller::OrganizerOf(_) => wrong.extend([nobody, newcomer, stranger, guest, rival].into_iter().chain(doors())),
        Caller::OwnerOf(_) => wrong.extend([nobody, newcomer, stranger, rival].into_iter().chain(doors())),
        Caller::DoorOf(_) => {
            let doors = doors().into_iter().skip(1);
            wrong.extend([nobody, newcomer, stranger, guest, rival].into_iter().chain(doors));
        }
        Caller::Door => {
            let organizer = ("the event's organizer", by(&f.organizer.token));
            wrong.extend([nobody, newcomer, stranger, guest, rival, organizer]);
            wrong.extend(doors().into_iter().skip(2));
        }
        Caller::HolderOf(_) => {
            wrong.extend([nobody, newcomer, stranger, rival].into_iter().chain(doors()));
            wrong.push(("who has another ticket's key", with_key(as_caller(again(&sample), None), &f.tickets[1].1)));
            let forged = f.tickets[0].1.replace(|c: char| c.is_ascii_digit(), "0");
            wrong.push(("who made a key up", with_key(as_caller(again(&sample), None), &forged)));
        }
    }
    wrong
}

/// A refusal says nothing but that it is one.
fn tells_nothing(reply: &Reply, f: &Fixture) -> Result<(), String> {
    if !matches!(reply.status, 401 | 403 | 404) {
        return Err(format!("was answered {} {}", reply.status, reply.text()));
    }
    match reply.header("content-type") {
        "application/problem+json" => {
            let known = ["type", "title", "status", "code", "detail", "request_id"];
            let body = reply.json.as_object().ok_or("the problem is no object")?;
            if let Some((name, value)) = body.iter().find(|(name, _)| !known.contains(&name.as_str())) {
                return Err(format!("was told {name}: {value}"));
            }
        }
        // Pages refuse as pages.
        media if media.starts_with("text/html") => {}
        media => return Err(format!("got {media}")),
    }
    if reply.headers.contains_key("etag") || reply.headers.contains_key("set-cookie") {
        return Err("got a header that only the right caller gets".to_owned());
    }
    let text = reply.text();
    match f.secrets().into_iter().find(|secret| text.contains(secret)) {
        Some(secret) => Err(format!("was told {secret:?}")),
        None => Ok(()),
    }
}

/// Runs a check for each route, a few side by side, and fails with all that it found.
async fn for_each_route<F, C>(check: C)
where
    C: Fn(&'static Function, Caller) -> F,
    F: Future<Output = Vec<String>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut found = Vec::new();
    for (function, caller) in routes() {
        while running.len() >= 4 {
            found.extend(running.join_next().await.expect("one runs").unwrap());
        }
        running.spawn(check(function, caller));
    }
    while let Some(faults) = running.join_next().await {
        found.extend(faults.unwrap());
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_right_caller_gets_through() {
    for_each_route(|function, caller| async move {
        let mut faults = Vec::new();
        let kinds = {
            let f = World::fixture().await;
            right(caller, &f.request(function).await, &f).len()
        };
        assert!(kinds > 0, "{}: nobody may call it", function.name);
        for kind in 0..kinds {
            let f = World::fixture().await;
            let (who, request) = right(caller, &f.request(function).await, &f).swap_remove(kind);
            let reply = f.world.send(request).await;
            if !got_through(function, reply.status) {
                faults.push(format!("{}: {who} was answered {} {}", function.name, reply.status, reply.text()));
            }
        }
        faults
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_caller_is_refused_and_changes_and_learns_nothing() {
    for_each_route(|function, caller| async move {
        let mut faults = Vec::new();
        let f = World::fixture().await;
        let sample = f.request(function).await;
        let wrong = wrong(caller, &sample, &f).await;
        assert_eq!(wrong.is_empty(), caller == Caller::Anyone, "{}", function.name);
        let before = f.world.stored();
        for (who, request) in wrong {
            let reply = f.world.send(request).await;
            if let Err(why) = tells_nothing(&reply, &f) {
                faults.push(format!("{}: {who} {why}", function.name));
            }
            if f.world.stored() != before {
                faults.push(format!("{}: {who} changed something", function.name));
                return faults;
            }
        }
        // The requests were good but for who sent them.
        let (who, request) = right(caller, &sample, &f).swap_remove(0);
        let reply = f.world.send(request).await;
        if !got_through(function, reply.status) {
            faults.push(format!("{}: afterwards {who} was answered {} {}", function.name, reply.status, reply.text()));
        }
        faults
    })
    .await;
}

/// Opening a route to others shows in review as a change of this snapshot.
#[test]
fn who_may_call_what() {
    let mut by_caller: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for function in pictures::every() {
        let caller = match function.kind {
            Kind::Route { caller, .. } => format!("{caller:?}"),
            Kind::Schedule { .. } | Kind::Consumer { .. } => "Internal".to_owned(),
        };
        by_caller.entry(caller).or_default().push(function.name);
    }
    insta::assert_json_snapshot!("who_may_call_what", by_caller);
}

/// What the declared caller can't say: these belong to somebody whom only the thing itself names.
#[tokio::test]
async fn what_only_the_thing_itself_knows_is_refused_too() {
    let f = World::fixture().await;
    let before = f.world.stored();
    let world = &f.world;
    for person in [&f.stranger, &f.rival, &f.guest] {
        let path = format!("/api/events/{}/publish", f.draft);
        tells_nothing(&world.post(&path, person.token(), json!({})).await, &f).unwrap();
        tells_nothing(&world.get(&format!("/api/events/{}", f.draft), person.token()).await, &f).unwrap();
        let path = format!("/api/events/{}/bookings", f.draft);
        tells_nothing(&world.post(&path, person.token(), json!({})).await, &f).unwrap();
    }
    for person in [&f.stranger, &f.rival] {
        let path = format!("/api/events/{}/announcements", f.event);
        tells_nothing(&world.get(&path, person.token()).await, &f).unwrap();
        assert_eq!(world.get("/api/me/bookings", person.token()).await.expect(200).json, json!({ "items": [] }));
        assert_eq!(world.get("/api/me/tickets", person.token()).await.expect(200).json, json!({ "items": [] }));
    }
    // A thing of one event isn't reached through another event.
    let path = format!("/api/events/{}/door-passes/{}", f.rivals_event, f.door.id);
    let reply = world.call("DELETE", &path, f.rival.token(), serde_json::Value::Null).await;
    tells_nothing(&reply, &f).unwrap();
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn what_is_internal_has_no_address() {
    let f = World::fixture().await;
    let before = f.world.stored();
    for function in pictures::every().iter().filter(|function| !matches!(function.kind, Kind::Route { .. })) {
        let sample = f.sample(function).await.to_string();
        for path in ["", "/api", "/api/internal"].map(|root| format!("{root}/{}", function.name)) {
            for method in ["GET", "POST"] {
                let request = http::Request::builder().method(method).uri(&path).body(sample.clone().into()).unwrap();
                assert_eq!(f.world.send(request).await.problem(404), "no_such_route");
            }
        }
    }
    let announced = |key: &String| key.contains("announcement#");
    let changed: Vec<_> =
        f.world.stored().into_keys().filter(|key| !before.contains_key(key) && !announced(key)).collect();
    assert!(changed.is_empty(), "{changed:?}");
}

/// What the tests above go by: that an answer with something in it, and a change, don't go unseen.
#[tokio::test]
async fn a_leak_and_a_change_would_be_seen() {
    let f = World::fixture().await;
    let path = format!("/api/bookings/{}", f.booking);
    let good = f.world.get(&path, f.guest.token()).await.expect(200);
    assert!(tells_nothing(&good, &f).is_err());
    let mut refused = f.world.get(&path, f.stranger.token()).await.expect(404);
    tells_nothing(&refused, &f).unwrap();
    refused.json["booking"] = json!({});
    assert!(tells_nothing(&refused, &f).is_err(), "a field that problems don't have");
    let mut refused = f.world.get(&path, f.stranger.token()).await.expect(404);
    refused.bytes = Bytes::from(refused.text().replace("404", &f.guest.email));
    assert!(tells_nothing(&refused, &f).is_err(), "an address");

    let before = f.world.stored();
    f.world.get(&path, f.guest.token()).await.expect(200);
    assert_eq!(f.world.stored(), before);
    f.world.post(&format!("{path}/cancel"), f.guest.token(), json!({})).await.expect(200);
    assert_ne!(f.world.stored(), before);
}
