//! Mails that come back or are called unwanted: who gets none any more, who is told, and what ends it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use domain::accounts::User;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testbed::Stage;
use testbed::faults::{Calls, Fault};
use world::behind::publish;
use world::{Mail, Person, World};

const PASSWORD: &str = "a long enough password";

/// A bounce as SES publishes it, of a mail that was sent just now, changed by `with`.
fn bounce(world: &World, to: &str, with: &Value) -> Value {
    let mut bounce = json!({
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{ "emailAddress": to, "action": "failed", "status": "5.1.1" }],
        "timestamp": world.now().to_string(),
        "feedbackId": "0100-f",
    });
    for (name, value) in with.as_object().into_iter().flatten() {
        bounce[name] = value.clone();
    }
    json!({ "eventType": "Bounce", "bounce": bounce, "mail": mail(world, to) })
}

fn complaint(world: &World, to: &str, kind: Option<&str>) -> Value {
    let complaint = json!({
        "complainedRecipients": [{ "emailAddress": to }],
        "complaintFeedbackType": kind,
        "timestamp": world.now().to_string(),
    });
    json!({ "eventType": "Complaint", "complaint": complaint, "mail": mail(world, to) })
}

fn mail(world: &World, to: &str) -> Value {
    json!({ "timestamp": world.now().to_string(), "messageId": "0100", "destination": [to] })
}

async fn tell(world: &World, event: &Value) -> bool {
    world.hand_over("suppress_address", event).await
}

async fn stored(world: &World, person: &Person) -> User {
    world.store().user(person.id.parse().unwrap()).await.unwrap().unwrap()
}

/// Why they get no mails.
async fn suppressed(world: &World, person: &Person) -> Value {
    json!(stored(world, person).await.suppressed())
}

fn later(world: &World) {
    world.advance(SignedDuration::from_mins(1));
}

/// Olga's event with Ada and Ben booked, and all of that told.
async fn evening() -> (World, [Person; 3], String) {
    let world = World::new().await;
    let people: [Person; 3] = world.members(&["Olga", "Ada", "Ben"]).await.try_into().unwrap();
    let event = world.event(&people[0], json!({})).await;
    for guest in &people[1..] {
        world.book(guest, &event, 1).await;
    }
    world.new_mails().await;
    later(&world);
    (world, people, event)
}

/// Everybody at the event is told something: who gets it.
async fn told(world: &World, organizer: &Person, event: &str) -> Vec<String> {
    let body = json!({ "subject": "Bring a blanket", "body": "It gets cold." });
    world.post(&format!("/api/events/{event}/announcements"), organizer.token(), body).await.expect(201);
    readers(&world.new_mails().await)
}

fn readers(mails: &[Mail]) -> Vec<String> {
    let mut readers: Vec<String> = mails.iter().map(|mail| mail.to.clone()).collect();
    readers.sort_unstable();
    readers
}

async fn ask_for_code(world: &World, person: &Person) -> Option<String> {
    world.post("/api/users/request-verification", None, json!({ "email": person.email })).await.expect(202);
    world.new_mails().await.iter().find(|mail| mail.to == person.email).map(Mail::code)
}

/// The token of the mailed link, if a mail goes out.
async fn ask_for_reset(world: &World, person: &Person) -> Option<String> {
    world.post("/api/password-resets", None, json!({ "email": person.email })).await.expect(202);
    let mails = world.new_mails().await;
    let link = mails.iter().find(|mail| mail.to == person.email)?.link("/account/reset?");
    link.split_once("token=").map(|(_, token)| token.to_owned())
}

async fn enter(world: &World, person: &Person, code: &str) -> u16 {
    let body = json!({ "email": person.email, "code": code });
    world.post("/api/users/verify-email", None, body).await.status
}

async fn redeem(world: &World, token: &str) -> u16 {
    let body = json!({ "token": token, "password": "quite another password" });
    world.post("/api/password-resets/redeem", None, body).await.status
}

