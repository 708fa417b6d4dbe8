//! The stand-in for AWS: `SendMessage` and `SendMessageBatch` of SQS, `SendEmail` of SESv2, `GetParameter` and
//! `PutParameter` of Parameter Store, and nothing else (what S3 does is in `uploads`). What an SDK sends is answered when it is
//! on disk.
//!
//! SQS and Parameter Store speak AWS JSON (<https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>), SESv2 speaks REST
//! JSON (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>).

use crate::clock::Clock;
use crate::disk::machine_now;
use crate::mailbox::Mailbox;
use crate::parameters::Parameters;
use crate::queues::{Outgoing, Queues};
use crate::simulator::event;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// A message or a whole batch may have 1 MiB, the mail limit is SES's default of 40 MB after encoding; the looser one
/// is set on the door.
const DOOR: usize = 40 * 1024 * 1024;
const MESSAGE: usize = 1024 * 1024;
const LONGEST_DELAY: u64 = 900;

/// What the stand-in writes to.
#[derive(Clone, Debug)]
pub struct Wire {
    /// SQS.
    pub queues: Arc<Queues>,
    /// SES.
    pub mailbox: Mailbox,
    /// Parameter Store.
    pub parameters: Parameters,
    /// For the date of a mail.
    pub clock: Clock,
    /// What stands before every queue's name in its URL, with the hyphen: `guestlist-local-`.
    pub prefix: String,
}

/// The routes.
pub fn router(wire: Wire) -> Router {
    Router::new()
        .route("/", post(json_call))
        .route("/v2/email/outbound-emails", post(ses))
        .fallback(unknown)
        .layer(axum::extract::DefaultBodyLimit::max(DOOR))
        .with_state(wire)
}

struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Fault {
    fn sender(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    fn disk(error: &rusqlite::Error) -> Self {
        let message = format!("the local runner can't write: {error}");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "InternalFailure", message }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = json!({ "__type": self.code, "message": self.message }).to_string();
        let headers = [(header::CONTENT_TYPE, "application/x-amz-json-1.0"), (error_type(), self.code)];
        (self.status, headers, body).into_response()
    }
}

fn error_type() -> header::HeaderName {
    header::HeaderName::from_static("x-amzn-errortype")
}

fn answer(content_type: &'static str, body: &Value) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body.to_string()).into_response()
}

async fn unknown(method: Method, uri: Uri) -> Fault {
    let message = format!(
        "{method} {} is no call that the local runner answers: it has SendMessage, SendMessageBatch, \
         SendEmail, GetParameter and PutParameter",
        uri.path()
    );
    Fault { status: StatusCode::NOT_FOUND, code: "UnknownOperationException", message }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage {
    queue_url: String,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessageBatch {
    queue_url: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default)]
    id: String,
    message_body: String,
    #[serde(default)]
    delay_seconds: u64,
    #[serde(default)]
    message_attributes: serde_json::Map<String, Value>,
    message_group_id: Option<String>,
}

impl Entry {
    fn check(&self) -> Result<Outgoing, Fault> {
        if self.message_body.is_empty() {
            return Err(Fault::sender("MissingParameter", "The request must contain the parameter MessageBody."));
        }
        if self.delay_seconds > LONGEST_DELAY {
            let message = format!("DelaySeconds is {}, and may be from 0 to {LONGEST_DELAY}", self.delay_seconds);
            return Err(Fault::sender("InvalidParameterValue", message));
        }
        if !self.message_attributes.is_empty() || self.message_group_id.is_some() {
            let message = "the local runner's queues take neither message attributes nor group ids";
            return Err(Fault::sender("UnsupportedOperation", message));
        }
        Ok(Outgoing { body: self.message_body.clone(), delay: Duration::from_secs(self.delay_seconds) })
    }
}

impl Wire {
    fn queue(&self, url: &str) -> Result<&str, Fault> {
        let name = url.rsplit('/').next().unwrap_or_default();
        let spec = name.strip_prefix(&self.prefix).and_then(|name| self.queues.spec(name));
        spec.map(|spec| spec.name.as_str()).ok_or_else(|| {
            Fault::sender("AWS.SimpleQueueService.NonExistentQueue", format!("there is no queue at {url}"))
        })
    }

    fn send(&self, url: &str, entries: &[Entry]) -> Result<Vec<String>, Fault> {
        let queue = self.queue(url)?;
        if entries.iter().map(|entry| entry.message_body.len()).sum::<usize>() > MESSAGE {
            return Err(Fault::sender("InvalidParameterValue", "messages are longer than 1 MiB"));
        }
        let outgoing = entries.iter().map(Entry::check).collect::<Result<Vec<_>, _>>()?;
        self.queues.send(queue, &outgoing, machine_now()).map_err(|error| Fault::disk(&error))
    }
}

