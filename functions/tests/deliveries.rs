//! From what happened to what people receive: who is told what, once, and who isn't.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use domain::Record;
use domain::accounts::{MailChoices, User};
use domain::bookings::{Booking, Calendar, CalendarEntry, PartySize, State, Ticket};
use domain::events::Event;
use domain::ids::{EventId, UserId};
use domain::reminders::{ReminderKind, ReminderState};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use world::behind::{publish, side_by_side};
use world::{Mail, Person, World};

fn to<'a>(mails: &'a [Mail], person: &Person) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to == person.email).collect()
}

fn readers(mails: &[Mail]) -> Vec<&str> {
    let mut readers: Vec<&str> = mails.iter().map(|mail| mail.to.split('@').next().unwrap()).collect();
    readers.sort_unstable();
    readers
}

/// Olga's event with Ada and Ben booked, and all of that told.
async fn evening(with: Value) -> (World, [Person; 3], String) {
    let world = World::new().await;
    let people: [Person; 3] = world.members(&["Olga", "Ada", "Ben"]).await.try_into().unwrap();
    let event = world.event(&people[0], with).await;
    for guest in &people[1..] {
        world.book(guest, &event, 1).await;
    }
    world.new_mails().await;
    (world, people, event)
}

async fn change(world: &World, organizer: &Person, event: &str, with: Value) {
    world.patch(&format!("/api/events/{event}"), organizer.token(), with).await.expect(200);
}

/// Puts so many people with bookings at an event straight into the tables.
async fn fill_event(world: &World, event: EventId, count: usize) -> Vec<User> {
    let event = world.books().events.remove(&event).unwrap();
    let (mut users, mut records) = (Vec::new(), Vec::new());
    let mut pools = world.books().pools.remove(&event.id).unwrap();
    for number in 0..count {
        let user = world.member(&format!("Guest {number}"));
        let pool = number % pools.len();
        let booking = booked(world, &event, &user, u8::try_from(pool).unwrap());
        let entry = CalendarEntry { booking: Some(booking.id), starts: event.starts.instant, ends: event.ends.instant };
        let mut calendar = Calendar { version: 1, ..Calendar::empty(user.id) };
        calendar.entries.insert(event.id.to_string(), entry);
        (pools[pool].taken, pools[pool].left) = (pools[pool].taken + 1, pools[pool].left - 1);
        pools[pool].bookings += 1;
        records.extend([Record::User(user.clone()), Record::Booking(booking), Record::Calendar(calendar)]);
        users.push(user);
    }
    records.extend(pools.into_iter().map(Record::Pool));
    world.records().unwrap();
    world.fill_untold(records).await;
    world.audit();
    users
}

fn booked(world: &World, event: &Event, user: &User, pool: u8) -> Booking {
    let id = world.house.chance().id(world.now()).unwrap();
    Booking {
        id,
        version: 1,
        event: event.id,
        user: user.id,
        name: user.name.clone(),
        state: State::Confirmed,
        since: world.now(),
        party_size: PartySize::default(),
        places: vec![(pool, 1)],
        terms: event.terms,
        starts: event.starts.instant,
        booked_at: world.now(),
        cancelled_by: None,
        tickets: vec![Ticket { index: 1, issue: 1, token: format!("TOKEN-OF-{id}"), admission: None }],
        resends: 0,
    }
}