/// Six digits that aren't these.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn a_bounce_ends_mails_and_the_code_that_arrives_brings_them_back() {
    let (world, [olga, ada, ben], event) = evening().await;
    assert_eq!(told(&world, &olga, &event).await, [ada.email.as_str(), ben.email.as_str()]);
    // As a server may write it that doesn't care how it was written to it.
    let written = format!("\"Ada\" <{}>", ada.email.to_uppercase());
    assert!(tell(&world, &bounce(&world, &written, &json!({}))).await);
    assert_eq!(world.get("/api/me", ada.token()).await.expect(200).json["suppressed"], "bounced");
    assert_eq!(world.get("/api/me", ben.token()).await.expect(200).json.get("suppressed"), None);
    assert_eq!(told(&world, &olga, &event).await, [ben.email.as_str()]);

    later(&world);
    let code = ask_for_code(&world, &ada).await.expect("a code, in spite of it");
    assert_eq!(told(&world, &olga, &event).await, [ben.email.as_str()], "asking alone shows nothing");
    later(&world);
    world.post("/api/users/verify-email", None, json!({ "email": ada.email, "code": code })).await.expect(204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
    assert_eq!(told(&world, &olga, &event).await, [ada.email.as_str(), ben.email.as_str()]);

    later(&world);
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    assert_eq!(suppressed(&world, &ada).await, "bounced", "and again");
}

#[tokio::test]
async fn a_complaint_ends_mails_until_they_are_asked_for_again() {
    let (world, [olga, ada, ben], event) = evening().await;
    assert!(tell(&world, &complaint(&world, &ada.email, Some("abuse"))).await);
    assert_eq!(suppressed(&world, &ada).await, "complained");
    assert_eq!(told(&world, &olga, &event).await, [ben.email.as_str()]);
    assert_eq!(ask_for_code(&world, &ada).await, None, "the address is verified, and takes mails");

    // Any other change of the profile isn't that.
    world.patch("/api/me", ada.token(), json!({ "city": "Berlin", "resume_mails": false })).await.expect(200);
    assert_eq!(suppressed(&world, &ada).await, "complained");
    later(&world);
    let me = world.patch("/api/me", ada.token(), json!({ "resume_mails": true })).await.expect(200).json;
    assert_eq!(me.get("suppressed"), None);
    assert_eq!(told(&world, &olga, &event).await, [ada.email.as_str(), ben.email.as_str()]);
    later(&world);
    assert!(tell(&world, &complaint(&world, &ada.email, None)).await);
    assert_eq!(suppressed(&world, &ada).await, "complained");
}

#[tokio::test]
async fn what_is_asked_for_goes_out_once_a_day_in_spite_of_it() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let first = (ask_for_code(&world, &ada).await.unwrap(), ask_for_reset(&world, &ada).await.unwrap());
    for _ in 0..2 {
        world.advance(SignedDuration::from_hours(1));
        assert_eq!((ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await), (None, None));
    }
    world.advance(SignedDuration::from_hours(22));
    let next = (ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await);
    assert!(next.0.is_some() && next.1.is_some(), "a day later");
    assert_eq!(enter(&world, &ada, &first.0).await, 409, "that day's is over");
    assert_eq!(redeem(&world, &first.1).await, 409);
}

/// A stranger asks first, or the reader does and opens the page again: what was mailed works until the next mail may go.
#[tokio::test]
async fn asking_again_leaves_what_was_mailed_as_it_is() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let (code, link) = (ask_for_code(&world, &ada).await.unwrap(), ask_for_reset(&world, &ada).await.unwrap());
    for _ in 0..3 {
        later(&world);
        assert_eq!((ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await), (None, None));
    }
    world.advance(SignedDuration::from_hours(23));
    assert_eq!((ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await), (None, None));
    assert_eq!(redeem(&world, &link).await, 204);
    assert_eq!(redeem(&world, &link).await, 409, "once");
    assert_eq!(enter(&world, &ada, &code).await, 204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
}

/// The mail says how long that is.
#[tokio::test]
async fn what_is_mailed_in_spite_of_it_says_that_it_works_for_a_day() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    for path in ["/api/users/request-verification", "/api/password-resets"] {
        world.post(path, None, json!({ "email": ada.email })).await.expect(202);
        let mails = world.new_mails().await;
        assert!(mails[0].text.contains("24 hours"), "{}", mails[0].text);
    }
}

