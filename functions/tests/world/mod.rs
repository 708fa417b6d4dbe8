//! A whole Guestlist in memory, driven as from outside: requests through the router, ticks and messages through the same
//! entry as in Lambda, mails as their readers get them.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "each test uses a part of it"
)]

pub mod behind;
pub mod fixtures;
pub mod forge;
mod mailbox;
mod people;
pub mod replay;
mod reply;

pub use fixtures::Fixture;
pub use mailbox::Mail;
pub use people::Person;
pub use reply::Reply;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use kit::{Chance, Clock, Function, House, KeyUse, Router, Settings, rotate_keys};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use store::{Access, Store, Table, Verb};
use testbed::embedded::sdk_config;
use testbed::{Contention, Embedded, Faults, Objects, Outbox, Streams};

pub const PREFIX: &str = "test-";
pub const BASE: &str = "https://guestlist.example";
/// When every test begins, unless it says otherwise: a Friday.
pub const START: &str = "2026-11-20T12:00:00Z";

/// How often a failing message is handed over before a test calls it a dead letter.
const TRIES: u32 = 8;

pub struct World {
    pub embedded: Embedded,
    pub house: House,
    pub faults: Faults,
    pub outbox: Outbox,
    pub objects: Objects,
    pub streams: Streams,
    pub router: Router,
    /// Messages that failed too often.
    pub dead: std::sync::Mutex<Vec<(String, Value)>>,
    seen: std::sync::Mutex<usize>,
    /// The problems that functions answered with: `function<TAB>status<TAB>code`.
    problems: Arc<std::sync::Mutex<BTreeSet<String>>>,
}

/// The problem that a log line of a request tells of.
fn problem(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok().filter(|_| line.contains("\"problem\":"))?;
    let (function, code) = (line["function"].as_str()?, line["problem"].as_str()?);
    Some(format!("{function}\t{}\t{code}", line["status"].as_u64()?))
}

impl World {
    pub async fn new() -> World {
        World::with(None).await
    }

    pub async fn with(contention: Option<Contention>) -> World {
        let embedded = Embedded::with_tables(PREFIX).await.unwrap();
        let (faults, outbox, objects) = (Faults::new(), Outbox::new(), Objects::new());
        let http = match contention {
            Some(contention) => contention.wrap(embedded.direct()),
            None => embedded.direct(),
        };
        let sdk = sdk_config(faults.wrap(objects.wrap(outbox.wrap(http))));
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
        let clock = Clock::fixed(START.parse().unwrap());
        let problems = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
        let seen = problems.clone();
        let house = House::new(&sdk, settings, clock, Chance::seeded(1)).with_log(move |line| {
            if std::env::var_os("GUESTLIST_TEST_LOG").is_some() {
                println!("{line}");
            }
            seen.lock().unwrap().extend(problem(line));
        });
        let world = World {
            embedded,
            house,
            faults,
            outbox,
            objects,
            streams: Streams::new(),
            router: Router::new(pictures::every()).unwrap(),
            dead: Default::default(),
            seen: Default::default(),
            problems,
        };
        let store = world.store();
        for key_use in KeyUse::ALL {
            rotate_keys(&store, *key_use, world.house.chance(), world.now()).await.unwrap();
        }
        world.faults.clear();
        world
    }

    /// A store that may do everything, for looking behind the scenes.
    pub fn store(&self) -> Store {
        let verbs = [Verb::Read, Verb::Write, Verb::Remove];
        let all: BTreeSet<Access> =
            Table::ALL.iter().flat_map(|table| verbs.map(|verb| Access { table: *table, verb })).collect();
        self.house.store("test", all)
    }

    pub fn now(&self) -> Timestamp {
        self.house.clock().now()
    }

    pub fn advance(&self, by: SignedDuration) {
        self.house.clock().advance(by);
    }

    pub fn advance_to(&self, at: &str) {
        let at: Timestamp = at.parse().unwrap();
        self.advance(at.duration_since(self.now()));
    }

