//! The queues, and sending to them.

use crate::{Error, Result, Settings};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use aws_types::SdkConfig;
use serde::Serialize;

/// A queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Queue {
    /// Its name, before the deployment's prefix; its dead letters go to `<name>-dead`.
    pub name: &'static str,
    /// How often a message is tried before it is a dead letter.
    pub tries: u32,
    /// How many messages its consumer takes at once.
    pub batch: u32,
    /// How many invocations of its consumer run side by side (2 at least), unless it never has much: a bound has its price.
    pub concurrency: Option<u32>,
}

/// Facts, on their way to `fan_out`.
pub const FACTS: Queue = Queue { name: "facts", tries: 8, batch: 10, concurrency: Some(10) };
/// Deliveries by mail, on their way to `send_email`. Concurrency is small: SES takes 14 mails a second to begin with
/// (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html>).
pub const MAILS: Queue = Queue { name: "mails", tries: 12, batch: 10, concurrency: Some(4) };
/// What SES tells of mails that came back or were called unwanted, on its way to `suppress_address`.
pub const BOUNCES: Queue = Queue { name: "bounces", tries: 8, batch: 10, concurrency: None };
/// Stream records that no fact could be made of; nobody consumes them but a person.
pub const UNPUBLISHED: Queue = Queue { name: "unpublished", tries: 1, batch: 1, concurrency: None };

/// How many messages one call sends
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>).
const BATCH: usize = 10;

/// The one client of a process.
pub(crate) fn client(sdk: &SdkConfig, settings: &Settings) -> Client {
    let mut config = aws_sdk_sqs::config::Builder::from(sdk);
    config.set_endpoint_url(settings.sqs.clone());
    Client::from_conf(config.build())
}

pub(crate) async fn send_all<M: Serialize>(client: &Client, url: &str, messages: &[M], delay: i32) -> Result<()> {
    for chunk in messages.chunks(BATCH) {
        let entries = chunk
            .iter()
            .enumerate()
            .map(|(at, message)| {
                SendMessageBatchRequestEntry::builder()
                    .id(at.to_string())
                    .message_body(serde_json::to_string(message).map_err(Error::internal)?)
                    .delay_seconds(delay)
                    .build()
                    .map_err(Error::internal)
            })
            .collect::<Result<Vec<_>>>()?;
        let sent = client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
        let sent = sent.map_err(|error| Error::internal(aws_sdk_sqs::error::DisplayErrorContext(error)))?;
        // Some may have gone through: the caller is tried again as a whole, and consumers take a repeated message well.
        if let Some(failed) = sent.failed().first() {
            let (code, why) = (failed.code(), failed.message().unwrap_or_default());
            return Err(Error::internal(format!("{} messages not sent: {code} {why}", sent.failed().len())));
        }
    }
    Ok(())
}
