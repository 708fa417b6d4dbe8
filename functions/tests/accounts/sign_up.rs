//! Signing up and showing that an address is one's own.

use super::world::World;
use super::{logged, post};
use jiff::SignedDuration;
use serde_json::{Value, json};

const PASSWORD: &str = "a long enough password";

fn sign_up(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "name": "Ada" })
}

/// What is sent about an address.
type Body = fn(&str) -> Value;

/// What was answered, but for the address that was asked about.
fn answer(text: &str, email: &str) -> String {
    text.replace(email, "ADDRESS")
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let world = World::new().await;
    let known = world.settle("Known", true).await.email;
    let unknown = "nobody.at.all@example.org";
    let wrong = |email: &str| json!({ "email": email, "password": "not the password" });
    let address = |email: &str| json!({ "email": email });
    let code = |email: &str| json!({ "email": email, "code": "000000" });
    let cases: [(&str, Body, u16); 5] = [
        ("/api/users", sign_up, 202),
        ("/api/tokens", wrong, 401),
        ("/api/users/request-verification", address, 202),
        ("/api/password-resets", address, 202),
        ("/api/users/verify-email", code, 409),
    ];
    for (path, body, status) in cases {
        // Both as for the first time: what was asked before leaves its traces for either alike.
        let (of_known, known_line) = logged(&world, post(path, &body(&known))).await;
        let (of_unknown, unknown_line) = logged(&world, post(path, &body(unknown))).await;
        assert_eq!((of_known.status, of_unknown.status), (status, status), "{path}: {}", of_known.text());
        let told = |reply: &super::Reply, email: &str| {
            let mut json = reply.json.clone();
            json["request_id"] = Value::Null;
            let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
            names.sort();
            (answer(&json.to_string(), email), names)
        };
        assert_eq!(told(&of_known, &known), told(&of_unknown, unknown), "{path}");
        // What takes as many calls, and as many one after the other, takes as long.
        for count in ["calls", "round_trips"] {
            assert_eq!(known_line[count], unknown_line[count], "{path}: {known_line} {unknown_line}");
        }
        assert_eq!(known_line["caller"], Value::Null);
        for line in [known_line, unknown_line] {
            assert!(!line.to_string().contains('@'), "no address in the log: {line}");
        }
        if path == "/api/users" {
            // The second is known from here on; the other cases are about somebody who isn't.
            let mails = world.new_mails().await;
            let subjects: Vec<&str> =
                mails.iter().filter(|mail| mail.to == known).map(|mail| mail.subject.as_str()).collect();
            assert_eq!(subjects.len(), 1, "who has the account is told: {subjects:?}");
            assert_eq!(mails.len(), 2);
            forget(&world, unknown).await;
        }
    }
    let mails = world.new_mails().await;
    assert!(mails.iter().all(|mail| mail.to == known), "nothing goes to an address without an account: {mails:?}");
}

