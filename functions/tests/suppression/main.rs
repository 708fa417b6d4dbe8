//! Mails that come back or are called unwanted: who gets none any more, who is told, and what ends it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../world/mod.rs"]
mod world;

mod asked_for;
mod reports;
mod seen;

use domain::accounts::User;
use jiff::SignedDuration;
use serde_json::{Value, json};
use world::{Mail, Person, World};

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
