//! What SES tells, and what comes of it.

use super::{ask_for_code, bounce, complaint, evening, later, stored, suppressed, tell, told};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testbed::Stage;

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
async fn what_may_still_come_or_is_welcome_ends_nothing() {
    let (world, [_, ada, _], _) = evening().await;
    let version = stored(&world, &ada).await.version;
    for event in [
        bounce(&world, &ada.email, &json!({ "bounceType": "Transient", "bounceSubType": "MailboxFull" })),
        bounce(&world, &ada.email, &json!({ "bounceType": "Undetermined", "bounceSubType": "Undetermined" })),
        complaint(&world, &ada.email, Some("not-spam")),
        bounce(&world, "nobody@example.org", &json!({})),
        bounce(&world, "no address at all", &json!({})),
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
    // Each of our mails goes to one address.
    let to = |destination: Value| {
        let mut event = good.clone();
        event["mail"]["destination"] = destination;
        event
    };
    let (nobody, several) = (to(json!([])), to(json!([ada.email, "ben@example.org"])));
    let mut unsaid = good.clone();
    unsaid["mail"].as_object_mut().unwrap().remove("destination");
    let ours = [classic, envelope, delivery, undated, unknown, nobody, several, unsaid];
    for event in ours.into_iter().chain([json!({}), json!(null), json!("no JSON")]) {
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

/// Ben could write a bounce of a mail that he got, and name Ada in it. And where his mail is forwarded, it names the address that it
/// was forwarded to: a mail to him came back all the same.
#[tokio::test]
async fn a_report_is_of_whom_the_mail_went_to_whomever_it_names() {
    for kind in ["bounced", "complained"] {
        let (world, [_, ada, ben], _) = evening().await;
        let named = json!([{ "emailAddress": ada.email, "action": "failed", "status": "5.1.1" }]);
        let report = if kind == "bounced" {
            bounce(&world, &ben.email, &json!({ "bouncedRecipients": named }))
        } else {
            let mut report = complaint(&world, &ben.email, Some("abuse"));
            report["complaint"]["complainedRecipients"] = named;
            report
        };
        assert!(tell(&world, &report).await);
        assert_eq!(suppressed(&world, &ada).await, Value::Null, "{kind}");
        assert_eq!(suppressed(&world, &ben).await, kind);
    }
    // Nor does it matter where it names nobody.
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({ "bouncedRecipients": [] }))).await);
    assert_eq!(suppressed(&world, &ada).await, "bounced");
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