/// A code that lives for a day is no easier to guess than one of fifteen minutes: asking again makes no room for more guesses.
#[tokio::test]
async fn a_code_of_a_day_takes_five_guesses_however_often_it_is_asked_for() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let code = ask_for_code(&world, &ada).await.unwrap();
    for guess in 0..4 {
        assert_eq!(enter(&world, &ada, wrong(&code)).await, 409);
        later(&world);
        assert_eq!(ask_for_code(&world, &ada).await, None);
        let held = world.store().verification(&ada.email).await.unwrap().unwrap();
        assert_eq!((held.attempts_left, held.code.as_str()), (4 - guess, code.as_str()));
    }
    assert_eq!(enter(&world, &ada, wrong(&code)).await, 409);
    world.advance(SignedDuration::from_hours(2));
    assert_eq!(ask_for_code(&world, &ada).await, None);
    let spent = world.store().verification(&ada.email).await.unwrap().unwrap();
    assert_eq!((spent.attempts_left, spent.code.as_str()), (0, code.as_str()), "no new one to guess at");
    assert_eq!(enter(&world, &ada, &code).await, 409);
    world.advance(SignedDuration::from_hours(22));
    let next = ask_for_code(&world, &ada).await.expect("the next day's");
    assert_eq!(enter(&world, &ada, &next).await, 204);
}

/// Asked for twice before the first is sent: the one mail brings what counts.
#[tokio::test]
async fn what_is_asked_for_twice_at_once_comes_once_and_works() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    for path in ["/api/users/request-verification", "/api/password-resets"] {
        for _ in 0..2 {
            world.post(path, None, json!({ "email": ada.email })).await.expect(202);
            world.advance(SignedDuration::from_secs(1));
        }
    }
    let mails = world.new_mails().await;
    assert_eq!(mails.len(), 2, "{:?}", mails.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
    let reset = mails.iter().find(|mail| mail.text.contains("/account/reset?")).unwrap().link("/account/reset?");
    assert_eq!(redeem(&world, reset.split_once("token=").unwrap().1).await, 204);
    let code = mails.iter().find(|mail| mail.subject.contains("code")).unwrap().code();
    assert_eq!(enter(&world, &ada, &code).await, 204);
}

/// What the mail brings is kept before it goes; where that was overtaken (here by itself, as its answer was lost), it goes all the
/// same, and once.
#[tokio::test(start_paused = true)]
async fn what_is_kept_and_overtaken_goes_out_all_the_same() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    // After the claim on the delivery.
    world.faults.next(Calls::To("PutItem"), 1, Fault::TimeoutAfter);
    let mails = world.new_mails().await;
    assert_eq!((world.faults.left(), readers(&mails)), (0, vec![ada.email.clone()]));
    assert_eq!(ask_for_code(&world, &ada).await, None);
    assert_eq!(enter(&world, &ada, &mails[0].code()).await, 204);
}

/// Mails go to them again, so the day's one mail is no bound any more.
#[tokio::test]
async fn who_gets_mails_again_gets_a_reset_as_anybody_does() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let first = ask_for_reset(&world, &ada).await.unwrap();
    let code = ask_for_code(&world, &ada).await.unwrap();
    later(&world);
    assert_eq!(enter(&world, &ada, &code).await, 204);
    let again = ask_for_reset(&world, &ada).await.expect("a mail, since the first may have come back");
    assert_eq!(redeem(&world, &again).await, 204);
    assert_eq!(redeem(&world, &first).await, 409, "it is one reset, mailed twice");
    later(&world);
    let third = ask_for_reset(&world, &ada).await.expect("another");
    assert_eq!(redeem(&world, &third).await, 204);
}

/// To ask for mails again is for who reads them, and anybody can sign up with an address that isn't theirs.
#[tokio::test]
async fn a_stranger_does_not_lift_the_readers_complaint() {
    let world = World::new().await;
    let eve = world.newcomer("Eve").await;
    world.new_mails().await;
    later(&world);
    assert!(tell(&world, &complaint(&world, &eve.email, None)).await);
    later(&world);
    let session = json!({ "email": eve.email, "password": PASSWORD });
    let token = world.post("/api/tokens", None, session).await.expect(200).str("/access_token");
    let refused = world.patch("/api/me", Some(&token), json!({ "resume_mails": true })).await;
    assert_eq!(refused.problem(403), "email_unverified");
    assert_eq!(world.get("/api/me", Some(&token)).await.json["suppressed"], "complained");
    // Its reader has shown that it is theirs; now they may say so.
    let code = ask_for_code(&world, &eve).await.unwrap();
    assert_eq!(ask_for_code(&world, &eve).await, None);
    world.advance(SignedDuration::from_hours(24 * 29));
    assert_eq!(enter(&world, &eve, &code).await, 204, "good for as long as no other may come");
    let token =
        world.post("/api/tokens", None, json!({ "email": eve.email, "password": PASSWORD })).await.str("/access_token");
    let me = world.patch("/api/me", Some(&token), json!({ "resume_mails": true })).await.expect(200).json;
    assert_eq!(me.get("suppressed"), None);
}

