//! A whole Guestlist in memory: functions on an embedded DynamoDB, driven as from outside. What they send is kept, for a test or
//! a benchmark to hand on through the same entry as in Lambda.

use crate::embedded::{Error, sdk_config};
use crate::{Embedded, Faults, Objects, Outbox, Parameters, Streams};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use domain::accounts::{EmailClaim, MailChoices, User};
use domain::{Change, Record};
use jiff::{SignedDuration, Timestamp};
use kit::{Access, Chance, Clock, Function, House, KeyUse, Router, Settings, new_key};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Location, Store, Table, Verb};

/// Where people find it.
pub const BASE: &str = "https://guestlist.example";
/// When everything begins: a Friday. The clock stands still until it is moved.
pub const START: &str = "2026-11-20T12:00:00Z";

/// What the names of private keys begin with.
pub const KEYS: &str = "/guestlist/test/signing-keys/";

/// The queues that have a consumer, each with it.
pub const QUEUES: [(&str, &str); 3] = [("facts", "fan_out"), ("mails", "send_email"), ("bounces", "suppress_address")];

/// A house with its database, and what it sends.
pub struct Stage {
    /// The database.
    pub embedded: Embedded,
    /// The house.
    pub house: House,
    /// What fails, and a list of all calls.
    pub faults: Faults,
    /// Queues and mails.
    pub outbox: Outbox,
    /// The bucket.
    pub objects: Objects,
    /// Parameter Store, with the private keys.
    pub parameters: Parameters,
    /// What is new in the tables.
    pub streams: Streams,
    /// All routes.
    pub router: Router,
    functions: &'static [Function],
    prefix: &'static str,
}

impl Stage {
    /// An empty house with its keys, whose tables' names begin with `prefix`. What lies between it and its database is
    /// `between`: the database's own client, or that under a contention model or at a distance. Each line of log goes to `log`.
    ///
    /// # Errors
    /// The database or the keys can't be made, or two routes can't be told apart.
    pub async fn new(
        functions: &'static [Function],
        prefix: &'static str,
        between: impl FnOnce(&Embedded) -> SharedHttpClient,
        log: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let embedded = Embedded::with_tables(prefix).await?;
        let (faults, outbox) = (Faults::new(), Outbox::new());
        let (objects, parameters) = (Objects::new(), Parameters::new());
        let sdk = sdk_config(faults.wrap(parameters.wrap(objects.wrap(outbox.wrap(between(&embedded))))));
        let settings = Settings {
            store: Location {
                prefix: prefix.to_owned(),
                keys: KEYS.to_owned(),
                dynamodb: Some(embedded.endpoint().to_owned()),
                ssm: Some("http://parameters.test".to_owned()),
            },
            base_url: BASE.to_owned(),
            sender: "tickets@guestlist.example".to_owned(),
            mail_set: None,
            queues: "http://queues.test/000000000000/".to_owned(),
            sqs: Some("http://queues.test".to_owned()),
            ses: Some("http://mail.test".to_owned()),
            bucket: "test-pictures".to_owned(),
            uploads: "/uploads".to_owned(),
            s3: Some("http://objects.test".to_owned()),
        };
        let house = House::new(&sdk, settings, Clock::fixed(START.parse()?), Chance::seeded(1)).with_log(log);
        let (router, streams) = (Router::new(functions)?, Streams::new());
        let stage = Self { embedded, house, faults, outbox, objects, parameters, streams, router, functions, prefix };
        for key_use in KeyUse::ALL {
            stage.rotate_key(*key_use).await?;
        }
        stage.faults.clear();
        Ok(stage)
    }

    /// A store that may do everything, for setting the scene and looking behind it.
    pub fn store(&self) -> Store {
        let verbs = [Verb::Read, Verb::Write, Verb::Remove];
        let tables = Table::ALL.iter().flat_map(|table| verbs.map(|verb| store::Access::Table(*table, verb)));
        self.house.store("test", tables.chain(store::Access::to_keep_keys()).collect::<BTreeSet<_>>())
    }

