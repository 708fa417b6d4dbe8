//! Log-ins: refresh tokens, cookies, signing out.

use super::world::{Person, Reply, World};
use domain::accounts::TokenFamily;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Barrier;

async fn refresh(world: &World, token: &str) -> Reply {
    world.post("/api/tokens/refresh", None, json!({ "refresh_token": token })).await
}

async fn signed_in(world: &World) -> (Person, String) {
    let ada = world.settle("Ada", true).await;
    let refresh = world.sign_in(&ada.email).await.refresh;
    (ada, refresh)
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_one_answer() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let body = |email: &str, password: &str| json!({ "email": email, "password": password });
    for (email, password) in [(ada.email.as_str(), "another password"), ("who@example.org", "another password")] {
        let refused = world.post("/api/tokens", None, body(email, password)).await;
        assert_eq!(refused.problem(401), "credentials_wrong");
    }
    // Upper and lower case of an address are one; of a password they aren't.
    let session = world.post("/api/tokens", None, body("ADA@Example.org", "a long enough password")).await.expect(200);
    assert_eq!((session.str("/token_type").as_str(), &session.json["expires_in"]), ("Bearer", &json!(900)));
    assert_eq!(session.str("/user"), ada.id);
    assert_eq!(session.header("cache-control"), "no-store");
    assert_eq!(
        world.post("/api/tokens", None, body(&ada.email, "A Long Enough Password")).await.problem(401),
        "credentials_wrong"
    );
}

#[tokio::test]
async fn refresh_tokens_rotate() {
    let world = World::new().await;
    let (ada, mut token) = signed_in(&world).await;
    for _ in 0..3 {
        // Each is good for a month after the last, far beyond the access token.
        world.advance(SignedDuration::from_hours(24 * 29));
        assert_eq!(world.get("/api/me", ada.token()).await.problem(401), "token_invalid");
        let next = refresh(&world, &token).await.expect(200);
        assert_ne!(next.str("/refresh_token"), token);
        assert_eq!(next.header("set-cookie"), "", "no cookie for who didn't come with one");
        world.get("/api/me", Some(&next.str("/access_token"))).await.expect(200);
        token = next.str("/refresh_token");
    }
    world.advance(SignedDuration::from_hours(24 * 30));
    assert_eq!(refresh(&world, &token).await.problem(401), "refresh_token_invalid");
}

#[tokio::test]
async fn a_token_that_is_used_again_ends_the_log_in() {
    let world = World::new().await;
    let (ada, first) = signed_in(&world).await;
    let elsewhere = world.sign_in(&ada.email).await.refresh;
    let second = refresh(&world, &first).await.expect(200).str("/refresh_token");
    world.advance(SignedDuration::from_secs(31));
    assert_eq!(refresh(&world, &first).await.problem(401), "refresh_token_invalid");
    // Whoever of the two has the newest is out as well: nobody knows which of them is the thief.
    assert_eq!(refresh(&world, &second).await.problem(401), "refresh_token_invalid");
    // Another log-in has nothing to do with it.
    refresh(&world, &elsewhere).await.expect(200);
}

#[tokio::test]
async fn an_answer_lost_on_a_bad_line_logs_nobody_out() {
    let world = World::new().await;
    let (ada, first) = signed_in(&world).await;
    let lost = refresh(&world, &first).await.expect(200);
    let before = family(&world, &first).await;
    world.advance(SignedDuration::from_secs(30));
    let again = refresh(&world, &first).await.expect(200);
    // The same refresh token, so that it is one whichever answer came last; the access token is a fresh one.
    assert_eq!(again.str("/refresh_token"), lost.str("/refresh_token"));
    assert_ne!(again.str("/access_token"), lost.str("/access_token"));
    assert_eq!(world.get("/api/me", Some(&again.str("/access_token"))).await.expect(200).str("/id"), ada.id);
    assert_eq!(family(&world, &first).await, before, "nothing is written");
    // The leeway is counted from the first use: who repeats an old token can't keep it alive.
    world.advance(SignedDuration::from_secs(1));
    assert_eq!(refresh(&world, &first).await.problem(401), "refresh_token_invalid");
    let newest = again.str("/refresh_token");
    assert_eq!(refresh(&world, &newest).await.problem(401), "refresh_token_invalid", "the log-in has ended");
}