/// The one mail of a day that SES has no room for isn't lost by being tried anew.
#[tokio::test(start_paused = true)]
async fn the_one_mail_of_a_day_may_be_tried_again() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    world.faults.next(Calls::To("SendEmail"), 0, Fault::Throttled);
    assert!(ask_for_code(&world, &ada).await.is_some());
    assert_eq!(world.faults.left(), 0);
}

#[tokio::test]
async fn who_called_the_first_mail_unwanted_is_left_alone_for_a_month() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    assert_eq!(world.new_mails().await.len(), 1);
    later(&world);
    assert!(tell(&world, &complaint(&world, &ada.email, None)).await);
    assert!(ask_for_code(&world, &ada).await.is_some(), "should it have been a mistake");
    world.advance(SignedDuration::from_hours(24 * 29));
    assert_eq!(ask_for_code(&world, &ada).await, None);
    let again = json!({ "email": ada.email, "password": PASSWORD, "name": "Ada" });
    world.post("/api/users", None, again).await.expect(202);
    assert_eq!(world.new_mails().await.len(), 0);
    world.advance(SignedDuration::from_hours(25));
    assert!(ask_for_code(&world, &ada).await.is_some());
}

#[tokio::test]
async fn what_may_still_come_or_is_welcome_ends_nothing() {
    let (world, [_, ada, _], _) = evening().await;
    let version = stored(&world, &ada).await.version;
    for event in [
        bounce(&world, &ada.email, &json!({ "bounceType": "Transient", "bounceSubType": "MailboxFull" })),
        bounce(&world, &ada.email, &json!({ "bounceType": "Undetermined", "bounceSubType": "Undetermined" })),
        complaint(&world, &ada.email, Some("not-spam")),
        bounce(&world, "nobody@example.org", &json!({})),
        bounce(&world, "no address at all", &json!({})),
        bounce(&world, &ada.email, &json!({ "bouncedRecipients": [] })),
        // What SES posts to a topic to see whether it may.
        json!("Successfully validated SNS topic for Amazon SES event publishing."),
    ] {
        assert!(tell(&world, &event).await, "{event}");
    }
    assert_eq!(stored(&world, &ada).await.version, version);
    let on_list = json!({ "bounceSubType": "OnAccountSuppressionList" });
    assert!(tell(&world, &bounce(&world, &ada.email, &on_list)).await);
    assert_eq!(suppressed(&world, &ada).await, "bounced", "SES knew of the bounce before us");
}

/// They become dead letters, which somebody looks at, instead of being taken for something else.
#[tokio::test]
async fn what_our_configuration_set_does_not_publish_is_refused() {
    let (world, [_, ada, _], _) = evening().await;
    let good = bounce(&world, &ada.email, &json!({}));
    let mut classic = good.clone();
    classic["notificationType"] = classic["eventType"].take();
    classic.as_object_mut().unwrap().remove("eventType");
    let envelope = json!({ "Type": "Notification", "Message": good.to_string() });
    let delivery = json!({ "eventType": "Delivery", "delivery": {}, "mail": good["mail"] });
    let mut undated = good.clone();
    undated["mail"].as_object_mut().unwrap().remove("timestamp");
    let unknown = bounce(&world, &ada.email, &json!({ "bounceType": "Odd" }));
    for event in [classic, envelope, delivery, undated, unknown, json!({}), json!(null), json!("no JSON")] {
        assert!(!tell(&world, &event).await, "{event}");
    }
    // A text that isn't even JSON.
    let record =
        json!({ "messageId": "m-1", "body": "Successfully validated SNS topic for Amazon SES event publishing." });
    assert!(Stage::hand_over(&world, "suppress_address", &record).await.unwrap());
    let record = json!({ "messageId": "m-1", "body": "<html>" });
    assert!(!Stage::hand_over(&world, "suppress_address", &record).await.unwrap());
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
}

