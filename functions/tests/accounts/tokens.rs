//! Keys and tokens: rotation, and what somebody might try with a token that isn't theirs to make.

use super::logged;
use super::world::fixtures::as_caller;
use super::world::{World, forge};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jiff::SignedDuration;
use kit::KeyUse;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

async fn me(world: &World, token: &str) -> (u16, String) {
    let reply = world.get("/api/me", Some(token)).await;
    (reply.status, reply.json["code"].as_str().unwrap_or_default().to_owned())
}

fn refused() -> (u16, String) {
    (401, "token_invalid".to_owned())
}

#[tokio::test]
async fn an_access_token_holds_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    assert_eq!(me(&world, &ada.token).await.0, 200);
    world.advance(SignedDuration::from_secs(15 * 60 - 1));
    assert_eq!(me(&world, &ada.token).await.0, 200);
    world.advance(SignedDuration::from_secs(1));
    assert_eq!(me(&world, &ada.token).await, refused());
}

#[tokio::test]
async fn after_a_rotation_old_and_new_tokens_hold() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let request = |token: &str| as_caller(http::Request::get("/api/me").body(Bytes::new()).unwrap(), Some(token));
    let trips = async |token: &str| {
        let (reply, line) = logged(&world, request(token)).await;
        (reply.status, line["round_trips"].as_u64().unwrap())
    };
    // The function reads the keys once and keeps them.
    assert_eq!(me(&world, &ada.token).await.0, 200);
    let new = world.rotate_key(KeyUse::Tokens).await.unwrap();
    assert_eq!(me(&world, &ada.token).await.0, 200, "the old key is published on");
    // A token by the new key, while the function knows only the old one: it reads the keys again, at once.
    let user = world.store().user(ada.id.parse().unwrap()).await.unwrap().unwrap();
    let by_new = world.access_token(&user, SignedDuration::ZERO).await;
    assert_eq!(forge::part(&by_new, 0)["kid"], format!("{new:08x}"));
    assert_ne!(forge::part(&ada.token, 0)["kid"], forge::part(&by_new, 0)["kid"]);
    assert_eq!(me(&world, &by_new).await.0, 200);
    // Where nothing is kept yet (each `logged` has a house of its own), reading the keys is the one trip more.
    assert_eq!(trips(&by_new).await, (200, 2));

    // Both are published, the newest first, and nothing of the private part is.
    let published = world.get("/.well-known/jwks.json", None).await.expect(200);
    let keys = published.json["keys"].as_array().unwrap();
    let kids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(
        kids,
        [forge::part(&by_new, 0)["kid"].as_str().unwrap(), forge::part(&ada.token, 0)["kid"].as_str().unwrap()]
    );
    for key in keys {
        let names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["kty", "crv", "kid", "use", "alg", "x"]);
        assert_eq!((key["crv"].as_str(), key["alg"].as_str()), (Some("Ed25519"), Some("EdDSA")));
    }
    assert_eq!(published.header("cache-control"), "public, max-age=300");

    // Within five minutes the function that signs has noticed, too.
    world.advance(SignedDuration::from_mins(5));
    let session = world.sign_in(&ada.email).await;
    assert_eq!(forge::part(&session.token, 0)["kid"], format!("{new:08x}"));
}

#[tokio::test]
async fn a_key_that_nobody_published_is_looked_for_and_refused() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    for kid in [json!("00000000"), json!("not a number"), json!(""), json!(7), json!(null)] {
        let mut header = forge::part(&ada.token, 0);
        header["kid"] = kid.clone();
        let token = forge::jwt(&header, &forge::part(&ada.token, 1), |_| vec![0; 64]);
        assert_eq!(me(&world, &token).await, refused(), "{kid}");
    }
}

/// Anybody can make up key ids. If each were looked for, a flood of them would be a flood of reads.
#[tokio::test]
async fn key_ids_that_are_made_up_are_looked_for_only_so_often() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = lines.clone();
    let house = world.house.clone().with_log(move |line| kept.lock().unwrap().push(line.to_owned()));
    let ask = async |token: &str| {
        let request = as_caller(http::Request::get("/api/me").body(Bytes::new()).unwrap(), Some(token));
        let status = world.router.answer(&house, request).await.status();
        let line: Value = serde_json::from_str(&lines.lock().unwrap().pop().expect("a log line")).unwrap();
        (status.as_u16(), line["round_trips"].as_u64().unwrap())
    };
    let made_up = |id: u32| {
        let mut header = forge::part(&ada.token, 0);
        header["kid"] = json!(format!("{id:08x}"));
        forge::jwt(&header, &forge::part(&ada.token, 1), |_| vec![0; 64])
    };
    let mut reads = Vec::new();
    for id in 0..6 {
        reads.push(ask(&made_up(id)).await);
    }
    // The first finds no keys kept at all, the second looks for its own.
    assert_eq!(reads, [(401, 1), (401, 1), (401, 0), (401, 0), (401, 0), (401, 0)]);
    assert_eq!(ask(&ada.token).await, (200, 1), "the keys that are known hold on");
    world.advance(SignedDuration::from_secs(10));
    assert_eq!((ask(&made_up(7)).await, ask(&made_up(8)).await), ((401, 1), (401, 0)));
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let jwks = world.get("/.well-known/jwks.json", None).await.expect(200);
    let public = URL_SAFE_NO_PAD.decode(jwks.str("/keys/0/x")).unwrap();
    let token = &ada.token;
    let later = world.now().as_second() + 1_000_000;
    let ben = world.settle("Ben", true).await;
    let forgeries = [
        ("alg none", forge::unsigned(token)),
        ("alg none, nothing after the last dot", forge::unsigned(token).trim_end_matches('.').to_owned()),
        ("HS256 with the public key's bytes", forge::hmac_by_public_key(token, &public)),
        (
            "HS256 with the public key as it is published",
            forge::hmac_by_public_key(token, jwks.str("/keys/0/x").as_bytes()),
        ),
        ("another key under our key's id", forge::by_another_key(token)),
        ("a longer life", forge::with_claim(token, "exp", json!(later))),
        ("another person", forge::with_claim(token, "sub", json!(ben.id))),
        ("verified by oneself", forge::with_claim(token, "verified", json!(true))),
        ("another audience", forge::with_claim(token, "aud", json!("door"))),
        ("a cut", token[..token.len() - 4].to_owned()),
        ("a part too many", format!("{token}.e30")),
        ("nothing", String::new()),
    ];
    for (what, forged) in forgeries {
        // A claim that says what it said before is no forgery.
        if forged == *token {
            assert_eq!(what, "verified by oneself");
            continue;
        }
        assert_eq!(me(&world, &forged).await, refused(), "{what}");
    }
    for scheme in ["Basic", "Token", ""] {
        let headers = [("authorization", format!("{scheme} {token}"))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(world.call_with("GET", "/api/me", None, &headers, Value::Null).await.problem(401), "token_invalid");
    }
    // The scheme's name is not told apart by case (RFC 9110, section 11.1).
    let lower = format!("bearer {token}");
    world.call_with("GET", "/api/me", None, &[("authorization", &lower)], Value::Null).await.expect(200);
}