    pub fn function(&self, name: &str) -> &'static Function {
        pictures::every().iter().find(|function| function.name == name).expect("a function of this name")
    }

    pub async fn send(&self, request: http::Request<Bytes>) -> Reply {
        let response = self.router.answer(&self.house, request).await;
        Reply::new(response)
    }

    pub async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> Reply {
        self.call_with(method, path, token, &[], body).await
    }

    pub async fn call_with(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Reply {
        let mut request = http::Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Value::Null => Bytes::new(),
            body => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
        };
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Reply {
        self.call("GET", path, token, Value::Null).await
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Reply {
        self.call("POST", path, token, body).await
    }

    pub async fn patch(&self, path: &str, token: Option<&str>, body: Value) -> Reply {
        self.call("PATCH", path, token, body).await
    }

    pub async fn tick(&self) {
        for name in ["remind_day_before", "remind_hour_before"] {
            let input = json!({ "time": self.now().to_string() });
            self.function(name).invoke(&self.house, input).await.unwrap();
        }
    }

    /// One step of what runs behind the scenes. Says whether there was anything to do.
    pub async fn step(&self) -> bool {
        let records = self.streams.next(&self.embedded, PREFIX).unwrap();
        let mut worked = !records.is_empty();
        for record in records {
            self.publish(record).await;
        }
        for (queue, consumer) in [("facts", "fan_out"), ("mails", "send_email")] {
            while let Some(body) = self.outbox.take(queue) {
                worked = true;
                self.deliver(queue, consumer, body).await;
            }
        }
        worked
    }

    async fn publish(&self, record: Value) {
        for _ in 0..TRIES {
            let input = json!({ "Records": [record] });
            let reply = self.function("publish_facts").invoke(&self.house, input).await.unwrap();
            if reply["batchItemFailures"].as_array().unwrap().is_empty() {
                return;
            }
        }
        self.dead.lock().unwrap().push(("streams".to_owned(), record));
    }

    pub async fn deliver(&self, queue: &str, consumer: &str, body: Value) {
        for _ in 0..TRIES {
            if self.hand_over(consumer, &body).await {
                return;
            }
        }
        self.dead.lock().unwrap().push((queue.to_owned(), body));
    }

    /// Hands one message to a consumer, once; says whether it was taken.
    pub async fn hand_over(&self, consumer: &str, body: &Value) -> bool {
        let record = json!({ "messageId": "m-1", "body": body.to_string(), "attributes": {} });
        let reply = self.function(consumer).invoke(&self.house, json!({ "Records": [record] })).await.unwrap();
        reply["batchItemFailures"].as_array().unwrap().is_empty()
    }

    /// Lets everything behind the scenes come to its end. Nothing may be left undone.
    pub async fn drain(&self) {
        while self.step().await {}
        let dead = self.dead.lock().unwrap();
        assert!(dead.is_empty(), "left undelivered: {dead:#?}");
    }

    /// The mails sent since this was last asked.
    pub async fn new_mails(&self) -> Vec<Mail> {
        self.drain().await;
        let all = self.outbox.mails();
        let mut seen = self.seen.lock().unwrap();
        let new = all.get(*seen..).unwrap_or_default().iter().map(Mail::read).collect();
        *seen = all.len();
        new
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // What was used of what was granted, and which problems there are, for the judgement at the end of all tests.
        let used = self.house.used_grants().into_iter();
        let used =
            used.flat_map(|(function, grants)| grants.into_iter().map(move |grant| format!("{function}\t{grant}")));
        keep("GUESTLIST_GRANTS_LOG", used);
        keep("GUESTLIST_PROBLEMS_LOG", self.problems.lock().unwrap().iter().cloned());
    }
}

/// Adds lines to the file that a variable of the environment names, where it is set.
fn keep(variable: &str, lines: impl Iterator<Item = String>) {
    let Some(path) = std::env::var_os(variable) else { return };
    let lines: String = lines.map(|line| line + "\n").collect();
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(lines.as_bytes())).expect("a log can be written");
}
