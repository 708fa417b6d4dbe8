//! Changing a password, losing one, and turning mails off by a link.

use super::world::{BASE, Person, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

const OLD: &str = "a long enough password";
const NEW: &str = "quite another password";

async fn sign_in(world: &World, email: &str, password: &str) -> u16 {
    world.post("/api/tokens", None, json!({ "email": email, "password": password })).await.status
}

async fn refresh(world: &World, token: &str) -> u16 {
    world.post("/api/tokens/refresh", None, json!({ "refresh_token": token })).await.status
}

#[tokio::test]
async fn changing_a_password_ends_every_other_log_in() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let there = world.sign_in(&ada.email).await;
    let here = world.sign_in(&ada.email).await;
    let change = |current: &str| json!({ "current_password": current, "new_password": NEW });
    let refused = world.post("/api/me/password", here.token(), change("not the password")).await.expect(422);
    assert_eq!(refused.str("/errors/0/pointer"), "/current_password");
    assert_eq!(refresh(&world, &there.refresh).await, 200, "a refused change ends nothing");

    let there = world.sign_in(&ada.email).await;
    let session = world.post("/api/me/password", here.token(), change(OLD)).await.expect(200);
    assert_eq!(refresh(&world, &there.refresh).await, 401);
    assert_eq!(refresh(&world, &here.refresh).await, 401, "this one goes on with the tokens of the reply");
    assert_eq!(refresh(&world, &session.str("/refresh_token")).await, 200);
    assert_eq!(sign_in(&world, &ada.email, OLD).await, 401);
    assert_eq!(sign_in(&world, &ada.email, NEW).await, 200);
}

/// The token of the newest mail's link, which leads to a page of ours.
async fn reset_token(world: &World, person: &Person) -> String {
    world.post("/api/password-resets", None, json!({ "email": person.email })).await.expect(202);
    let mail = world.new_mails().await.pop().expect("a mail");
    assert_eq!(mail.to, person.email);
    let link = mail.link("/account/reset?");
    let path = link.strip_prefix(BASE).expect("a link of ours");
    let page = world.get(path, None).await.expect(200);
    let (_, token) = link.split_once("token=").expect("a token");
    assert!(page.text().contains(token), "the page's form carries the token on");
    token.to_owned()
}

async fn redeem(world: &World, token: &str, password: &str) -> (u16, String) {
    let reply = world.post("/api/password-resets/redeem", None, json!({ "token": token, "password": password })).await;
    (reply.status, reply.json["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_mailed_link_sets_a_new_password_once() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let there = world.sign_in(&ada.email).await;
    let token = reset_token(&world, &ada).await;
    // Opening the page changed nothing, and a password that is too short uses nothing up.
    assert_eq!(sign_in(&world, &ada.email, OLD).await, 200);
    assert_eq!(redeem(&world, &token, "short").await.0, 422);
    assert_eq!(redeem(&world, &token, NEW).await.0, 204);
    assert_eq!(redeem(&world, &token, "a third password here").await, (409, "reset_invalid".to_owned()));
    assert_eq!(sign_in(&world, &ada.email, OLD).await, 401);
    assert_eq!(sign_in(&world, &ada.email, NEW).await, 200);
    assert_eq!(refresh(&world, &there.refresh).await, 401, "every log-in made with the old one ends");
}

#[tokio::test]
async fn a_link_ends_after_half_an_hour_and_with_the_next() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let first = reset_token(&world, &ada).await;
    world.advance(SignedDuration::from_mins(30));
    assert_eq!(redeem(&world, &first, NEW).await, (409, "reset_invalid".to_owned()));
    let second = reset_token(&world, &ada).await;
    world.advance(SignedDuration::from_secs(1));
    let third = reset_token(&world, &ada).await;
    assert_eq!(redeem(&world, &second, NEW).await, (409, "reset_invalid".to_owned()));
    world.advance(SignedDuration::from_mins(29));
    assert_eq!(redeem(&world, &third, NEW).await.0, 204);
}

#[tokio::test]
async fn two_uses_of_a_link_at_once_are_one() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let token = reset_token(&world, &ada).await;
    let other = "a third password here";
    let (one, two) = tokio::join!(redeem(&world, &token, NEW), redeem(&world, &token, other));
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let holds = if one.0 == 204 { NEW } else { other };
    assert_eq!(sign_in(&world, &ada.email, holds).await, 200);
}

/// What Gmail and others do when somebody presses "Unsubscribe": nobody is signed in, no page is opened.
#[tokio::test]
async fn one_click_turns_off_exactly_one_kind_of_mail() {
    let world = World::new().await;
    let olga = world.settle("Olga", true).await;
    let ben = world.settle("Ben", true).await;
    let event = world.event(&olga, json!({})).await;
    world.book(&ben, &event, 1).await;
    world.new_mails().await;
    let announce = async |subject: &str, token: Option<&str>| {
        let path = format!("/api/events/{event}/announcements");
        world.post(&path, token, json!({ "subject": subject, "body": "As I say." })).await.expect(201);
        world.new_mails().await
    };
    let mails = announce("One", olga.token()).await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ben.email.as_str()]);
    assert!(mails[0].raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let link = mails[0].unsubscribe_link().expect("a link");
    let path = link.strip_prefix(BASE).expect("a link of ours").to_owned();

    let click = async |path: &str| {
        let request = http::Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        world.send(request.body("List-Unsubscribe=One-Click".into()).unwrap()).await
    };
    // Programs that check links open them: that turns nothing off.
    assert_eq!(world.get(&path, None).await.problem(405), "method_not_allowed");
    let (route, token) = path.split_once("token=").expect("a token");
    assert_eq!(click(&format!("{route}token={}x", &token[..token.len() - 1])).await.problem(409), "link_invalid");
    let mails = |json: Value| json["mails"].clone();
    let all = json!({ "reminder_day_before": true, "reminder_hour_before": true, "announcement": true });
    assert_eq!(mails(world.get("/api/me", ben.token()).await.json), all);
    for _ in 0..2 {
        click(&path).await.expect(204);
    }
    let some = json!({ "reminder_day_before": true, "reminder_hour_before": true, "announcement": false });
    assert_eq!(mails(world.get("/api/me", ben.token()).await.json), some);
    assert!(announce("Two", olga.token()).await.is_empty());
    // Tickets still come, and so do the reminders.
    let tickets = world.get("/api/me/tickets", ben.token()).await.expect(200);
    world
        .post(&format!("/api/tickets/{}/resend", tickets.str("/items/0/id")), ben.token(), json!({}))
        .await
        .expect(202);
    assert_eq!(world.new_mails().await.len(), 1);
    world.advance_to("2026-11-27T18:30:00Z");
    world.tick().await;
    let reminder = world.new_mails().await;
    assert_eq!(reminder.len(), 1);
    // That mail's link is another.
    let link = reminder[0].unsubscribe_link().expect("a link");
    click(link.strip_prefix(BASE).unwrap()).await.expect(204);
    let ben = world.sign_in(&ben.email).await;
    let one = json!({ "reminder_day_before": false, "reminder_hour_before": true, "announcement": false });
    assert_eq!(mails(world.get("/api/me", ben.token()).await.json), one);
}
