//! Lambda's event source mapping for queues: batches go to the consumer function, what it didn't manage comes back.
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use crate::disk::machine_now;
use crate::handler::{Handler, Stop, failures};
use crate::queues::{Message, Queues};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// One queue and the function that consumes it.
#[derive(Debug)]
pub struct Mapping {
    /// Where messages come from.
    pub queues: Arc<Queues>,
    /// The queue's name.
    pub queue: String,
    /// The queue's ARN, as the function sees it.
    pub arn: String,
    /// The function.
    pub handler: Handler,
    /// How many messages it gets at once, at most.
    pub batch: usize,
    /// How many batches run at once, at most.
    pub concurrency: usize,
}

impl Mapping {
    /// Delivers until the end, then waits for the batches under way.
    pub async fn run(self: Arc<Self>, mut stop: Stop) {
        let Some(arrival) = self.queues.arrival(&self.queue) else { return };
        let places = Arc::new(Semaphore::new(self.concurrency));
        loop {
            let place = tokio::select! {
                () = stop.requested() => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            let Ok(place) = place else { break };
            let batch = match self.queues.receive(&self.queue, self.batch, machine_now()) {
                Ok(batch) => batch,
                Err(error) => {
                    eprintln!("guestlist: the queue {} can't be read: {error}", self.queue);
                    Vec::new()
                }
            };
            if batch.is_empty() {
                drop(place);
                tokio::select! {
                    () = stop.requested() => break,
                    () = arrival.notified() => {}
                    () = tokio::time::sleep(self.pause()) => {}
                }
            } else {
                let mapping = Arc::clone(&self);
                tokio::spawn(async move {
                    mapping.deliver(batch).await;
                    drop(place);
                });
            }
        }
        // All places free: nothing is under way any more.
        let all = u32::try_from(self.concurrency).unwrap_or(u32::MAX);
        drop(places.acquire_many(all).await);
    }

    /// Until the next message is due, at most a minute, since the machine may have slept.
    fn pause(&self) -> Duration {
        const LONGEST: u64 = 60_000;
        match self.queues.next_due(&self.queue) {
            Ok(Some(due)) => {
                let wait = u64::try_from(due.saturating_sub(machine_now())).unwrap_or(0);
                Duration::from_millis(wait.clamp(1, LONGEST))
            }
            Ok(None) => Duration::from_millis(LONGEST),
            Err(_) => Duration::from_secs(1),
        }
    }

    /// Gives one batch to the function and settles every message of it.
    pub async fn deliver(&self, batch: Vec<Message>) {
        let input = self.input(&batch);
        let outcome = self.handler.call(input).await.and_then(|answer| {
            let failed = failures(&answer)?;
            // An id that isn't in the batch: Lambda then takes the whole batch as failed.
            match failed.iter().find(|id| batch.iter().all(|message| message.message_id != **id)) {
                Some(stranger) => Err(format!("{stranger} is not in the batch")),
                None => Ok(failed),
            }
        });
        let (failed, reason): (Vec<&Message>, &str) = match &outcome {
            Ok(ids) => (
                batch.iter().filter(|message| ids.contains(&message.message_id)).collect(),
                "the function asked for a retry",
            ),
            Err(reason) => (batch.iter().collect(), reason),
        };
        let done: Vec<Message> = batch
            .iter()
            .filter(|message| !failed.iter().any(|f| f.message_id == message.message_id))
            .cloned()
            .collect();
        let settled = self.queues.delete(&done).and_then(|()| {
            for message in failed {
                if self.queues.give_back(&self.queue, message, reason, machine_now())? {
                    eprintln!(
                        "guestlist: {} gave up on message {} of the queue {} ({reason}); see /dev/queues",
                        self.handler.name(),
                        message.message_id,
                        self.queue
                    );
                }
            }
            Ok(())
        });
        if let Err(error) = settled {
            // Unsettled messages become visible again by themselves: at least once.
            eprintln!("guestlist: the queue {} can't be written: {error}", self.queue);
        }
    }

    /// What Lambda sends to the function
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>).
    fn input(&self, batch: &[Message]) -> Value {
        let records: Vec<Value> = batch
            .iter()
            .map(|message| {
                json!({
                    "messageId": message.message_id,
                    "receiptHandle": message.receipt_handle(),
                    "body": message.body,
                    "attributes": {
                        "ApproximateReceiveCount": message.receives.to_string(),
                        "SentTimestamp": message.sent_at.to_string(),
                        "SenderId": "local",
                        "ApproximateFirstReceiveTimestamp": message.sent_at.to_string(),
                    },
                    "messageAttributes": {},
                    "md5OfBody": format!("{:x}", md5::compute(&message.body)),
                    "eventSource": "aws:sqs",
                    "eventSourceARN": self.arn,
                    "awsRegion": "local",
                })
            })
            .collect();
        json!({ "Records": records })
    }
}