#[tokio::test]
async fn a_token_older_than_the_one_used_last_has_no_leeway() {
    let world = World::new().await;
    let (_, first) = signed_in(&world).await;
    let second = refresh(&world, &first).await.expect(200).str("/refresh_token");
    let third = refresh(&world, &second).await.expect(200).str("/refresh_token");
    assert_eq!(refresh(&world, &second).await.expect(200).str("/refresh_token"), third);
    // All of it within one second.
    assert_eq!(refresh(&world, &first).await.problem(401), "refresh_token_invalid");
    for token in [&second, &third] {
        assert_eq!(refresh(&world, token).await.problem(401), "refresh_token_invalid", "the log-in has ended");
    }
}

#[tokio::test]
async fn the_leeway_ends_with_the_log_in() {
    let world = World::new().await;
    let (_, first) = signed_in(&world).await;
    let second = refresh(&world, &first).await.expect(200).str("/refresh_token");
    world.post("/api/tokens/revoke", None, json!({ "refresh_token": second })).await.expect(204);
    assert_eq!(refresh(&world, &first).await.problem(401), "refresh_token_invalid");
}

/// The family that a token is of, as it is stored.
async fn family(world: &World, token: &str) -> TokenFamily {
    let mut parts = token.split('.');
    let (user, family) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap());
    world.store().token_family(user, family).await.unwrap().expect("a log-in").0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_uses_at_once_lead_to_one_token() {
    let world = Arc::new(World::new().await);
    let (_, mut token) = signed_in(&world).await;
    // Tabs that wake up together, round after round: no thieves, and no forks.
    for round in 0..8 {
        let start = Arc::new(Barrier::new(6));
        let uses: Vec<_> = (0..6)
            .map(|_| {
                let (world, token, start) = (world.clone(), token.clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    let reply = refresh(&world, &token).await;
                    (reply.status, reply.str("/refresh_token"))
                })
            })
            .collect();
        let mut led_to = BTreeSet::new();
        for one in uses {
            led_to.insert(one.await.unwrap());
        }
        assert_eq!(led_to.len(), 1, "round {round}: {led_to:?}");
        let (status, next) = led_to.pop_first().unwrap();
        assert_eq!(status, 200);
        let family = family(&world, &token).await;
        assert_eq!((family.ended, family.version), (false, round + 2), "one of them wrote");
        assert_eq!(family.secret_hash, kit::secret_hash(next.rsplit('.').next().unwrap()));
        // Not derived from what is stored alone: whoever reads the table can't sign in.
        let spent = family.spent.expect("the token before");
        assert_ne!(kit::secret_hash(&kit::keyed_hash(&spent.hash, spent.salt.as_bytes())), family.secret_hash);
        token = next;
    }
    // Those of long ago are gone for good.
    world.advance(SignedDuration::from_secs(31));
    refresh(&world, &token).await.expect(200);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let world = World::new().await;
    let (ada, good) = signed_in(&world).await;
    let ben = world.settle("Ben", true).await;
    let parts: Vec<&str> = good.split('.').collect();
    let with = |user: &str, family: &str, secret: &str| format!("{user}.{family}.{secret}");
    let bad = [
        String::new(),
        "garbage".to_owned(),
        with(&ben.id, parts[1], parts[2]),
        with(parts[0], "fam_00000000000000000000000001", parts[2]),
        format!("{good}.more"),
        ada.token.clone(),
    ];
    for token in bad {
        assert_eq!(refresh(&world, &token).await.problem(401), "refresh_token_invalid", "{token}");
    }
    assert_eq!(world.post("/api/tokens/refresh", None, json!({})).await.problem(401), "refresh_token_invalid");
    refresh(&world, &good).await.expect(200);
    // A secret made up for a log-in that exists counts as reuse: the log-in ends rather than be guessed at.
    let known = world.sign_in(&ada.email).await.refresh;
    let parts: Vec<&str> = known.split('.').collect();
    let guessed = with(parts[0], parts[1], &"0".repeat(64));
    assert_eq!(refresh(&world, &guessed).await.problem(401), "refresh_token_invalid");
}

