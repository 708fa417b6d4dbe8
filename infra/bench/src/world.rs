//! A whole Guestlist in memory, for what is counted or raced in this process.

use crate::Result;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use kit::ClientAddress;
use mail_parser::MessageParser;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use testbed::stage::{QUEUES, message, request};
use testbed::{Embedded, Stage};
use tokio::task::JoinSet;

/// Who asks (TEST-NET-1, RFC 5737): with an address, the limits by address are counted as in the cloud.
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// How often a message is handed over before the bench gives up.
const TRIES: usize = 5;
/// How many people arrive at once.
const SIDE_BY_SIDE: usize = 50;

/// A stage, with the log line of every invocation.
pub struct World {
    stage: Arc<Stage>,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl Deref for World {
    type Target = Stage;
    fn deref(&self) -> &Stage {
        &self.stage
    }
}

/// Somebody with a verified address.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their access token.
    pub token: String,
}

impl World {
    /// An empty house. What lies between it and its database is made of the client by `between`: a contention model, or
    /// distance.
    ///
    /// # Errors
    /// The database or the keys can't be made.
    pub async fn new(between: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> Result<Self> {
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let sink = Arc::clone(&lines);
        let log = move |line: &str| {
            let line = serde_json::from_str(line).unwrap_or_default();
            sink.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        };
        let between = |embedded: &Embedded| between(embedded.http());
        let stage = Stage::new(pictures::every(), "bench-", between, log).await?;
        Ok(Self { stage: Arc::new(stage), lines })
    }

    /// The log lines since this was last asked.
    pub fn lines(&self) -> Vec<Value> {
        std::mem::take(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many calls of an AWS operation there were so far, by its name.
    pub fn calls_of(&self, operation: &str) -> usize {
        self.faults.seen().iter().filter(|seen| *seen == operation).count()
    }

    /// Sends a request; its answer's status and body (null where it isn't JSON).
    ///
    /// # Errors
    /// The request can't be made.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        key: Option<&str>,
        body: &Value,
    ) -> Result<(u16, Value)> {
        let headers: Vec<(&str, &str)> = key.map(|key| ("idempotency-key", key)).into_iter().collect();
        let mut request = request(method, path, token, &headers, body)?;
        request.extensions_mut().insert(ClientAddress(CLIENT));
        let response = self.router.answer(&self.house, request).await;
        Ok((response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default()))
    }

    /// Lets everything behind the scenes come to its end: stream records, facts, mails.
    ///
    /// # Errors
    /// Something fails again and again.
    pub async fn drain(&self) -> Result<()> {
        loop {
            let records = self.records()?;
            let mut worked = !records.is_empty();
            for record in records {
                self.insist("publish_facts", record).await?;
            }
            for (queue, consumer) in QUEUES {
                while let Some(body) = self.outbox.take(queue) {
                    worked = true;
                    self.insist(consumer, message(&body)).await?;
                }
            }
            if !worked {
                return Ok(());
            }
        }
    }

    async fn insist(&self, consumer: &str, record: Value) -> Result<()> {
        for _ in 0..TRIES {
            if self.hand_over(consumer, &record).await? {
                return Ok(());
            }
        }
        Err(format!("{consumer} doesn't take {record}").into())
    }

    /// What stands after `token=` in the newest mail that has one; in its text, or in its `List-Unsubscribe`.
    ///
    /// # Errors
    /// No mail has one.
    pub fn mailed_token(&self, unsubscribe: bool) -> Result<String> {
        use base64::Engine;
        for sent in self.outbox.mails().iter().rev() {
            let raw = base64::engine::general_purpose::STANDARD.decode(&sent.raw_base64)?;
            let Some(message) = MessageParser::default().parse(&raw) else { continue };
            let text = if unsubscribe {
                // A long header is folded: white space in it isn't part of the link.
                message.header_raw("List-Unsubscribe").unwrap_or_default().split_whitespace().collect()
            } else {
                message.body_text(0).unwrap_or_default().into_owned()
            };
            if let Some((_, token)) = text.split_once("token=") {
                let ends = |letter: char| letter.is_whitespace() || matches!(letter, '>' | ')' | '&' | '"');
                return Ok(token.split(ends).next().unwrap_or_default().to_owned());
            }
        }
        Err("no mail with a token was sent".into())
    }

    /// Verified people, straight into the store; `from` keeps their addresses apart from those of other calls. None of them
    /// signs in with a password.
    ///
    /// # Errors
    /// They can't be written.
    pub async fn crowd(&self, from: usize, count: usize) -> Result<Vec<Person>> {
        let mut people = Vec::with_capacity(count);
        let numbers: Vec<usize> = (from..from + count).collect();
        for some in numbers.chunks(SIDE_BY_SIDE) {
            let mut arriving = JoinSet::new();
            for number in some {
                let (stage, name, email) =
                    (Arc::clone(&self.stage), format!("Guest {number}"), format!("guest{number}@example.org"));
                arriving.spawn(async move { stage.settle(&name, &email, String::new()).await });
            }
            while let Some(person) = arriving.join_next().await {
                let (user, token) = person??;
                people.push(Person { id: user.id.to_string(), token });
            }
        }
        Ok(people)
    }
}

/// The text at a place of an answer.
///
/// # Errors
/// There is none.
pub fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("no {pointer} in {value}").into())
}

/// Any error as words.
pub fn said(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
