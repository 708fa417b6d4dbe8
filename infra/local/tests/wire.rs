//! The stand-in for AWS, through the real SDKs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use aws_credential_types::Credentials;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, RawMessage};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use local::aws::{ENDPOINT, client};
use local::clock::Clock;
use local::database::Tables;
use local::disk::{Disk, machine_now};
use local::mailbox::Mailbox;
use local::parameters::Parameters;
use local::queues::{QueueSpec, Queues};
use local::wire::{Wire, router};
use std::sync::Arc;
use std::time::Duration;

struct Cloud {
    queues: Arc<Queues>,
    mailbox: Mailbox,
    sqs: aws_sdk_sqs::Client,
    ses: aws_sdk_sesv2::Client,
}

impl Cloud {
    fn start() -> Self {
        let disk = Disk::memory().unwrap();
        let specs = ["mails", "bounces"].map(|name| QueueSpec {
            name: name.to_owned(),
            dead_letters: None,
            max_receives: 3,
            visibility: Duration::from_secs(30),
        });
        let queues = Arc::new(Queues::open(disk.clone(), specs).unwrap());
        let mailbox = Mailbox::new(disk.clone());
        let wire = Wire {
            queues: Arc::clone(&queues),
            mailbox: mailbox.clone(),
            parameters: Parameters::open(None).unwrap(),
            clock: Clock::open(disk).unwrap(),
            prefix: "guestlist-local-".to_owned(),
        };
        let (tables, _) = Tables::memory().unwrap().serve().unwrap();
        let http = client(router(wire), tables);
        let keys = || Credentials::from_keys("AKIDLOCAL", "local", None);
        let sqs = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(aws_sdk_sqs::config::Region::from_static("local"))
            .credentials_provider(keys())
            .endpoint_url(ENDPOINT)
            .http_client(http.clone())
            .build();
        let ses = aws_sdk_sesv2::Config::builder()
            .behavior_version(aws_sdk_sesv2::config::BehaviorVersion::latest())
            .region(aws_sdk_sesv2::config::Region::from_static("local"))
            .credentials_provider(keys())
            .endpoint_url(ENDPOINT)
            .http_client(http)
            .build();
        let (sqs, ses) = (aws_sdk_sqs::Client::from_conf(sqs), aws_sdk_sesv2::Client::from_conf(ses));
        Self { queues, mailbox, sqs, ses }
    }

    fn url(&self, queue: &str) -> String {
        format!("{ENDPOINT}/000000000000/guestlist-local-{queue}")
    }
}

#[tokio::test]
async fn a_message_sent_through_the_sdk_lies_in_the_queue() {
    let cloud = Cloud::start();
    let sent = cloud.sqs.send_message().queue_url(cloud.url("mails")).message_body("Привет").send().await.unwrap();
    let digest = format!("{:x}", md5::compute("Привет"));
    assert_eq!(sent.md5_of_message_body(), Some(digest.as_str()));
    let received = cloud.queues.receive("mails", 10, machine_now()).unwrap();
    assert_eq!((received[0].body.as_str(), sent.message_id()), ("Привет", Some(received[0].message_id.as_str())));
}