fn cookie(reply: &Reply) -> (String, Vec<String>) {
    let mut parts = reply.header("set-cookie").split("; ").map(str::to_owned);
    (parts.next().unwrap_or_default(), parts.collect())
}

#[tokio::test]
async fn browsers_hold_the_refresh_token_in_a_cookie() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let body = json!({ "email": ada.email, "password": "a long enough password", "cookie": true });
    let session = world.post("/api/tokens", None, body).await.expect(200);
    assert!(session.json.get("refresh_token").is_none(), "no script can read it: {}", session.text());
    let (pair, attributes) = cookie(&session);
    assert!(pair.starts_with("guestlist_refresh=usr_"), "{pair}");
    assert_eq!(attributes, ["Path=/api/tokens", "Max-Age=2592000", "HttpOnly", "Secure", "SameSite=Strict"]);

    let send =
        async |path: &str, cookie: &str| world.call_with("POST", path, None, &[("cookie", cookie)], Value::Null).await;
    let next = send("/api/tokens/refresh", &format!("theme=dark; {pair}; x=y")).await.expect(200);
    assert!(next.json.get("refresh_token").is_none());
    world.get("/api/me", Some(&next.str("/access_token"))).await.expect(200);
    let (next_pair, next_attributes) = cookie(&next);
    assert_ne!(next_pair, pair);
    assert_eq!(next_attributes, attributes);
    // A page reloaded before the answer came sends the old cookie once more, and gets the same new one.
    let again = send("/api/tokens/refresh", &pair).await.expect(200);
    assert_eq!(cookie(&again), (next_pair.clone(), next_attributes));
    assert!(again.json.get("refresh_token").is_none());

    // Signing out takes the cookie away and ends the log-in.
    let out = send("/api/tokens/revoke", &next_pair).await.expect(204);
    let (gone, gone_attributes) = cookie(&out);
    assert_eq!((gone.as_str(), gone_attributes[1].as_str()), ("guestlist_refresh=", "Max-Age=0"));
    assert_eq!(send("/api/tokens/refresh", &next_pair).await.problem(401), "refresh_token_invalid");
    // No other route takes the cookie for anything.
    assert_eq!(send("/api/events", &pair).await.problem(401), "unauthenticated");
}

#[tokio::test]
async fn signing_out_ends_one_log_in_for_good() {
    let world = World::new().await;
    let (ada, here) = signed_in(&world).await;
    let there = world.sign_in(&ada.email).await.refresh;
    // Nobody else's guess signs anybody out, and nobody is told whether there was anything to end.
    let parts: Vec<&str> = here.split('.').collect();
    let guessed = format!("{}.{}.{}", parts[0], parts[1], "0".repeat(64));
    for token in [guessed.as_str(), "garbage"] {
        world.post("/api/tokens/revoke", None, json!({ "refresh_token": token })).await.expect(204);
    }
    let here = refresh(&world, &here).await.expect(200).str("/refresh_token");
    for _ in 0..2 {
        world.post("/api/tokens/revoke", None, json!({ "refresh_token": here })).await.expect(204);
    }
    assert_eq!(refresh(&world, &here).await.problem(401), "refresh_token_invalid");
    refresh(&world, &there).await.expect(200);
}
