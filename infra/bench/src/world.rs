//! A whole Guestlist in memory, for what is counted or raced in this process: requests through the router, messages through
//! the same entry as in Lambda, and the log line of every invocation.

use crate::Result;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use domain::accounts::{EmailClaim, MailChoices, User};
use domain::{Change, Record};
use jiff::Timestamp;
use kit::{Chance, ClientAddress, Clock, Function, House, KeyUse, Router, Settings, rotate_keys};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Access, Store, Table, Verb};
use testbed::embedded::sdk_config;
use testbed::{Embedded, Faults, Objects, Outbox, Streams};
use tokio::task::JoinSet;

const PREFIX: &str = "bench-";
/// Where people find it.
pub const BASE: &str = "https://guestlist.example";
/// When everything begins: a Friday. The clock stands still, so that keys stay cached and tokens hold.
const START: &str = "2026-11-20T12:00:00Z";
/// Who asks (TEST-NET-1, RFC 5737): with an address, the limits by address are counted as in the cloud.
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// How often a message is handed over before the bench gives up.
const TRIES: usize = 5;
/// How many people arrive at once.
const SIDE_BY_SIDE: usize = 50;

/// A house, its database, and what it sends.
pub struct World {
    /// The database.
    pub embedded: Embedded,
    house: House,
    outbox: Outbox,
    /// What is in the bucket.
    pub objects: Objects,
    calls: Faults,
    streams: Streams,
    router: Router,
    lines: Arc<Mutex<Vec<Value>>>,
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
    /// An empty house with its keys. What lies between it and its database is made of the client by `between`: a
    /// contention model, or distance.
    ///
    /// # Errors
    /// The database or the keys can't be made.
    pub async fn new(between: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> Result<Self> {
        let embedded = Embedded::with_tables(PREFIX).await?;
        let (outbox, objects, calls) = (Outbox::new(), Objects::new(), Faults::new());
        let sdk = sdk_config(calls.wrap(objects.wrap(outbox.wrap(between(embedded.http())))));
        let settings = Settings {
            prefix: PREFIX.to_owned(),
            base_url: BASE.to_owned(),
            sender: "tickets@guestlist.example".to_owned(),
            queues: "http://queues.test/000000000000/".to_owned(),
            dynamodb: Some(embedded.endpoint().to_owned()),
            sqs: Some("http://queues.test".to_owned()),
            ses: Some("http://mail.test".to_owned()),
            bucket: "test-pictures".to_owned(),
            uploads: "/uploads".to_owned(),
            s3: Some("http://objects.test".to_owned()),
        };
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let sink = Arc::clone(&lines);
        let house = House::new(&sdk, settings, Clock::fixed(START.parse()?), Chance::seeded(1)).with_log(move |line| {
            let line = serde_json::from_str(line).unwrap_or_default();
            sink.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        });
        let router = Router::new(pictures::every()).map_err(said)?;
        let world = Self { embedded, house, outbox, objects, calls, streams: Streams::new(), router, lines };
        let store = world.store();
        for key_use in KeyUse::ALL {
            rotate_keys(&store, *key_use, world.house.chance(), world.now()).await.map_err(said)?;
        }
        Ok(world)
    }

    /// A store that may do everything, for setting the scene.
    pub fn store(&self) -> Store {
        let verbs = [Verb::Read, Verb::Write, Verb::Remove];
        let all: BTreeSet<Access> =
            Table::ALL.iter().flat_map(|table| verbs.map(|verb| Access { table: *table, verb })).collect();
        self.house.store("bench", all)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.house.clock().now()
    }

    /// Moves the clock on to `at`.
    ///
    /// # Errors
    /// That is no time.
    pub fn advance_to(&self, at: &str) -> Result<()> {
        let at: Timestamp = at.parse()?;
        self.house.clock().advance(at.duration_since(self.now()));
        Ok(())
    }

    /// The log lines since this was last asked.
    pub fn lines(&self) -> Vec<Value> {
        std::mem::take(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many calls of an AWS operation there were so far, by its name.
    pub fn calls_of(&self, operation: &str) -> usize {
        self.calls.seen().iter().filter(|seen| *seen == operation).count()
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
        let mut request = http::Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = match body {
            Value::Null => Bytes::new(),
            body => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
        };
        let mut request = request.body(body)?;
        request.extensions_mut().insert(ClientAddress(CLIENT));
        let response = self.router.answer(&self.house, request).await;
        Ok((response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default()))
    }

    fn function(name: &str) -> Result<&'static Function> {
        let found = pictures::every().iter().find(|function| function.name == name);
        found.ok_or_else(|| format!("no function is called {name}").into())
    }

    /// One tick of a schedule.
    ///
    /// # Errors
    /// It failed.
    pub async fn tick(&self, name: &str) -> Result<()> {
        let input = json!({ "time": self.now().to_string() });
        Self::function(name)?.invoke(&self.house, input).await.map_err(said)?;
        Ok(())
    }

    /// Lets everything behind the scenes come to its end: stream records, facts, mails.
    ///
    /// # Errors
    /// Something fails again and again.
    pub async fn drain(&self) -> Result<()> {
        loop {
            let records = self.streams.next(&self.embedded, PREFIX)?;
            let mut worked = !records.is_empty();
            for record in records {
                self.hand_over("publish_facts", record).await?;
            }
            for (queue, consumer) in [("facts", "fan_out"), ("mails", "send_email")] {
                while let Some(body) = self.outbox.take(queue) {
                    worked = true;
                    let record = json!({ "messageId": "m-1", "body": body.to_string(), "attributes": {} });
                    self.hand_over(consumer, record).await?;
                }
            }
            if !worked {
                return Ok(());
            }
        }
    }

    async fn hand_over(&self, consumer: &str, record: Value) -> Result<()> {
        let function = Self::function(consumer)?;
        for _ in 0..TRIES {
            let reply = function.invoke(&self.house, json!({ "Records": [record] })).await.map_err(said)?;
            if reply["batchItemFailures"].as_array().is_some_and(Vec::is_empty) {
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

    /// Verified people, straight into the store; `from` keeps their addresses apart from those of other calls.
    ///
    /// # Errors
    /// They can't be written.
    pub async fn crowd(&self, from: usize, count: usize) -> Result<Vec<Person>> {
        let (store, now) = (self.store(), self.now());
        let mut people = Vec::with_capacity(count);
        let numbers: Vec<usize> = (from..from + count).collect();
        for some in numbers.chunks(SIDE_BY_SIDE) {
            let mut arriving = JoinSet::new();
            for number in some {
                let user = self.user(*number)?;
                let store = store.clone();
                arriving.spawn(async move { arrive(&store, user, now).await });
            }
            while let Some(person) = arriving.join_next().await {
                people.push(person??);
            }
        }
        Ok(people)
    }

    fn user(&self, number: usize) -> Result<User> {
        Ok(User {
            id: self.house.chance().id(self.now()).map_err(said)?,
            version: 1,
            name: format!("Guest {number}").parse().map_err(said)?,
            email: format!("guest{number}@example.org").parse().map_err(said)?,
            email_verified_at: Some(self.now()),
            // Nobody of them signs in with a password.
            password_hash: String::new(),
            login_epoch: 1,
            language: domain::Language::default(),
            zone: None,
            bio: domain::text::Bio::default(),
            city: None,
            mails: MailChoices::default(),
            registered_at: self.now(),
        })
    }

    /// The request that creates an event of 40 places on the evening of the 28th in Berlin, changed by `with`.
    pub fn event(with: &Value) -> Value {
        let mut body = json!({
            "name": "Jazz in the Park",
            "kind": "concert",
            "description": "An *evening* of jazz.",
            "starts": "2026-11-28T19:30",
            "ends": "2026-11-28T23:00",
            "zone": "Europe/Berlin",
            "place": { "name": "Volkspark", "address": "Am Friedrichshain 1, Berlin", "latitude": 52.527, "longitude": 13.436 },
            "capacity": 40,
        });
        for (name, value) in with.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    }
}

/// Writes a user and gives them a token.
async fn arrive(store: &Store, user: User, now: Timestamp) -> Result<Person> {
    let token = kit::access_token_for(store, kit::Access::of(&user), now).await.map_err(said)?;
    let claim = EmailClaim { email: user.email.folded(), user: user.id };
    let id = user.id.to_string();
    let changes = [Change::Insert(Record::User(user)), Change::Insert(Record::EmailClaim(claim))];
    store.commit(&changes, None).await?;
    Ok(Person { id, token })
}

/// Any error as words.
pub fn said(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
