//! What goes wrong, and what docs/RUNBOOK.md says to do about it, by the commands that it names.
//!
//! One thing is not as it would be: a message that failed comes again after four seconds instead of minutes, or these drills would
//! take hours.

use super::api::Ask;
use super::drive::{Drive, Person, Stage, holds, text, until};
use super::logs;
use super::stand_in::StandIn;
use crate::keys::{self, Account};
use crate::{Result, aws, redrive};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::time::Duration;

/// The functions whose failures the drills bring about.
pub const TROUBLED: [&str; 2] = ["fan_out", "send_email"];

/// After how many seconds a message that failed is tried again here.
const AGAIN: &str = "4";
/// How long what is waited for may take: twelve tries, and some.
const PATIENCE: Duration = Duration::from_secs(150);
/// What no consumer can read.
const UNREADABLE: &str = r#"{"poison":true}"#;

/// A deployment in trouble.
pub struct Trouble<'a> {
    pub drive: &'a Drive<'a>,
    pub stand_in: &'a StandIn,
    /// The account, with the AWS CLI.
    pub account: Account,
}

impl Trouble<'_> {
    /// All drills; in them somebody gives their place back.
    pub async fn run(&self, stage: &Stage, leaving: &(Person, String)) -> Result<()> {
        let ([(waiting, _), (coming, _), ..], [without, ..]) = (&stage.booked[..], &stage.late[..]) else {
            return Err("the drills need two who have a place and one who has none".to_owned());
        };
        let usual = [self.visible("facts", AGAIN)?, self.visible("mails", AGAIN)?];
        self.drive
            .steps
            .say("trouble: SES is paused, both queues get a message that nobody can read, an account is lost");
        tokio::try_join!(
            self.paused(waiting),
            self.unreadable("facts", 8),
            self.unreadable("mails", 12),
            self.restored(without),
        )?;
        self.rotated(stage, coming).await?;
        self.redriven(leaving, &stage.id).await?;
        self.visible("facts", &usual[0])?;
        self.visible("mails", &usual[1])?;
        Ok(())
    }

    /// "mails-halted": what SES doesn't take waits, and goes out once.
    async fn paused(&self, guest: &Person) -> Result<()> {
        let mails = || Ok::<_, String>(self.drive.mails.found(&guest.email, "Your ticket: Jazz in the Park")?.len());
        let before = mails()?;
        self.aws(&["sesv2", "put-account-sending-attributes", "--no-sending-enabled"])?;
        let tickets = self.drive.expect(Ask::get("/api/me/tickets").by(&guest.token), 200).await?;
        let path = format!("/api/tickets/{}/resend", text(&tickets, "/items/0/id")?);
        self.drive.expect(Ask::post(path, json!({})).by(&guest.token), 202).await?;
        let refused = async || Ok(logs::lines(self.stand_in).await?.iter().any(|line| line.contains("SendingPaused")));
        until("word in the log that SES sends nothing", PATIENCE, refused).await?;
        holds(mails()? == before, || "a mail went out while SES was paused".to_owned())?;
        self.aws(&["sesv2", "put-account-sending-attributes", "--sending-enabled"])?;
        until("the mail that waited", PATIENCE, async || Ok(mails()? > before)).await?;
        // It would be sent again by now if its message had come twice.
        tokio::time::sleep(Duration::from_secs(10)).await;
        holds(mails()? == before + 1, || "the mail that waited went out more than once".to_owned())?;
        self.drive.steps.say("a mail that SES didn't take waited, and went out once when sending was resumed");
        Ok(())
    }

    /// "facts-dead-has-messages", "mails-dead-has-messages": what fails every time ends among the dead letters, is looked at and
    /// taken out.
    async fn unreadable(&self, queue: &str, tries: usize) -> Result<()> {
        self.aws(&["sqs", "send-message", "--queue-url", &self.url(queue)?, "--message-body", UNREADABLE])?;
        let dead = self.url(&format!("{queue}-dead"))?;
        until("a dead letter", PATIENCE, async || Ok(self.count(&dead)? == 1)).await?;
        let received = "ApproximateReceiveCount";
        let wanted = format!("Messages[0].[Body,ReceiptHandle,Attributes.{received}]");
        let look = ["--visibility-timeout", "0", "--attribute-names", received, "--query", &wanted, "--output", "json"];
        let letter = self.aws(&[&["sqs", "receive-message", "--queue-url", &dead], &look[..]].concat())?;
        let letter: Value = serde_json::from_str(&letter).map_err(|why| format!("{letter}: {why}"))?;
        holds(letter[0] == UNREADABLE, || format!("the dead letter of {queue} is {letter}"))?;
        // Each try has received it, and so does who looks at it.
        let count = text(&letter, "/2")?;
        holds(count == (tries + 1).to_string(), || {
            format!("the dead letter of {queue} was received {count} times, not for {tries} tries and a look")
        })?;
        let handle = text(&letter, "/1")?;
        self.aws(&["sqs", "delete-message", "--queue-url", &dead, "--receipt-handle", &handle])?;
        let said =
            format!("a message in {queue} that nobody can read failed {tries} tries; it was looked at and taken out");
        self.drive.steps.say(said);
        Ok(())
    }

    /// "An account, an event or a booking is lost": a table is restored beside the one that lives, and an item put back.
    async fn restored(&self, person: &Person) -> Result<()> {
        let me = self.drive.expect(Ask::get("/api/me").by(&person.token), 200).await?;
        let key = json!({ "pk": { "S": text(&me, "/id")? }, "sk": { "S": "user" } }).to_string();
        let (lives, beside) = ("guestlist-test-accounts", "guestlist-test-accounts-restored");
        let target = ["--source-table-name", lives, "--target-table-name", beside, "--use-latest-restorable-time"];
        self.aws(&[&["dynamodb", "restore-table-to-point-in-time"], &target[..]].concat())?;
        self.aws(&["dynamodb", "wait", "table-exists", "--table-name", beside])?;
        self.aws(&["dynamodb", "delete-item", "--table-name", lives, "--key", &key])?;
        self.drive.expect(Ask::get("/api/me").by(&person.token), 404).await?;
        let read = ["get-item", "--table-name", beside, "--key", &key, "--query", "Item", "--output", "json"];
        let item = self.aws(&[&["dynamodb"], &read[..]].concat())?;
        let unless = ["--condition-expression", "attribute_not_exists(pk)"];
        self.aws(&[&["dynamodb", "put-item", "--table-name", lives, "--item", &item], &unless[..]].concat())?;
        let again = self.drive.expect(Ask::get("/api/me").by(&person.token), 200).await?;
        holds(again == me, || format!("the account came back as {again}, not as {me}"))?;
        self.aws(&["dynamodb", "delete-table", "--table-name", beside])?;
        self.drive.steps.say("a table was restored beside the one that lives, and a lost account put back from it");
        Ok(())
    }

    /// "Rotate the keys": what the old keys signed is taken as before, and the new ones sign.
    async fn rotated(&self, stage: &Stage, guest: &Person) -> Result<()> {
        let published = async |path: &str| self.drive.expect(Ask::get(path), 200).await;
        let count = |keys: &Value| keys["keys"].as_array().map_or(0, Vec::len);
        let sets = ["/.well-known/jwks.json", "/.well-known/guestlist-ticket-keys.json"];
        let (tokens, tickets) = (count(&published(sets[0]).await?), count(&published(sets[1]).await?));
        keys::keep(&self.account, "test", true, drop).await?;
        let keys = published(sets[0]).await?;
        holds(count(&keys) == tokens + 1 && count(&published(sets[1]).await?) == tickets + 1, || {
            format!("the new keys aren't published beside the old ones: {keys}")
        })?;
        // A function keeps the key that it signs with for five minutes. This one, which signs the tokens of doors, is started
        // anew instead.
        let anew = ["--function-name", "guestlist-test-create_door_pass", "--timeout", "15"];
        self.aws(&[&["lambda", "update-function-configuration"], &anew[..]].concat())?;
        let door = self.drive.door_pass(stage, "South").await?;
        let header = door.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok()).unwrap_or_default();
        let header: Value = serde_json::from_slice(&header).unwrap_or_default();
        holds(header["kid"] == keys["keys"][0]["kid"], || format!("{header} isn't of the newest of {keys}"))?;
        let tickets = self.drive.expect(Ask::get("/api/me/tickets").by(&guest.token), 200).await?;
        let seen = self.drive.scanned(stage, &door, "scan-0003", &text(&tickets, "/items/0/token")?).await?;
        holds(seen["outcome"] == "admitted", || format!("a ticket of the old key isn't admitted: {seen}"))?;
        self.drive.steps.say("keys were rotated: tokens and tickets of the old ones are taken, the new one signs");
        Ok(())
    }

    /// A release that fails everything, taken back; then "Redrive".
    async fn redriven(&self, (guest, booking): &(Person, String), event: &str) -> Result<()> {
        self.drive.steps.say("trouble: a release of fan_out that finds no table, while a guest cancels");
        let mails = || Ok::<_, String>(self.drive.mails.found(&guest.email, "Booking cancelled: Jazz")?.len());
        let function = ["--function-name", "guestlist-test-fan_out"];
        let read = ["get-function-configuration", "--query", "Environment", "--output", "json"];
        let good = self.aws(&[&["lambda"], &read[..], &function[..]].concat())?;
        let release = |environment: &str| {
            self.aws(
                &[&["lambda", "update-function-configuration", "--environment", environment], &function[..]].concat(),
            )
        };
        release(&good.replace("guestlist-test-", "guestlist-nowhere-"))?;
        let cancel = Ask::post(format!("/api/bookings/{booking}/cancel"), json!({ "event": event }));
        self.drive.expect(cancel.by(&guest.token), 200).await?;
        let dead = self.url("facts-dead")?;
        until("a dead letter of the release", PATIENCE, async || Ok(self.count(&dead)? > 0)).await?;
        holds(mails()? == 0, || "the release sent mails".to_owned())?;
        release(&good)?;
        println!("{}", redrive::redrive(&self.account.aws, &redrive::queues(pictures::every()), "facts", "test")?);
        until("the mail of a dead letter", PATIENCE, async || Ok(mails()? > 0)).await?;
        tokio::time::sleep(Duration::from_secs(5)).await;
        holds(mails()? == 1, || "a dead letter was sent more than once".to_owned())?;
        self.drive.steps.say("the release was taken back, its dead letters were redriven, and the guest got one mail");
        Ok(())
    }

    fn url(&self, queue: &str) -> Result<String> {
        let name = format!("guestlist-test-{queue}");
        self.aws(&["sqs", "get-queue-url", "--queue-name", &name, "--query", "QueueUrl"])
    }

    /// How many messages wait in a queue.
    fn count(&self, url: &str) -> Result<usize> {
        let count = self.attribute(url, "ApproximateNumberOfMessages")?;
        count.parse().map_err(|why| format!("{url} has {count:?} messages: {why}"))
    }

    fn attribute(&self, url: &str, name: &str) -> Result<String> {
        let wanted = format!("Attributes.{name}");
        self.aws(&["sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", name, "--query", &wanted])
    }

    /// Has a queue's messages come again after so many seconds. Gives after how many they did.
    fn visible(&self, queue: &str, seconds: &str) -> Result<String> {
        let (url, set) = (self.url(queue)?, format!("VisibilityTimeout={seconds}"));
        let usual = self.attribute(&url, "VisibilityTimeout")?;
        self.aws(&["sqs", "set-queue-attributes", "--queue-url", &url, "--attributes", &set])?;
        Ok(usual)
    }

    fn aws(&self, arguments: &[&str]) -> Result<String> {
        aws::ask(&self.account.aws, arguments, None)
    }
}