/// Takes an account out, so that its address is nobody's again.
async fn forget(world: &World, email: &str) {
    for (table, sort) in [("accounts", "claim"), ("accounts", "verification")] {
        let key = |value: String| aws_sdk_dynamodb::types::AttributeValue::S(value);
        world
            .embedded
            .client()
            .delete_item()
            .table_name(format!("{}{table}", super::world::PREFIX))
            .key("pk", key(format!("email#{email}")))
            .key("sk", key(sort.to_owned()))
            .send()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_code_verifies_once() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    assert_eq!(world.get("/api/me", ada.token()).await.expect(200).json["email_verified"], false);
    let path = format!("/api/users/{}", ada.id);
    assert_eq!(world.get(&path, None).await.problem(404), "user_not_found", "nobody yet");
    let mail = world.new_mails().await.remove(0);
    assert_eq!((mail.to.as_str(), mail.subject.contains(&mail.code())), (ada.email.as_str(), true));
    let body = json!({ "email": "ADA@example.org", "code": mail.code() });
    world.post("/api/users/verify-email", None, body.clone()).await.expect(204);
    assert_eq!(world.post("/api/users/verify-email", None, body).await.problem(409), "code_invalid");
    assert_eq!(world.get("/api/me", ada.token()).await.expect(200).json["email_verified"], true);
    world.get(&path, None).await.expect(200);
    // The token at hand still says what it said; the next one says that she is verified.
    assert_eq!(world.sign_in(&ada.email).await.id, ada.id);
    let refreshed = world.post("/api/tokens/refresh", None, json!({ "refresh_token": ada.refresh })).await.expect(200);
    assert_eq!(refreshed.json["email_verified"], true);
    // Asking for a code once more brings no mail: there is nothing to verify.
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    assert!(world.new_mails().await.is_empty());
}

async fn verify(world: &World, email: &str, code: &str) -> u16 {
    world.post("/api/users/verify-email", None, json!({ "email": email, "code": code })).await.status
}

async fn code(world: &World) -> String {
    world.new_mails().await.last().expect("a mail").code()
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn five_wrong_guesses_void_a_code() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    let right = code(&world).await;
    for _ in 0..4 {
        assert_eq!(verify(&world, &ada.email, &wrong(&right)).await, 409);
    }
    // The fifth may still be right ...
    let other = world.newcomer("Ben").await;
    let bens = code(&world).await;
    for _ in 0..4 {
        assert_eq!(verify(&world, &other.email, &wrong(&bens)).await, 409);
    }
    assert_eq!(verify(&world, &other.email, &bens).await, 204);
    // ... and after five wrong ones nothing is.
    assert_eq!(verify(&world, &ada.email, &wrong(&right)).await, 409);
    assert_eq!(verify(&world, &ada.email, &right).await, 409);
    assert_eq!(world.get("/api/me", ada.token()).await.json["email_verified"], false);
}

#[tokio::test]
async fn many_guesses_at_once_are_five_guesses() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    let right = code(&world).await;
    let email = ada.email.as_str();
    // Ten at once: whichever come to be counted, five and no more are looked at.
    let guess = |code: String| {
        let world = &world;
        async move { verify(world, email, &code).await }
    };
    let bad = wrong(&right);
    let all = tokio::join!(
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad.clone()),
        guess(bad),
    );
    let answers: [u16; 10] = all.into();
    let judged = answers.iter().filter(|status| **status == 409).count();
    // Who is told to come back later has learnt nothing. None is lost to another that was judged at the same time.
    assert!(answers.iter().all(|status| matches!(status, 409 | 503)), "{answers:?}");
    let held = world.store().verification(email).await.unwrap().expect("a code");
    assert_eq!(usize::from(held.attempts_left), 5_usize.saturating_sub(judged), "{answers:?}");
    while verify(&world, email, &wrong(&right)).await == 503 {}
    for _ in judged + 1..5 {
        assert_eq!(verify(&world, email, &wrong(&right)).await, 409);
    }
    assert_eq!(verify(&world, email, &right).await, 409, "the code is void");
}

#[tokio::test]
async fn a_code_ends_after_a_quarter_of_an_hour() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    let first = code(&world).await;
    world.advance(SignedDuration::from_mins(15));
    assert_eq!(verify(&world, &ada.email, &first).await, 409);
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    let second = code(&world).await;
    world.advance(SignedDuration::from_millis(15 * 60_000 - 1));
    assert_eq!(verify(&world, &ada.email, &second).await, 204);
}

#[tokio::test]
async fn a_new_code_voids_the_one_before() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    let first = code(&world).await;
    world.advance(SignedDuration::from_secs(1));
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    let second = code(&world).await;
    assert_ne!(first, second, "this world's codes differ");
    assert_eq!(verify(&world, &ada.email, &first).await, 409);
    assert_eq!(verify(&world, &ada.email, &second).await, 204);
}

/// A mail that is still under way when a newer code is asked for says nothing any more: it isn't sent.
#[tokio::test]
async fn only_the_newest_code_is_mailed() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    world.advance(SignedDuration::from_secs(1));
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    let mails = world.new_mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(verify(&world, &ada.email, &mails[0].code()).await, 204);
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_account() {
    let world = World::new().await;
    let body = sign_up("ada@example.org");
    let (one, other) = tokio::join!(world.post("/api/users", None, body.clone()), world.post("/api/users", None, body));
    assert_eq!((one.status, other.status), (202, 202));
    let users = world.stored().keys().filter(|key| key.ends_with(" user")).count();
    assert_eq!(users, 1);
    // Whose sign-up came second gets told so, in the mail of the address.
    assert_eq!(world.new_mails().await.len(), 2);
    world.sign_in("ada@example.org").await;
}