/// Signed by us is not enough: it must be for this, and say when it ends.
#[tokio::test]
async fn our_own_signature_under_other_claims_is_refused() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let key = world.store().signing_key(KeyUse::Tokens).await.unwrap().expect("a key");
    let pair = Ed25519KeyPair::from_pkcs8(&URL_SAFE_NO_PAD.decode(&key.pkcs8).unwrap()).unwrap();
    let (header, claims) = (forge::part(&ada.token, 0), forge::part(&ada.token, 1));
    let signed = |claims: &Value| forge::jwt(&header, claims, |bytes| pair.sign(bytes).as_ref().to_vec());
    assert_eq!(me(&world, &signed(&claims)).await.0, 200, "so far it is a good one");
    for (name, value) in [
        ("aud", json!("door")),
        ("aud", json!("link")),
        ("aud", json!(null)),
        ("exp", json!(null)),
        ("exp", json!("never")),
        ("sub", json!("evt_00000000000000000000000001")),
        ("verified", json!(null)),
    ] {
        let mut changed = claims.clone();
        match value {
            Value::Null => drop(changed.as_object_mut().unwrap().remove(name)),
            value => changed[name] = value,
        }
        assert_eq!(me(&world, &signed(&changed)).await, refused(), "{name}: {changed}");
    }
}

/// Each kind of token has an audience of its own: none stands in for another, though one key signs them all.
#[tokio::test]
async fn no_token_stands_in_for_another() {
    let f = World::fixture().await;
    let world = &f.world;
    let access = f.guest.token.clone();
    let reset = f.fill(r#""{{reset_token}}""#).await.as_str().unwrap().to_owned();
    let unsubscribe = f.fill(r#""{{unsubscribe_token}}""#).await.as_str().unwrap().to_owned();
    let ticket = f.tickets[0].1.clone();
    let kid = |token: &str| forge::part(token, 0)["kid"].clone();
    assert_eq!(
        (kid(&access), kid(&reset), kid(&f.door.token)),
        (kid(&unsubscribe), kid(&unsubscribe), kid(&unsubscribe))
    );

    // As a bearer token, where only a user gets in and where a door does.
    for token in [&reset, &unsubscribe, &ticket, &f.guest.refresh] {
        assert_eq!(me(world, token).await, refused());
        let path = format!("/api/events/{}/attendance", f.event);
        assert_eq!(world.get(&path, Some(token)).await.problem(401), "token_invalid");
    }
    assert_eq!(me(world, &f.door.token).await, (403, "door_pass_only".to_owned()));
    // As a link's token.
    for token in [&access, &f.door.token, &unsubscribe, &ticket] {
        let body = json!({ "token": token, "password": "a long enough password" });
        assert_eq!(world.post("/api/password-resets/redeem", None, body).await.problem(409), "reset_invalid");
    }
    for token in [&access, &f.door.token, &reset, &ticket] {
        let path = format!("/api/unsubscribe?token={token}");
        assert_eq!(world.call("POST", &path, None, Value::Null).await.problem(409), "link_invalid");
    }
    // As a refresh token, and as a ticket.
    for token in [&access, &reset, &f.door.token] {
        let body = json!({ "refresh_token": token });
        assert_eq!(world.post("/api/tokens/refresh", None, body).await.problem(401), "refresh_token_invalid");
        let path = format!("/api/events/{}/check-ins", f.event);
        let body = json!({ "scan": format!("scan-{}", token.len()), "token": token });
        let scan = world.post(&path, Some(&f.door.token), body).await.expect(200);
        assert_eq!((scan.str("/outcome").as_str(), scan.str("/reason").as_str()), ("refused", "not_a_ticket"));
        let path = format!("/api/tickets/{}?key={token}", f.tickets[0].0);
        assert_eq!(world.get(&path, None).await.problem(404), "ticket_not_found");
    }
    // Each is good for its own.
    assert_eq!(me(world, &access).await.0, 200);
    let body = json!({ "token": reset, "password": "quite another password" });
    world.post("/api/password-resets/redeem", None, body).await.expect(204);
    world.call("POST", &format!("/api/unsubscribe?token={unsubscribe}"), None, Value::Null).await.expect(204);
    world.get(&format!("/api/tickets/{}?key={ticket}", f.tickets[0].0), None).await.expect(200);
}