#[tokio::test]
async fn a_report_counts_once_and_not_when_it_was_overtaken() {
    let (world, [_, ada, _], _) = evening().await;
    let event = bounce(&world, &ada.email, &json!({}));
    assert!(tell(&world, &event).await);
    let once = stored(&world, &ada).await;
    assert!(tell(&world, &event).await);
    assert_eq!(stored(&world, &ada).await, once, "told twice");

    later(&world);
    let before = bounce(&world, &ada.email, &json!({}));
    later(&world);
    let code = ask_for_code(&world, &ada).await.unwrap();
    world.post("/api/users/verify-email", None, json!({ "email": ada.email, "code": code })).await.expect(204);
    assert!(tell(&world, &before).await);
    assert_eq!(suppressed(&world, &ada).await, Value::Null, "of a mail before the code that arrived");

    // From a clock that is ahead: it must not outlast the next code.
    let mut ahead = bounce(&world, &ada.email, &json!({}));
    ahead["mail"]["timestamp"] = json!("2036-01-01T00:00:00.000Z");
    assert!(tell(&world, &ahead).await);
    assert_eq!(suppressed(&world, &ada).await, "bounced");
    world.advance(SignedDuration::from_hours(25));
    let code = ask_for_code(&world, &ada).await.unwrap();
    world.post("/api/users/verify-email", None, json!({ "email": ada.email, "code": code })).await.expect(204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
}

/// Anybody can sign up with her address again; that takes nothing from her, nor her way back.
#[tokio::test]
async fn a_contested_address_that_bounced_comes_back_by_its_code_with_its_password() {
    let world = World::new().await;
    let ada = world.person("Ada").await;
    later(&world);
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let stranger = json!({ "email": ada.email, "password": "a stranger's password", "name": "Ada" });
    world.post("/api/users", None, stranger).await.expect(202);
    assert_eq!(readers(&world.new_mails().await), [""; 0]);
    later(&world);
    let code = ask_for_code(&world, &ada).await.unwrap();
    world.post("/api/users/verify-email", None, json!({ "email": ada.email, "code": code })).await.expect(204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
    assert_eq!(world.sign_in(&ada.email).await.id, ada.id);
}

#[tokio::test]
async fn the_organizer_sees_whom_mails_do_not_reach_and_nobody_else_does() {
    let (world, [olga, ada, ben], event) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    assert!(tell(&world, &complaint(&world, &ben.email, None)).await);
    let list = format!("/api/events/{event}/bookings");
    let seen = async |token: Option<&str>| {
        let page = world.get(&list, token).await.expect(200).json;
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item.get("suppressed").cloned()).collect::<Vec<_>>()
    };
    assert_eq!(seen(olga.token()).await, [Some(json!("bounced")), Some(json!("complained"))]);
    let csv = world.get(&format!("{list}?format=csv"), olga.token()).await.expect(200).text();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with(",\"mails\"") && lines[1].ends_with(",\"bounced\""), "{csv}");
    assert!(lines[2].ends_with(",\"complained\""), "{csv}");

    let door = world.post(&format!("/api/events/{event}/door-passes"), olga.token(), json!({ "door": "North" })).await;
    let door = door.expect(201).str("/token");
    assert_eq!(seen(Some(&door)).await, [None, None], "the door has no use for it");
    let own = world.get("/api/me/bookings", ada.token()).await.expect(200).json;
    assert_eq!(own["items"][0].get("suppressed"), None, "their profile says it");

    world.patch("/api/me", ben.token(), json!({ "resume_mails": true })).await.expect(200);
    assert_eq!(seen(olga.token()).await, [Some(json!("bounced")), Some(json!("complained"))], "in the same instant");
    later(&world);
    world.patch("/api/me", ben.token(), json!({ "resume_mails": true })).await.expect(200);
    assert_eq!(seen(olga.token()).await, [Some(json!("bounced")), None]);
    let booking = world.get("/api/me/bookings", ada.token()).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    world.post(&format!("/api/bookings/{booking}/cancel"), ada.token(), json!({ "event": event })).await.expect(200);
    assert_eq!(seen(olga.token()).await, [None, None], "who doesn't come is nobody's business");
}

#[tokio::test]
async fn when_it_is_over_there_is_nothing_to_tell_and_nothing_to_see() {
    let (world, [olga, ada, _], event) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    world.advance_to("2026-11-28T22:00:00Z");
    let olga = world.token_again(&olga).await;
    let page = world.get(&format!("/api/events/{event}/bookings"), olga.token()).await.expect(200).json;
    assert_eq!(page["items"][0].get("suppressed"), None);
}