/// A call that names its operation in a header.
async fn json_call(State(wire): State<Wire>, headers: HeaderMap, body: Bytes) -> Result<Response, Fault> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let malformed = |error: serde_json::Error| Fault::sender("SerializationException", error.to_string());
    let reply = match target {
        "AmazonSQS.SendMessage" => {
            let request: SendMessage = serde_json::from_slice(&body).map_err(malformed)?;
            let entry = [request.entry];
            let ids = wire.send(&request.queue_url, &entry)?;
            json!({ "MessageId": ids.first(), "MD5OfMessageBody": md5_of(&entry) })
        }
        "AmazonSQS.SendMessageBatch" => {
            let request: SendMessageBatch = serde_json::from_slice(&body).map_err(malformed)?;
            check_batch(&request.entries)?;
            let ids = wire.send(&request.queue_url, &request.entries)?;
            let successful: Vec<Value> = request
                .entries
                .iter()
                .zip(ids)
                .map(|(entry, id)| json!({ "Id": entry.id, "MessageId": id, "MD5OfMessageBody": md5_of([entry]) }))
                .collect();
            json!({ "Successful": successful, "Failed": [] })
        }
        other => {
            let operation = other.strip_prefix("AmazonSSM.").ok_or_else(|| {
                let message = format!("the local runner answers SendMessage, SendMessageBatch, GetParameter and PutParameter, not {other:?}");
                Fault::sender("UnknownOperationException", message)
            })?;
            let asked: Value = serde_json::from_slice(&body).map_err(malformed)?;
            wire.parameters.answer(operation, &asked).map_err(|(code, words)| Fault::sender(code, words))?
        }
    };
    Ok(answer("application/x-amz-json-1.0", &reply))
}

fn md5_of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<String> {
    entries.into_iter().next().map(|entry| format!("{:x}", md5::compute(&entry.message_body)))
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
fn check_batch(entries: &[Entry]) -> Result<(), Fault> {
    if entries.is_empty() {
        return Err(Fault::sender("AWS.SimpleQueueService.EmptyBatchRequest", "there is no entry in the batch"));
    }
    if entries.len() > 10 {
        let message = format!("a batch has at most 10 entries, this one {}", entries.len());
        return Err(Fault::sender("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", message));
    }
    let mut seen = HashSet::new();
    match entries.iter().find(|entry| !seen.insert(&entry.id)) {
        Some(twice) => {
            let message = format!("the id {:?} is repeated", twice.id);
            Err(Fault::sender("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", message))
        }
        None => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    #[serde(default)]
    from_email_address: String,
    #[serde(default)]
    destination: Destination,
    content: Content,
    configuration_set_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
    #[serde(default)]
    cc_addresses: Vec<String>,
    #[serde(default)]
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    raw: Option<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    data: String,
}

async fn ses(State(wire): State<Wire>, body: Bytes) -> Result<Response, Fault> {
    let request: SendEmail =
        serde_json::from_slice(&body).map_err(|error| Fault::sender("SerializationException", error.to_string()))?;
    let Some(raw) = request.content.raw else {
        return Err(Fault::sender("BadRequestException", "the local runner takes raw mails only"));
    };
    let raw =
        STANDARD.decode(raw.data).map_err(|_| Fault::sender("BadRequestException", "the raw mail isn't base64"))?;
    let to = request.destination;
    let mut recipients = [to.to_addresses, to.cc_addresses, to.bcc_addresses].concat();
    if recipients.is_empty() {
        // As SES: without a destination the mail's own headers say where it goes.
        recipients = crate::letter::recipients(&raw);
    }
    if recipients.is_empty() {
        return Err(Fault::sender("BadRequestException", "the mail has no recipient"));
    }
    let now = wire.clock.now();
    let id = wire.mailbox.put(&recipients, &raw, now.as_millisecond()).map_err(|error| Fault::disk(&error))?;
    // As SES: where the mail belongs to a configuration set, what becomes of it is told where the set says.
    if let Some(set) = request.configuration_set_name {
        let told = recipients.iter().filter_map(|to| event(to, &id, &request.from_email_address, &set, now));
        let told: Vec<Outgoing> =
            told.map(|event| Outgoing { body: event.to_string(), delay: Duration::ZERO }).collect();
        wire.queues.send(kit::BOUNCES.name, &told, machine_now()).map_err(|error| Fault::disk(&error))?;
    }
    Ok(answer("application/json", &json!({ "MessageId": id })))
}