#[tokio::test]
async fn delays_are_kept_and_may_be_fifteen_minutes() {
    let cloud = Cloud::start();
    let send =
        |delay| cloud.sqs.send_message().queue_url(cloud.url("mails")).message_body("x").delay_seconds(delay).send();
    send(900).await.unwrap();
    assert!(cloud.queues.receive("mails", 10, machine_now()).unwrap().is_empty());
    assert_eq!(cloud.queues.depth("mails", machine_now()).unwrap().delayed, 1);
    let error = send(901).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn a_batch_goes_in_whole_and_its_limits_hold() {
    let cloud = Cloud::start();
    let entry =
        |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(format!("body {id}")).build().unwrap();
    let send = |ids: &[&str]| {
        let entries = ids.iter().map(|id| entry(id)).collect();
        cloud.sqs.send_message_batch().queue_url(cloud.url("mails")).set_entries(Some(entries)).send()
    };
    let sent = send(&["a", "b"]).await.unwrap();
    assert!(sent.failed().is_empty());
    let ids: Vec<&str> = sent.successful().iter().map(|entry| entry.id()).collect();
    assert_eq!(ids, ["a", "b"]);
    let received = cloud.queues.receive("mails", 10, machine_now()).unwrap();
    assert_eq!(received.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(), ["body a", "body b"]);
    assert_eq!(sent.successful()[0].message_id(), received[0].message_id);

    let eleven = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
    for (ids, refusal) in [
        (&["a", "a"][..], "BatchEntryIdsNotDistinct"),
        (&[][..], "EmptyBatchRequest"),
        (&eleven[..], "TooManyEntriesInBatchRequest"),
    ] {
        let error = send(ids).await.unwrap_err();
        assert!(error.code().unwrap_or_default().ends_with(refusal), "{error:?}");
    }
    assert!(cloud.queues.receive("mails", 10, machine_now()).unwrap().is_empty(), "a refused batch leaves nothing");
}

#[tokio::test]
async fn what_is_not_there_or_not_answered_says_so() {
    let cloud = Cloud::start();
    let send = |url: String| cloud.sqs.send_message().queue_url(url).message_body("x").send();
    for url in [cloud.url("nowhere"), format!("{ENDPOINT}/000000000000/mails")] {
        let error = send(url).await.unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
    }
    let error = cloud.sqs.receive_message().queue_url(cloud.url("mails")).send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(error.message().unwrap().contains("SendMessageBatch"), "{error:?}");
    let error = cloud.ses.get_account().send().await.unwrap_err();
    assert!(error.message().unwrap().contains("/v2/email/account"), "{error:?}");
}

#[tokio::test]
async fn a_mail_sent_through_the_sdk_lies_in_the_mailbox_byte_by_byte() {
    let cloud = Cloud::start();
    let raw = b"From: a@guestlist.test\r\nTo: Anna <Anna@Example.com>\r\nSubject: =?utf-8?B?0JHQuNC70LXRgg==?=\r\n\r\n\xd0\x94\xd0\xb0\r\n";
    let content = || {
        let raw = RawMessage::builder().data(Blob::new(&raw[..])).build().unwrap();
        EmailContent::builder().raw(raw).build()
    };
    let to = Destination::builder().to_addresses("Anna@Example.com").build();
    let sent = cloud.ses.send_email().destination(to).content(content()).send().await.unwrap();
    let mails = cloud.mailbox.list(Some("anna@"), None, 10).unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].raw.as_slice(), sent.message_id()), (&raw[..], Some(mails[0].message_id.as_str())));
    assert!(cloud.mailbox.list(Some("boris@"), None, 10).unwrap().is_empty());

    cloud.ses.send_email().content(content()).send().await.unwrap();
    assert_eq!(
        cloud.mailbox.list(Some("anna@"), None, 10).unwrap().len(),
        2,
        "without a destination the headers count"
    );
}

/// What SES's mailbox simulator does in the cloud: events come of mails in a configuration set, and of no others.
#[tokio::test]
async fn mails_to_the_simulators_addresses_bounce_and_complain() {
    let cloud = Cloud::start();
    let send = |to: &str, set: Option<&str>| {
        let raw = RawMessage::builder().data(Blob::new(&b"Subject: x\r\n\r\nx\r\n"[..])).build().unwrap();
        let content = EmailContent::builder().raw(raw).build();
        let to = Destination::builder().to_addresses(to).build();
        let call = cloud.ses.send_email().from_email_address("tickets@guestlist.test").destination(to).content(content);
        call.set_configuration_set_name(set.map(str::to_owned)).send()
    };
    let bounced = send("bounce+ada@simulator.amazonses.com", Some("guestlist-local")).await.unwrap();
    send("Complaint@simulator.amazonses.com", Some("guestlist-local")).await.unwrap();
    send("success@simulator.amazonses.com", Some("guestlist-local")).await.unwrap();
    send("anna@example.com", Some("guestlist-local")).await.unwrap();
    send("bounce@simulator.amazonses.com", None).await.unwrap();
    assert_eq!(cloud.mailbox.count().unwrap(), 5, "all of them can be looked at");

    let told = cloud.queues.receive("bounces", 10, machine_now()).unwrap();
    let told: Vec<serde_json::Value> = told.iter().map(|m| serde_json::from_str(&m.body).unwrap()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0]["eventType"], "Bounce");
    assert_eq!(told[0]["mail"]["messageId"], bounced.message_id().unwrap());
    assert_eq!(told[0]["bounce"]["bouncedRecipients"][0]["emailAddress"], "bounce+ada@simulator.amazonses.com");
    assert_eq!(told[1]["eventType"], "Complaint");
    assert_eq!(told[1]["complaint"]["complainedRecipients"][0]["emailAddress"], "Complaint@simulator.amazonses.com");
}

#[tokio::test]
async fn only_raw_mails_are_taken() {
    let cloud = Cloud::start();
    let text = |text: &str| Content::builder().data(text).build().unwrap();
    let simple = Message::builder().subject(text("x")).body(Body::builder().text(text("x")).build()).build();
    let to = Destination::builder().to_addresses("a@example.com").build();
    let content = EmailContent::builder().simple(simple).build();
    let error = cloud.ses.send_email().destination(to).content(content).send().await.unwrap_err();
    assert!(error.into_service_error().is_bad_request_exception());
    assert_eq!(cloud.mailbox.count().unwrap(), 0);
}