/// Mallory signs up with an address that isn't his and waits for its owner. Whatever she does then, and whatever he does in
/// between, the code from her mail gives him nothing.
#[tokio::test]
async fn who_signs_up_with_anothers_address_gets_nothing_of_it() {
    let world = World::new().await;
    let mallory = world.newcomer("Vic").await;
    world.patch("/api/me", mallory.token(), json!({ "bio": "Mallory was here", "city": "Rome" })).await.expect(200);
    world.new_mails().await;

    // The owner signs up herself, asks for a code and enters it.
    let own = json!({ "email": mallory.email, "password": "the owner's own password", "name": "Victoria" });
    world.post("/api/users", None, own.clone()).await.expect(202);
    assert_eq!(world.new_mails().await.len(), 1, "she is told that there is an account");
    world.advance(SignedDuration::from_secs(1));
    world.post("/api/users/request-verification", None, json!({ "email": mallory.email })).await.expect(202);
    let code = code(&world).await;
    // He tries to be the last who signed up.
    world.post("/api/users", None, sign_up(&mallory.email)).await.expect(202);
    world.new_mails().await;
    assert_eq!(verify(&world, &mallory.email, &code).await, 204);

    // Neither his log-in nor his password is good for anything, and what he wrote is gone.
    let refresh = json!({ "refresh_token": mallory.refresh });
    assert_eq!(world.post("/api/tokens/refresh", None, refresh).await.problem(401), "refresh_token_invalid");
    for password in [PASSWORD, "the owner's own password"] {
        let log_in = json!({ "email": mallory.email, "password": password });
        assert_eq!(world.post("/api/tokens", None, log_in).await.problem(401), "credentials_wrong");
    }
    let profile = world.get(&format!("/api/users/{}", mallory.id), None).await.expect(200);
    assert!(!profile.text().contains("Mallory") && !profile.text().contains("Rome"), "{}", profile.text());

    // The mail that came leads her in.
    let mail = world.new_mails().await.pop().expect("a mail that leads to a new password");
    assert_eq!(mail.to, mallory.email);
    let link = mail.link("/account/reset?");
    let (_, token) = link.split_once("token=").expect("a token");
    let redeem = json!({ "token": token, "password": "the owner's own password" });
    world.post("/api/password-resets/redeem", None, redeem).await.expect(204);
    let log_in = json!({ "email": mallory.email, "password": "the owner's own password" });
    let session = world.post("/api/tokens", None, log_in).await.expect(200);
    assert_eq!(session.json["email_verified"], true);

    // From here on a sign-up with the address changes nothing.
    let before = world.store().user_by_email(&mallory.email).await.unwrap();
    world.post("/api/users", None, sign_up(&mallory.email)).await.expect(202);
    assert_eq!(world.store().user_by_email(&mallory.email).await.unwrap(), before);
}

/// The mail of the second sign-up leads to a new password, too: whoever chose it there reads the mail, and keeps it.
#[tokio::test]
async fn a_password_chosen_by_mail_is_kept_when_the_code_comes() {
    let world = World::new().await;
    let mallory = world.newcomer("Vic").await;
    let code = code(&world).await;
    world.patch("/api/me", mallory.token(), json!({ "bio": "Mallory was here", "city": "Rome" })).await.expect(200);
    world.post("/api/users", None, sign_up(&mallory.email)).await.expect(202);
    world.post("/api/password-resets", None, json!({ "email": mallory.email })).await.expect(202);
    let mail = world.new_mails().await.pop().expect("a mail");
    let link = mail.link("/account/reset?");
    let (_, token) = link.split_once("token=").expect("a token");
    let own = "the owner's own password";
    let redeem = json!({ "token": token, "password": own });
    world.post("/api/password-resets/redeem", None, redeem).await.expect(204);
    let refresh = json!({ "refresh_token": mallory.refresh });
    assert_eq!(world.post("/api/tokens/refresh", None, refresh).await.problem(401), "refresh_token_invalid");
    let log_in = json!({ "email": mallory.email, "password": own });
    let session = world.post("/api/tokens", None, log_in.clone()).await.expect(200);
    assert_eq!(session.json["email_verified"], true, "who has the link reads the mail");
    let profile = world.get(&format!("/api/users/{}", mallory.id), None).await.expect(200);
    assert!(!profile.text().contains("Mallory") && !profile.text().contains("Rome"), "{}", profile.text());
    world.advance(SignedDuration::from_secs(1));
    assert_eq!(verify(&world, &mallory.email, &code).await, 204);
    world.post("/api/tokens", None, log_in).await.expect(200);
}

