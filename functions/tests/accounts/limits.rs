//! How often is too often: per person, and per network address.

use super::post;
use super::world::{Reply, World};
use bytes::Bytes;
use kit::ClientAddress;
use serde_json::{Value, json};
use std::net::IpAddr;

const HERE: &str = "203.0.113.7";

fn from(address: &str, mut request: http::Request<Bytes>) -> http::Request<Bytes> {
    request.extensions_mut().insert(ClientAddress(address.parse::<IpAddr>().unwrap()));
    request
}

#[track_caller]
fn refused(reply: Reply) {
    let seconds: i64 = reply.header("retry-after").parse().expect("Retry-After in seconds");
    assert!((1..=3_600).contains(&seconds), "{seconds}");
    assert_eq!(reply.problem(429), "too_many_requests");
}

/// What is asked, how often one person may, and how long the count goes on.
struct Limit {
    path: &'static str,
    body: fn(&str) -> Value,
    /// The status of one that isn't refused.
    status: u16,
    a_person: u32,
    an_address: u32,
    seconds: i64,
    /// What the count of an address is kept under.
    name: &'static str,
}

const LIMITS: [Limit; 5] = [
    Limit {
        path: "/api/tokens",
        body: |email| json!({ "email": email, "password": "not the password" }),
        status: 401,
        a_person: 20,
        an_address: 300,
        seconds: 900,
        name: "login",
    },
    Limit {
        path: "/api/users",
        body: |email| json!({ "email": email, "password": "a long enough password", "name": "Ada" }),
        status: 202,
        a_person: 5,
        an_address: 100,
        seconds: 3_600,
        name: "register",
    },
    Limit {
        path: "/api/users/request-verification",
        body: |email| json!({ "email": email }),
        status: 202,
        a_person: 5,
        an_address: 100,
        seconds: 3_600,
        name: "code",
    },
    Limit {
        path: "/api/users/verify-email",
        body: |email| json!({ "email": email, "code": "000000" }),
        status: 409,
        a_person: 20,
        an_address: 200,
        seconds: 3_600,
        name: "verify",
    },
    Limit {
        path: "/api/password-resets",
        body: |email| json!({ "email": email }),
        status: 202,
        a_person: 5,
        an_address: 100,
        seconds: 3_600,
        name: "reset",
    },
];

#[tokio::test]
async fn one_person_is_limited_wherever_they_come_from() {
    for limit in LIMITS {
        let world = World::new().await;
        let email = "ada@example.org";
        for at in 0..limit.a_person {
            // From an address of its own each time, and in either case of letters.
            let email = if at % 2 == 0 { email.to_owned() } else { email.to_uppercase() };
            let reply = world.send(from(&format!("198.51.100.{at}"), post(limit.path, &(limit.body)(&email)))).await;
            assert_eq!(reply.status, limit.status, "{} number {at}: {}", limit.path, reply.text());
        }
        refused(world.send(from("192.0.2.1", post(limit.path, &(limit.body)(email)))).await);
        // Nobody else is, and they themselves are not for ever.
        let other = world.send(post(limit.path, &(limit.body)("ben@example.org"))).await;
        assert_eq!(other.status, limit.status, "{}", limit.path);
        world.advance(jiff::SignedDuration::from_secs(limit.seconds));
        let later = world.send(post(limit.path, &(limit.body)(email))).await;
        assert_eq!(later.status, limit.status, "{}", limit.path);
    }
}

#[tokio::test]
async fn one_address_is_limited_whoever_it_asks_about() {
    for limit in LIMITS {
        let world = World::new().await;
        let store = world.store();
        // All but one, counted as the function does: sent as requests, they would hash hundreds of passwords.
        for _ in 1..limit.an_address {
            store.count(&format!("{}#{HERE}", limit.name), limit.seconds, world.now()).await.unwrap();
        }
        let ask = |address: &str, who: u32| {
            from(address, post(limit.path, &(limit.body)(&format!("guest{who}@example.org"))))
        };
        let last = world.send(ask(HERE, 1)).await;
        assert_eq!(last.status, limit.status, "{}: {}", limit.path, last.text());
        refused(world.send(ask(HERE, 2)).await);
        let elsewhere = world.send(ask("203.0.113.8", 3)).await;
        assert_eq!(elsewhere.status, limit.status, "{}", limit.path);
    }
}

/// A customer gets a whole /64 of IPv6 (RFC 6177): its addresses count as one.
#[tokio::test]
async fn a_network_of_ipv6_is_one_address() {
    let world = World::new().await;
    let store = world.store();
    for _ in 0..100 {
        store.count("reset#2001:db8:1:2::/64", 3_600, world.now()).await.unwrap();
    }
    let ask = |address: &str| from(address, post("/api/password-resets", &json!({ "email": "ada@example.org" })));
    for address in ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"] {
        refused(world.send(ask(address)).await);
    }
    world.send(ask("2001:db8:1:3::1")).await.expect(202);
}

/// A header that anybody can write doesn't say where they are.
#[tokio::test]
async fn a_claimed_address_counts_for_nothing() {
    let world = World::new().await;
    let store = world.store();
    for _ in 0..100 {
        store.count(&format!("reset#{HERE}"), 3_600, world.now()).await.unwrap();
    }
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "cloudfront-viewer-address"] {
        let mut request = from(HERE, post("/api/password-resets", &json!({ "email": "ada@example.org" })));
        request.headers_mut().insert(header, "192.0.2.77".parse().unwrap());
        refused(world.send(request).await);
    }
}

/// Who guesses at a password behind a stolen access token is stopped too.
#[tokio::test]
async fn guessing_ones_own_password_is_limited() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let guess = json!({ "current_password": "not the password", "new_password": "quite another password" });
    for _ in 0..10 {
        assert_eq!(world.post("/api/me/password", ada.token(), guess.clone()).await.problem(422), "invalid");
    }
    let right = json!({ "current_password": "a long enough password", "new_password": "quite another password" });
    refused(world.post("/api/me/password", ada.token(), right).await);
}

/// Hashing is slow on purpose, and so nothing for who comes too often. A hash draws its salt, which shows in what is drawn next.
#[tokio::test]
async fn a_sign_up_over_its_limit_hashes_nothing() {
    let drawn_after = async |sign_ups: u32| {
        let world = World::new().await;
        let limit = world.store();
        for _ in 0..5 {
            limit.count("register#ada@example.org", 3_600, world.now()).await.unwrap();
        }
        for _ in 0..sign_ups {
            let body = json!({ "email": "ada@example.org", "password": "a long enough password", "name": "Ada" });
            refused(world.send(post("/api/users", &body)).await);
        }
        for _ in sign_ups..3 {
            // Each request has an id.
            world.house.chance().bytes().unwrap();
        }
        world.house.chance().bytes().unwrap()
    };
    assert_eq!(drawn_after(3).await, drawn_after(0).await);
}