/// A report and a change of the profile at the same time: neither is lost.
#[tokio::test]
async fn a_report_and_a_change_of_the_profile_keep_each_other() {
    let (world, [_, ada, _], _) = evening().await;
    for round in 0..5 {
        later(&world);
        let (event, body) = (bounce(&world, &ada.email, &json!({})), json!({ "city": format!("City {round}") }));
        let (taken, changed) = tokio::join!(tell(&world, &event), world.patch("/api/me", ada.token(), body));
        assert!(taken);
        assert_eq!(changed.expect(200).json["city"], format!("City {round}"));
        let ada = stored(&world, &ada).await;
        assert_eq!(ada.reports.bounced, Some(world.now()));
        assert_eq!(ada.city.unwrap().as_str(), format!("City {round}"));
    }
}

/// What SES says goes into the log, and not to whom the mail was to go.
#[tokio::test(start_paused = true)]
async fn a_halted_account_is_told_apart_from_a_busy_one() {
    let (mut world, [_, ada, _], event) = evening().await;
    let lines = Arc::new(Mutex::new(Vec::<Value>::new()));
    let sink = lines.clone();
    let log = move |line: &str| sink.lock().unwrap().push(serde_json::from_str(line).unwrap());
    world.house = world.house.clone().with_log(log);
    let booking = world.get("/api/me/bookings", ada.token()).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    world.post(&format!("/api/bookings/{booking}/cancel"), ada.token(), json!({ "event": event })).await.expect(200);
    for record in world.records().unwrap() {
        assert!(publish(&world, &record).await);
    }
    let fact = world.outbox.take("facts").unwrap();
    assert!(world.hand_over("fan_out", &fact).await);
    let mut mail = world.outbox.take("mails").unwrap();
    for (fault, metric, said) in
        [(Fault::Halted, "MailsHalted", "SendingPaused"), (Fault::Throttled, "MailsThrottled", "TooManyRequests")]
    {
        world.faults.next(Calls::To("SendEmail"), 0, fault);
        lines.lock().unwrap().clear();
        assert!(world.hand_over("send_email", &mail).await, "it's not the mail's fault");
        mail = world.outbox.take("mails").expect("it waits");
        let line = lines.lock().unwrap().pop().unwrap();
        assert_eq!((&line[metric], &line["status"]), (&json!(1.0), &json!("done")), "{line}");
        assert!(line["note"].as_str().unwrap().contains(said), "{line}");
        assert!(!line.to_string().contains(&ada.email), "{line}");
    }
    assert!(world.hand_over("send_email", &mail).await);
    assert_eq!(lines.lock().unwrap().last().unwrap()["MailsSent"], 1.0);
}

/// A suppressed mail is counted and done: it doesn't come later, when the address is free again.
#[tokio::test]
async fn a_suppressed_mail_is_done() {
    let (mut world, [olga, ada, _], event) = evening().await;
    let lines = Arc::new(Mutex::new(Vec::<Value>::new()));
    let sink = lines.clone();
    let log = move |line: &str| sink.lock().unwrap().push(serde_json::from_str(line).unwrap());
    world.house = world.house.clone().with_log(log);
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    assert_eq!(lines.lock().unwrap().last().unwrap()["AddressesSuppressed"], 1.0);
    later(&world);
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    assert_eq!(lines.lock().unwrap().last().unwrap().get("AddressesSuppressed"), None, "it was before");
    let body = json!({ "subject": "Bring a blanket", "body": "It gets cold." });
    world.post(&format!("/api/events/{event}/announcements"), olga.token(), body).await.expect(201);
    for record in world.records().unwrap() {
        assert!(publish(&world, &record).await);
    }
    let fact = world.outbox.take("facts").unwrap();
    assert!(world.hand_over("fan_out", &fact).await);
    let mails: Vec<Value> = std::iter::from_fn(|| world.outbox.take("mails")).collect();
    for mail in &mails {
        assert!(world.hand_over("send_email", mail).await);
    }
    let count = |metric: &str| lines.lock().unwrap().iter().filter(|line| line[metric] == 1.0).count();
    assert_eq!((count("MailsSent"), count("MailsSuppressed")), (1, 1));

    later(&world);
    let code = ask_for_code(&world, &ada).await.unwrap();
    world.post("/api/users/verify-email", None, json!({ "email": ada.email, "code": code })).await.expect(204);
    for mail in &mails {
        assert!(world.hand_over("send_email", mail).await);
    }
    assert_eq!(world.new_mails().await.len(), 0, "none of them comes again");
}