    /// Lets a new key sign for a use, and gives its id.
    ///
    /// # Errors
    /// The database's.
    pub async fn rotate_key(&self, key_use: KeyUse) -> Result<u32, Error> {
        let new = new_key(self.house.chance(), self.now())?;
        Ok(self.store().keep_key(key_use, new, self.now(), true).await?.id)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.house.clock().now()
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        self.house.clock().advance(by);
    }

    /// Moves the clock on to `at`.
    ///
    /// # Errors
    /// That is no time.
    pub fn advance_to(&self, at: &str) -> Result<(), Error> {
        self.advance(at.parse::<Timestamp>()?.duration_since(self.now()));
        Ok(())
    }

    /// The function of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn function(&self, name: &str) -> Result<&'static Function, Error> {
        let found = self.functions.iter().find(|function| function.name == name);
        found.ok_or_else(|| format!("no function is called {name}").into())
    }

    /// One tick of a schedule.
    ///
    /// # Errors
    /// It failed.
    pub async fn tick(&self, name: &str) -> Result<(), Error> {
        let input = json!({ "time": self.now().to_string() });
        Ok(self.function(name)?.invoke(&self.house, input).await.map(drop)?)
    }

    /// What was written since this was last asked, as stream records.
    ///
    /// # Errors
    /// The streams can't be read.
    pub fn records(&self) -> Result<Vec<Value>, Error> {
        self.streams.next(&self.embedded, self.prefix)
    }

    /// Hands one stream record, or one queue's message, to a consumer, once; says whether it was taken.
    ///
    /// # Errors
    /// There is no such consumer.
    pub async fn hand_over(&self, consumer: &str, record: &Value) -> Result<bool, Error> {
        let reply = self.function(consumer)?.invoke(&self.house, json!({ "Records": [record] })).await?;
        Ok(reply["batchItemFailures"].as_array().is_some_and(Vec::is_empty))
    }

    /// Writes down somebody with a verified address, past sign-up and mails; gives them with their access token.
    ///
    /// # Errors
    /// The name or the address is none, or is taken.
    pub async fn settle(&self, name: &str, email: &str, password_hash: String) -> Result<(User, String), Error> {
        let user = User { email_verified_at: Some(self.now()), ..self.user(name, email, password_hash)? };
        let token = self.write_down(&user).await?;
        Ok((user, token))
    }

    /// Somebody who isn't written down yet, with an address that isn't verified.
    ///
    /// # Errors
    /// The name or the address is none.
    pub fn user(&self, name: &str, email: &str, password_hash: String) -> Result<User, Error> {
        let bad = |why: &dyn std::fmt::Debug| format!("{name}, {email}: {why:?}");
        Ok(User {
            id: self.house.chance().id(self.now())?,
            version: 1,
            name: name.parse().map_err(|why| bad(&why))?,
            email: email.parse().map_err(|why| bad(&why))?,
            email_verified_at: None,
            password_hash,
            login_epoch: 1,
            language: domain::Language::default(),
            zone: None,
            bio: domain::text::Bio::default(),
            city: None,
            mails: MailChoices::default(),
            reports: domain::accounts::MailReports::default(),
            registered_at: self.now(),
        })
    }

    /// Writes a user down and gives their access token.
    ///
    /// # Errors
    /// They are there already.
    pub async fn write_down(&self, user: &User) -> Result<String, Error> {
        let store = self.store();
        let claim = EmailClaim::new(&user.email, user.id);
        let changes = [Change::Insert(Record::User(user.clone())), Change::Insert(Record::EmailClaim(claim))];
        store.commit(&changes, None).await?;
        Ok(kit::access_token_for(&store, Access::of(user), self.now()).await?)
    }
}

/// A queue's message as its consumer gets it.
pub fn message(body: &Value) -> Value {
    json!({ "messageId": "m-1", "body": body.to_string(), "attributes": {} })
}

/// The request that creates an event of 40 places on the evening of Saturday the 28th in Berlin, changed by `with`.
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

/// A request with these headers, by who has this token, and with a body of JSON where there is one.
///
/// # Errors
/// A method, path or header that HTTP doesn't know.
pub fn request(
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: &Value,
) -> http::Result<http::Request<Bytes>> {
    let mut request = http::Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_null() {
        return request.body(Bytes::new());
    }
    request.header("content-type", "application/json").body(Bytes::from(body.to_string()))
}
