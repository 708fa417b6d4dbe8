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
use kit::Function;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use testbed::stage::{self, QUEUES};
pub use testbed::stage::{BASE, START};
use testbed::{Contention, Embedded, Stage};

pub const PREFIX: &str = "test-";

/// How often a failing message is handed over before a test calls it a dead letter.
const TRIES: u32 = 8;

pub struct World {
    stage: Stage,
    /// Messages that failed too often.
    pub dead: std::sync::Mutex<Vec<(String, Value)>>,
    seen: std::sync::Mutex<usize>,
    /// The problems that functions answered with: `function<TAB>status<TAB>code`.
    problems: Arc<std::sync::Mutex<BTreeSet<String>>>,
}

impl Deref for World {
    type Target = Stage;
    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Stage {
        &mut self.stage
    }
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
        let problems = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
        let told = problems.clone();
        let log = move |line: &str| {
            if std::env::var_os("GUESTLIST_TEST_LOG").is_some() {
                println!("{line}");
            }
            told.lock().unwrap().extend(problem(line));
        };
        let between = |embedded: &Embedded| match contention {
            Some(contention) => contention.wrap(embedded.direct()),
            None => embedded.direct(),
        };
        let stage = Stage::new(pictures::every(), PREFIX, between, log).await.unwrap();
        World { stage, dead: Default::default(), seen: Default::default(), problems }
    }

    pub fn advance_to(&self, at: &str) {
        self.stage.advance_to(at).unwrap();
    }

    pub fn function(&self, name: &str) -> &'static Function {
        self.stage.function(name).unwrap()
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
        self.send(stage::request(method, path, token, headers, &body).unwrap()).await
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
            self.stage.tick(name).await.unwrap();
        }
    }

    /// One step of what runs behind the scenes. Says whether there was anything to do.
    pub async fn step(&self) -> bool {
        let records = self.records().unwrap();
        let mut worked = !records.is_empty();
        for record in records {
            self.deliver("streams", "publish_facts", record).await;
        }
        for (queue, consumer) in QUEUES {
            while let Some(body) = self.outbox.take(queue) {
                worked = true;
                self.deliver(queue, consumer, stage::message(&body)).await;
            }
        }
        worked
    }

    async fn deliver(&self, source: &str, consumer: &str, record: Value) {
        for _ in 0..TRIES {
            if self.stage.hand_over(consumer, &record).await.unwrap() {
                return;
            }
        }
        self.dead.lock().unwrap().push((source.to_owned(), record));
    }

    /// Hands one message to a consumer, once; says whether it was taken.
    pub async fn hand_over(&self, consumer: &str, body: &Value) -> bool {
        self.stage.hand_over(consumer, &stage::message(body)).await.unwrap()
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