/// Everything behind the scenes, each fifth message of a fact twice: how many messages `fan_out` had, and how many people each
/// of them made deliveries for.
async fn drained_in_parts(world: &World) -> Vec<usize> {
    let mut parts = Vec::new();
    for record in world.records().unwrap() {
        assert!(publish(world, &record).await);
    }
    while let Some(fact) = world.outbox.take("facts") {
        let before = world.outbox.waiting("mails");
        assert!(world.hand_over("fan_out", &fact).await);
        parts.push(world.outbox.waiting("mails") - before);
        if parts.len() % 5 == 1 && parts.len() < 30 {
            let next = world.outbox.waiting("facts");
            assert!(world.hand_over("fan_out", &fact).await);
            // Its rest was sent on twice too; once is enough for this test.
            while world.outbox.waiting("facts") > next {
                world.outbox.take("facts");
            }
        }
    }
    parts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_people_are_told_of_a_move_once_each() {
    let mut world = World::new().await;
    // Less than a page may begin with: each page becomes a message of its own.
    world.house = world.house.clone().with_time_limit(Duration::from_secs(5));
    let olga = world.members(&["Olga"]).await.remove(0);
    let event = world.event(&olga, json!({ "capacity": null })).await;
    let id: EventId = event.parse().unwrap();
    let users = fill_event(&world, id, 5_000).await;

    change(&world, &olga, &event, json!({ "starts": "2026-11-28T20:00", "place": { "name": "Huxleys" } })).await;
    let parts = drained_in_parts(&world).await;
    assert!(parts.len() >= 25, "5,000 bookings in pages of 200: {parts:?}");
    assert_eq!(parts.iter().sum::<usize>(), 5_000);
    // Some of the deliveries came twice, and the mails don't.
    assert!(world.outbox.waiting("mails") > 5_000);
    let world = Arc::new(world);
    while world.outbox.waiting("mails") > 0 {
        let messages: Vec<Value> = std::iter::from_fn(|| world.outbox.take("mails")).collect();
        let jobs = messages.into_iter().map(|message| {
            let world = world.clone();
            // The same mail may be under way twice at once; then one of them comes back.
            async move {
                if !world.hand_over("send_email", &message).await {
                    world.outbox.put_back("mails", message);
                }
            }
        });
        side_by_side(4, jobs).await;
    }
    let sent = world.outbox.mails();
    let told: BTreeSet<&str> = sent.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!((sent.len(), told.len()), (5_000, 5_000));
    assert_eq!(told, users.iter().map(|user| user.email.as_str()).collect());
    let mail = Mail::read(&sent[4_321]);
    assert!(mail.text.contains("Huxleys") && mail.text.contains("20:00"), "{}", mail.text);

    // Bookings and calendars follow.
    let books = world.audit();
    let starts = books.events[&id].starts.instant;
    assert_eq!(starts.to_string(), "2026-11-28T19:00:00Z");
    assert!(books.bookings.iter().all(|booking| booking.starts == starts));
    let entries: Vec<_> = users.iter().map(|user| books.calendars[&user.id].entry(id).unwrap().starts).collect();
    assert!(entries.iter().all(|entry| *entry == starts));
}

#[tokio::test]
async fn who_booked_after_a_move_isn_t_told_of_it() {
    let (world, [olga, ada, ben], event) = evening(json!({})).await;
    let cem = world.members(&["Cem"]).await.remove(0);
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await;
    // The fact waits for the indexes to catch up; meanwhile somebody books.
    world.book(&cem, &event, 1).await;
    let mails = world.new_mails().await;
    assert_eq!(readers(&mails), ["ada", "ben", "cem", "olga"]);
    assert_eq!(to(&mails, &cem)[0].pictures, 1, "a ticket and no change");
    assert!(to(&mails, &ada)[0].text.contains("Huxleys") && to(&mails, &ben)[0].text.contains("Huxleys"));
}

#[tokio::test]
async fn a_move_that_was_overtaken_is_told_once_and_as_it_is_now() {
    let (world, [olga, ..], event) = evening(json!({})).await;
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await;
    change(&world, &olga, &event, json!({ "place": { "name": "Astra" } })).await;
    // Neither a new price nor a typo swallows it.
    change(&world, &olga, &event, json!({ "price": { "amount": 500, "currency": "EUR" } })).await;
    change(&world, &olga, &event, json!({ "description": "Better." })).await;
    let mails = world.new_mails().await;
    assert_eq!(readers(&mails), ["ada", "ben"]);
    assert!(mails.iter().all(|mail| mail.text.contains("Astra")));
}

#[tokio::test]
async fn an_older_move_that_comes_late_changes_nothing() {
    let (world, [olga, ..], event) = evening(json!({})).await;
    change(&world, &olga, &event, json!({ "starts": "2026-11-28T20:00" })).await;
    let older = world.records().unwrap();
    change(&world, &olga, &event, json!({ "starts": "2026-11-28T21:00" })).await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"]);
    for record in &older {
        assert!(publish(&world, record).await);
    }
    assert_eq!(readers(&world.new_mails().await), Vec::<&str>::new());
    let books = world.audit();
    assert!(books.bookings.iter().all(|booking| booking.starts.to_string() == "2026-11-28T20:00:00Z"));
}

#[tokio::test]
async fn a_ticket_that_was_cancelled_meanwhile_isn_t_sent() {
    let world = World::new().await;
    let [olga, ada] = world.members(&["Olga", "Ada"]).await.try_into().unwrap();
    let event = world.event(&olga, json!({})).await;
    let booking = world.book(&ada, &event, 1).await["id"].as_str().unwrap().to_owned();
    world.post(&format!("/api/bookings/{booking}/cancel"), ada.token(), json!({})).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!(readers(&mails), ["ada"], "of the cancellation; neither a ticket nor a new booking for Olga");
    assert!(mails[0].calendar.as_deref().unwrap().contains("METHOD:CANCEL"));
}

#[tokio::test]
async fn a_cancelled_event_is_told_to_those_who_would_have_come() {
    let (world, [olga, ada, ben], event) = evening(json!({})).await;
    let bens = world.get("/api/me/bookings", ben.token()).await.expect(200).str("/items/0/id");
    world.post(&format!("/api/bookings/{bens}/cancel"), ben.token(), json!({})).await.expect(200);
    world.new_mails().await;
    // Announced and called off in one breath: the announcement is overtaken, and so is the move.
    let told = json!({ "subject": "Rain", "body": "Bring an umbrella." });
    world.post(&format!("/api/events/{event}/announcements"), olga.token(), told).await.expect(201);
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await;
    world.post(&format!("/api/events/{event}/cancel"), olga.token(), json!({})).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!(readers(&mails), ["ada"]);
    assert!(to(&mails, &ada)[0].calendar.as_deref().unwrap().contains("METHOD:CANCEL"));
    world.audit();
}

#[tokio::test]
async fn an_organizer_hears_of_each_booking_with_the_count() {
    let world = World::new().await;
    let [olga, ada, ben] = world.members(&["Olga", "Ada Lovelace", "Ben"]).await.try_into().unwrap();
    let event = world.event(&olga, json!({ "capacity": 40 })).await;
    world.book(&ada, &event, 3).await;
    let first = world.new_mails().await;
    let mail = to(&first, &olga)[0];
    assert!(mail.text.contains("Ada Lovelace") && mail.text.contains('3') && mail.text.contains("40"), "{}", mail.text);
    assert_eq!(mail.pictures, 0, "a guest's ticket is the guest's");
    world.book(&ben, &event, 1).await;
    assert_eq!(to(&world.new_mails().await, &olga).len(), 1);
}

#[tokio::test]
async fn tickets_are_sent_again_on_demand_and_not_for_ever() {
    let (world, [_, ada, _], _) = evening(json!({})).await;
    let ticket = world.get("/api/me/tickets", ada.token()).await.expect(200).str("/items/0/id");
    let path = format!("/api/tickets/{ticket}/resend");
    for _ in 0..10 {
        world.post(&path, ada.token(), json!({})).await.expect(202);
        let mails = world.new_mails().await;
        assert_eq!((readers(&mails), mails[0].pictures), (vec!["ada"], 1));
    }
    assert_eq!(world.post(&path, ada.token(), json!({})).await.problem(409), "resent_often");
    assert!(world.new_mails().await.is_empty());
}

/// People may be unverified, or not want a kind of mail.
async fn with_moods() -> (World, Person, String) {
    let (world, [olga, ..], event) = evening(json!({})).await;
    let [cem, dora, emil] = world.members(&["Cem", "Dora", "Emil"]).await.try_into().unwrap();
    for guest in [&cem, &dora, &emil] {
        world.book(guest, &event, 1).await;
    }
    world.new_mails().await;
    let store = world.store();
    let mut changed = Vec::new();
    for (person, mails, verified) in [
        (&cem, MailChoices { reminder_day_before: false, ..MailChoices::default() }, true),
        (&dora, MailChoices { reminder_hour_before: false, announcement: false, ..MailChoices::default() }, true),
        (&emil, MailChoices::default(), false),
    ] {
        let user = store.user(person.id.parse::<UserId>().unwrap()).await.unwrap().unwrap();
        let email_verified_at = user.email_verified_at.filter(|_| verified);
        changed.push(Record::User(User { mails, email_verified_at, ..user }));
    }
    world.fill(changed).await;
    (world, olga, event)
}

#[tokio::test]
async fn reminders_and_announcements_go_to_those_who_want_them_and_are_verified() {
    let (world, olga, event) = with_moods().await;
    let told = json!({ "subject": "Rain", "body": "Bring an umbrella." });
    world.post(&format!("/api/events/{event}/announcements"), olga.token(), told).await.expect(201);
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben", "cem"]);
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben", "cem", "dora"], "changes can't be turned off");
    world.advance_to("2026-11-27T18:30:00Z");
    world.tick().await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben", "dora"]);
    world.advance_to("2026-11-28T17:30:00Z");
    world.tick().await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben", "cem"]);
}

fn states(world: &World) -> BTreeMap<ReminderKind, ReminderState> {
    world.books().reminders.iter().map(|reminder| (reminder.kind, reminder.state)).collect()
}

#[tokio::test]
async fn reminders_catch_up_after_an_outage_and_are_dropped_when_it_is_too_late() {
    // 19:30 in Berlin is 18:30 UTC; the day before, six hours later.
    let (world, _, _) = evening(json!({})).await;
    world.advance_to("2026-11-28T00:30:00Z");
    world.tick().await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"], "six hours late is not too late");

    let (world, _, _) = evening(json!({})).await;
    world.advance_to("2026-11-28T00:30:01Z");
    world.tick().await;
    assert!(world.new_mails().await.is_empty());
    assert_eq!(states(&world)[&ReminderKind::DayBefore], ReminderState::Dropped);
    // The hour reminder is late too, and still of use.
    world.advance_to("2026-11-28T18:29:59Z");
    world.tick().await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"]);

    let (world, _, _) = evening(json!({})).await;
    world.advance_to("2026-11-28T18:30:00Z");
    world.tick().await;
    world.tick().await;
    assert!(world.new_mails().await.is_empty(), "nobody is reminded of what has begun");
    assert_eq!(states(&world)[&ReminderKind::HourBefore], ReminderState::Dropped);
}

/// Fired in time, but its mails wait in the queue until the event has begun.
#[tokio::test]
async fn a_reminder_that_was_held_up_is_not_sent_after_the_start() {
    let (world, _, _) = evening(json!({})).await;
    world.advance_to("2026-11-28T17:30:00Z");
    world.tick().await;
    for record in world.records().unwrap() {
        assert!(publish(&world, &record).await);
    }
    let fact = world.outbox.take("facts").expect("a reminder fired");
    assert!(world.hand_over("fan_out", &fact).await);
    assert_eq!(world.outbox.waiting("mails"), 2);
    world.advance_to("2026-11-28T18:30:00Z");
    assert!(world.new_mails().await.is_empty());
}

#[tokio::test]
async fn reminders_follow_a_move() {
    let (world, [olga, ..], event) = evening(json!({})).await;
    change(&world, &olga, &event, json!({ "starts": "2026-12-05T19:30", "ends": "2026-12-05T23:00" })).await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"]);
    for old in ["2026-11-27T18:30:00Z", "2026-11-28T17:30:00Z"] {
        world.advance_to(old);
        world.tick().await;
        assert!(world.new_mails().await.is_empty(), "nothing at the old times");
    }
    for new in ["2026-12-04T18:30:00Z", "2026-12-05T17:30:00Z"] {
        world.advance_to(new);
        world.tick().await;
        world.tick().await;
        assert_eq!(readers(&world.new_mails().await), ["ada", "ben"]);
    }
}

#[tokio::test]
async fn a_reminder_that_fired_is_planned_anew_by_a_move_and_dropped_by_a_cancellation() {
    let (world, people, event) = evening(json!({})).await;
    world.advance_to("2026-11-27T18:30:00Z");
    world.tick().await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"]);
    let olga = world.token_again(&people[0]).await;
    change(&world, &olga, &event, json!({ "starts": "2026-11-29T19:30", "ends": "2026-11-29T23:00" })).await;
    world.new_mails().await;
    world.advance_to("2026-11-28T18:30:00Z");
    world.tick().await;
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"], "a day before the new start");
    let olga = world.token_again(&people[0]).await;
    world.post(&format!("/api/events/{event}/cancel"), olga.token(), json!({})).await.expect(200);
    world.new_mails().await;
    world.advance_to("2026-11-29T17:30:00Z");
    world.tick().await;
    assert!(world.new_mails().await.is_empty());
    assert_eq!(states(&world).values().collect::<Vec<_>>(), [&ReminderState::Dropped; 2]);
}

#[tokio::test]
async fn a_stream_record_that_nobody_can_read_is_kept_and_holds_nothing_up() {
    let (world, [olga, ..], event) = evening(json!({})).await;
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await;
    let mut records = world.records().unwrap();
    let mut poisoned = records[0].clone();
    poisoned["dynamodb"]["NewImage"]["status"] = json!({ "S": "postponed" });
    poisoned["eventID"] = json!("poisoned");
    let mut nameless = records[0].clone();
    nameless.as_object_mut().unwrap().remove("eventID");
    let unheard_of = json!({
        "eventID": "new",
        "dynamodb": { "SequenceNumber": "1", "NewImage": { "pk": { "S": "x" }, "record": { "S": "waitlist" } } },
    });
    let bad = [poisoned, nameless, unheard_of];
    records.splice(0..0, bad.clone());
    // One batch, as Lambda hands it over: nothing of it comes back.
    let reply = world.function("publish_facts").invoke(&world.house, json!({ "Records": records })).await.unwrap();
    assert_eq!(reply, json!({ "batchItemFailures": [] }));
    for record in &bad {
        let kept = world.outbox.take("unpublished").expect("it is kept");
        assert_eq!(&kept["record"], record, "whole, so that it can be sent in again");
        assert!(!kept["error"].as_str().unwrap().is_empty());
    }
    assert_eq!(world.outbox.waiting("unpublished"), 0);
    assert_eq!(readers(&world.new_mails().await), ["ada", "ben"], "what came after it is told");
}

#[tokio::test]
async fn a_record_that_can_t_be_sent_on_stops_its_stream_until_it_can() {
    use testbed::faults::{Calls, Fault};
    let (world, [olga, ..], event) = evening(json!({})).await;
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await;
    world
        .post(&format!("/api/events/{event}/announcements"), olga.token(), json!({ "subject": "a", "body": "b" }))
        .await;
    let records = world.records().unwrap();
    world.faults.from(Calls::To("SendMessageBatch"), 0, Fault::ServerError);
    let input = json!({ "Records": records });
    let reply = world.function("publish_facts").invoke(&world.house, input.clone()).await.unwrap();
    let failed: Vec<&Value> = reply["batchItemFailures"].as_array().unwrap().iter().collect();
    let first = records.iter().find(|record| record["dynamodb"]["NewImage"]["record"]["S"] == "event").unwrap();
    assert_eq!(failed, [&json!({ "itemIdentifier": first["dynamodb"]["SequenceNumber"] })]);
    world.faults.clear();
    let reply = world.function("publish_facts").invoke(&world.house, input).await.unwrap();
    assert_eq!(reply, json!({ "batchItemFailures": [] }));
    assert_eq!(readers(&world.new_mails().await), ["ada", "ada", "ben", "ben"]);
}

#[tokio::test]
async fn people_whose_evening_moved_can_book_the_freed_time_and_not_the_new_one() {
    let (world, [olga, ada, _], event) = evening(json!({})).await;
    change(&world, &olga, &event, json!({ "starts": "2026-11-29T19:30", "ends": "2026-11-29T23:00" })).await;
    world.new_mails().await;
    let cem = world.members(&["Cem"]).await.remove(0);
    let saturday = world.event(&cem, json!({ "name": "Solaris" })).await;
    let sunday = json!({ "name": "Stalker", "starts": "2026-11-29T20:00", "ends": "2026-11-29T22:00" });
    let sunday = world.event(&cem, sunday).await;
    world.book(&ada, &saturday, 1).await;
    let refused = world.post(&format!("/api/events/{sunday}/bookings"), ada.token(), json!({})).await;
    assert_eq!(refused.problem(409), "schedule_conflict");
    world.drain().await;
    assert_eq!(world.audit().overlaps(), []);
    assert!(world.advance_and_audit(SignedDuration::from_hours(24 * 30)));
}
