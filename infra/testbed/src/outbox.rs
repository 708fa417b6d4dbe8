//! Queues and mail in memory: answers the two services' calls that functions make, keeps what was sent, and passes every
//! other call on. Nothing is delivered by itself: a test takes messages out and hands them to the function that it means.

use crate::wire::{Answer, Service, answering, body_of, error, json as answer, other};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A mail as it was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// The whole message, in base64 as SES gets it.
    pub raw_base64: String,
}

/// What was sent. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Outbox(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    queues: BTreeMap<String, VecDeque<Value>>,
    delays: BTreeMap<String, i64>,
    mails: Vec<Sent>,
    ids: u64,
}

impl Outbox {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The client `inner`, with SQS and SES answered here. Wrap it in faults, not the other way round.
    pub fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        let this = self.clone();
        let services = &[Service::Sqs, Service::Ses];
        answering(inner, services, move |service, operation, request| this.answer(service, operation, request))
    }

    /// The oldest message of the queue whose URL ends with `name`, taken out: its body.
    pub fn take(&self, name: &str) -> Option<Value> {
        let mut kept = self.kept();
        kept.queues.iter_mut().find(|(url, _)| url.ends_with(name)).and_then(|(_, messages)| messages.pop_front())
    }

    /// Puts a message back at the end of its queue, as a failed consumer does.
    pub fn put_back(&self, name: &str, body: Value) {
        let mut kept = self.kept();
        if let Some((_, messages)) = kept.queues.iter_mut().find(|(url, _)| url.ends_with(name)) {
            messages.push_back(body);
        }
    }

    /// How many messages wait in the queue whose URL ends with `name`.
    pub fn waiting(&self, name: &str) -> usize {
        self.kept().queues.iter().find(|(url, _)| url.ends_with(name)).map_or(0, |(_, messages)| messages.len())
    }

    /// For how many seconds the newest message of the queue whose URL ends with `name` is held back.
    pub fn delay(&self, name: &str) -> Option<i64> {
        self.kept().delays.iter().find(|(url, _)| url.ends_with(name)).map(|(_, delay)| *delay)
    }

    /// The mails sent so far, in order.
    pub fn mails(&self) -> Vec<Sent> {
        self.kept().mails.clone()
    }

    /// Forgets the mails sent so far.
    pub fn clear_mails(&self) {
        self.kept().mails.clear();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, service: Service, operation: &str, request: &HttpRequest) -> Answer {
        let body = body_of(request);
        let mut kept = self.kept();
        match operation {
            "SendMessageBatch" => {
                let url = body["QueueUrl"].as_str().unwrap_or_default().to_owned();
                let mut successful = Vec::new();
                for entry in body["Entries"].as_array().into_iter().flatten() {
                    kept.ids += 1;
                    let text = entry["MessageBody"].as_str().unwrap_or_default();
                    let message: Value = serde_json::from_str(text).map_err(other)?;
                    kept.queues.entry(url.clone()).or_default().push_back(message);
                    kept.delays.insert(url.clone(), entry["DelaySeconds"].as_i64().unwrap_or(0));
                    successful.push(json!({
                        "Id": entry["Id"], "MessageId": kept.ids.to_string(), "MD5OfMessageBody": "",
                    }));
                }
                answer(&json!({ "Successful": successful, "Failed": [] }))
            }
            "SendEmail" => {
                kept.ids += 1;
                kept.mails.push(Sent {
                    from: body["FromEmailAddress"].as_str().unwrap_or_default().to_owned(),
                    to: body["Destination"]["ToAddresses"][0].as_str().unwrap_or_default().to_owned(),
                    raw_base64: body["Content"]["Raw"]["Data"].as_str().unwrap_or_default().to_owned(),
                });
                answer(&json!({ "MessageId": kept.ids.to_string() }))
            }
            _ => error(service, 400, "UnknownOperationException", json!({ "message": operation })),
        }
    }
}
