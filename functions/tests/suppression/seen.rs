//! Who learns of it: the organizer, and whoever reads the log.

use super::world::behind::publish;
use super::{ask_for_code, bounce, complaint, evening, later, tell};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testbed::faults::{Calls, Fault};

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
