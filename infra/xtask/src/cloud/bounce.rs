//! A mail that came back: from the topic that SES tells of it to the list that the organizer reads, and back.

use super::api::Ask;
use super::drive::{Drive, Person, SOON, Stage, holds, text, until};
use super::logs;
use super::stand_in::StandIn;
use crate::{Result, aws};
use kit::Clock;
use serde_json::{Value, json};
use std::path::Path;

const TOPIC: &str = "Topics[?ends_with(TopicArn, ':guestlist-test-mail-events')].TopicArn";

/// One guest's mails bounce, and then reach them again. The event is published by the test in SES's words; that it reaches the
/// function is the template's doing: topic, subscription and queue.
pub async fn run(drive: &Drive<'_>, stand_in: &StandIn, bin: &Path, stage: &Stage) -> Result<()> {
    let [_, (guest, _), ..] = &stage.booked[..] else { return Err("two guests must have a place".to_owned()) };
    drive.steps.say("bounce: SES tells the topic that a guest's mailbox is gone");
    let ask = |arguments: &[&str]| aws::ask(&stand_in.aws(bin)?, arguments, None);
    let topic = ask(&["sns", "list-topics", "--query", TOPIC])?;
    ask(&["sns", "publish", "--topic-arn", &topic, "--message", &event(&guest.email).to_string()])?;
    until("word in the profile that mails bounce", SOON, async || {
        Ok(me(drive, guest).await?["suppressed"] == "bounced")
    })
    .await?;
    let seen = suppressed(drive, stage).await?;
    holds(seen == ["bounced"], || format!("the organizer's list should say of one guest that mails bounce: {seen:?}"))?;

    let tickets = || Ok::<_, String>(drive.mails.found(&guest.email, "Your ticket: Jazz in the Park")?.len());
    let before = tickets()?;
    let list = drive.expect(Ask::get("/api/me/tickets").by(&guest.token), 200).await?;
    let resend = format!("/api/tickets/{}/resend", text(&list, "/items/0/id")?);
    drive.expect(Ask::post(resend, json!({})).by(&guest.token), 202).await?;
    let held = async || Ok(logs::lines(stand_in).await?.iter().any(|line| line.contains("\"MailsSuppressed\":1")));
    until("word in the log that a mail was suppressed", SOON, held).await?;
    holds(tickets()? == before, || "a mail went to the mailbox that is gone".to_owned())?;

    let codes = || -> Result<Vec<String>> {
        Ok(drive.mails.found(&guest.email, "is your Guestlist code")?.iter().map(|mail| mail.code()).collect())
    };
    let known = codes()?;
    drive.expect(Ask::post("/api/users/request-verification", json!({ "email": guest.email })), 202).await?;
    until("a code in spite of it", SOON, async || Ok(codes()?.len() > known.len())).await?;
    let new = codes()?.into_iter().find(|code| !known.contains(code)).ok_or("the new code is the old one")?;
    let body = json!({ "email": guest.email, "code": new });
    drive.expect(Ask::post("/api/users/verify-email", body), 204).await?;
    let seen = suppressed(drive, stage).await?;
    holds(seen.is_empty(), || format!("the code was entered, and the organizer's list still says {seen:?}"))?;
    drive
        .steps
        .say("mails to that guest stopped, the organizer's list said so, and the code that arrived brought them back");
    Ok(())
}

/// What SES publishes: <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html>.
fn event(email: &str) -> Value {
    let now = Clock::system().now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    json!({
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{ "emailAddress": email, "action": "failed", "status": "5.1.1" }],
            "timestamp": now,
            "feedbackId": "cloud-test",
            "reportingMTA": "dsn; mta.example.com",
        },
        "mail": { "timestamp": now, "messageId": "cloud-test", "destination": [email], "tags": {} },
    })
}

async fn me(drive: &Drive<'_>, guest: &Person) -> Result<Value> {
    drive.expect(Ask::get("/api/me").by(&guest.token), 200).await
}

/// Why mails don't reach guests, as the organizer's list says it, of those whom they don't reach.
async fn suppressed(drive: &Drive<'_>, stage: &Stage) -> Result<Vec<String>> {
    let list = drive.expect(Ask::get(format!("{}/bookings", stage.event)).by(&stage.organizer.token), 200).await?;
    let items = list["items"].as_array().into_iter().flatten();
    Ok(items.filter_map(|item| item["suppressed"].as_str().map(str::to_owned)).collect())
}