/// A stranger's token from before the owner's link was opened holds for a quarter of an hour. It says nothing in her name.
#[tokio::test]
async fn a_token_from_before_the_address_was_verified_changes_no_profile() {
    let world = World::new().await;
    let mallory = world.newcomer("Vic").await;
    world.new_mails().await;
    world.advance(SignedDuration::from_secs(1));
    world.post("/api/password-resets", None, json!({ "email": mallory.email })).await.expect(202);
    let mail = world.new_mails().await.pop().expect("a mail");
    let link = mail.link("/account/reset?");
    let (_, token) = link.split_once("token=").expect("a token");
    let redeem = json!({ "token": token, "password": "the owner's own password" });
    world.post("/api/password-resets/redeem", None, redeem).await.expect(204);
    let before = world.store().user_by_email(&mallory.email).await.unwrap();
    for change in [json!({ "bio": "Mallory was here" }), json!({ "resume_mails": true }), json!({})] {
        let refused = world.patch("/api/me", mallory.token(), change).await;
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert_eq!(refused.problem(401), "token_invalid");
    }
    assert_eq!(world.store().user_by_email(&mallory.email).await.unwrap(), before);
}

/// Whoever verified it themselves goes on with the next pair of tokens, as the apps do on a 401.
#[tokio::test]
async fn who_has_verified_refreshes_and_goes_on() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    let code = code(&world).await;
    world.patch("/api/me", ada.token(), json!({ "bio": "Plays the cello." })).await.expect(200);
    assert_eq!(verify(&world, &ada.email, &code).await, 204);
    let change = json!({ "city": "Rome" });
    assert_eq!(world.patch("/api/me", ada.token(), change.clone()).await.problem(401), "token_invalid");
    let next = world.post("/api/tokens/refresh", None, json!({ "refresh_token": ada.refresh })).await.expect(200);
    let me = world.patch("/api/me", Some(&next.str("/access_token")), change).await.expect(200).json;
    assert_eq!((&me["city"], &me["bio"]), (&json!("Rome"), &json!("Plays the cello.")));
}

/// Nobody else signed up: what they said about themselves is theirs.
#[tokio::test]
async fn a_reset_verifies_the_address_and_leaves_the_profile() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    world.patch("/api/me", ada.token(), json!({ "city": "Rome" })).await.expect(200);
    world.new_mails().await;
    world.post("/api/password-resets", None, json!({ "email": ada.email })).await.expect(202);
    let mail = world.new_mails().await.pop().expect("a mail");
    let link = mail.link("/account/reset?");
    let (_, token) = link.split_once("token=").expect("a token");
    let redeem = json!({ "token": token, "password": PASSWORD });
    world.post("/api/password-resets/redeem", None, redeem).await.expect(204);
    let session =
        world.post("/api/tokens", None, json!({ "email": ada.email, "password": PASSWORD })).await.expect(200);
    assert_eq!(session.json["email_verified"], true);
    let token = session.str("/access_token");
    assert_eq!(world.get("/api/me", Some(&token)).await.expect(200).json["city"], "Rome");
}

/// Who is verified keeps their password, even should somebody guess a code that was never mailed.
#[tokio::test]
async fn a_contested_address_that_is_verified_stays_as_it_is() {
    let world = World::new().await;
    let ada = world.person("Ada").await;
    world.post("/api/users", None, sign_up(&ada.email)).await.expect(202);
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    let held = world.store().verification(&ada.email).await.unwrap().expect("a code");
    assert_eq!(verify(&world, &ada.email, &held.code).await, 204, "it says nothing new");
    assert_eq!(world.sign_in(&ada.email).await.id, ada.id);
}
