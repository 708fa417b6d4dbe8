//! What a process stands on: clients, clock, chance, addresses. Everything that differs between the cloud, the local runner
//! and a test is in here.

use crate::function::Function;
use crate::grant::Grant;
use crate::keys::KeyCache;
use crate::queues::Queue;
use crate::{Chance, Clock};
use aws_types::SdkConfig;
use mail::Mailer;
use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Access, Store};
use tokio::time::Instant;

/// A deployment's addresses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the names of tables and queues begin with, such as `guestlist-prod-`.
    pub prefix: String,
    /// Where people find it, without a slash at the end: `https://guestlist.example`.
    pub base_url: String,
    /// The address that mails come from and answers to calendar entries go to: bare, without a name.
    pub sender: String,
    /// What queue URLs begin with, with a slash at the end.
    pub queues: String,
    /// The bucket of uploads and pictures.
    pub bucket: String,
    /// Where browsers post uploads to.
    pub uploads: String,
    /// Where DynamoDB answers, where it isn't AWS.
    pub dynamodb: Option<String>,
    /// Where SQS answers, where it isn't AWS.
    pub sqs: Option<String>,
    /// Where SES answers, where it isn't AWS.
    pub ses: Option<String>,
    /// Where S3 answers, where it isn't AWS.
    pub s3: Option<String>,
}

/// Takes one line of log.
type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// What a process stands on; clones are the same house.
#[derive(Clone)]
pub struct House(Arc<Inner>);

struct Inner {
    sdk: SdkConfig,
    settings: Settings,
    clock: Clock,
    chance: Chance,
    queues: aws_sdk_sqs::Client,
    mailer: Mailer,
    log: LogSink,
    /// How long any invocation may take, where that isn't each function's own to say.
    time_limit: Option<Duration>,
    used: Mutex<HashMap<&'static str, BTreeSet<Grant>>>,
    benches: Mutex<HashMap<&'static str, Arc<Bench>>>,
    parts: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// What one function has for itself.
pub(crate) struct Bench {
    pub store: Store,
    pub keys: KeyCache,
    /// What the store's guard saw succeed.
    used: store::Used,
}

impl House {
    /// A house on the SDK's configuration, which carries credentials, region, HTTP client and retries.
    pub fn new(sdk: &SdkConfig, settings: Settings, clock: Clock, chance: Chance) -> Self {
        let mut sqs = aws_sdk_sqs::config::Builder::from(sdk);
        sqs.set_endpoint_url(settings.sqs.clone());
        let mut ses = aws_sdk_sesv2::config::Builder::from(sdk);
        ses.set_endpoint_url(settings.ses.clone());
        House(Arc::new(Inner {
            sdk: sdk.clone(),
            settings,
            clock,
            chance,
            queues: aws_sdk_sqs::Client::from_conf(sqs.build()),
            mailer: Mailer::new(aws_sdk_sesv2::Client::from_conf(ses.build())),
            log: Arc::new(|line| println!("{line}")),
            time_limit: None,
            used: Mutex::default(),
            benches: Mutex::default(),
            parts: Mutex::default(),
        }))
    }

    /// The same, with its log lines going to `sink`. For a house that nobody uses yet.
    pub fn with_log(self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.log = Arc::new(sink))
    }

    /// The same, with so much time for every invocation instead of each function's own: to see what functions leave to a
    /// message of its own when their time runs short. For a house that nobody uses yet.
    pub fn with_time_limit(self, limit: Duration) -> Self {
        self.with(|inner| inner.time_limit = Some(limit))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let inner = &self.0;
        let mut changed = Inner {
            sdk: inner.sdk.clone(),
            settings: inner.settings.clone(),
            clock: inner.clock.clone(),
            chance: inner.chance.clone(),
            queues: inner.queues.clone(),
            mailer: inner.mailer.clone(),
            log: inner.log.clone(),
            time_limit: inner.time_limit,
            used: Mutex::default(),
            benches: Mutex::default(),
            parts: Mutex::default(),
        };
        change(&mut changed);
        House(Arc::new(changed))
    }

    /// When an invocation of this function that begins now must be done.
    pub(crate) fn deadline(&self, function: &Function) -> Instant {
        Instant::now() + self.0.time_limit.unwrap_or(function.timeout)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The source of ids and secrets.
    pub fn chance(&self) -> &Chance {
        &self.0.chance
    }

    /// The addresses.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// A store that may do all of `granted`, for setting things up: keys, seeds, tests.
    pub fn store(&self, purpose: &'static str, granted: BTreeSet<Access>) -> Store {
        let Inner { sdk, settings, .. } = &*self.0;
        Store::for_function(
            sdk,
            settings.dynamodb.as_deref(),
            &settings.prefix,
            purpose,
            granted,
            store::Used::default(),
        )
    }

    pub(crate) fn bench(&self, function: &Function) -> Arc<Bench> {
        let mut benches = self.0.benches.lock().unwrap_or_else(PoisonError::into_inner);
        let bench = benches.entry(function.name).or_insert_with(|| {
            let Inner { sdk, settings, .. } = &*self.0;
            let granted = function.grants.iter().filter_map(|grant| match grant {
                Grant::Table(access) => Some(*access),
                Grant::Objects(..) | Grant::Send(_) | Grant::Mail => None,
            });
            let used = store::Used::default();
            let (endpoint, prefix) = (settings.dynamodb.as_deref(), &settings.prefix);
            let store = Store::for_function(sdk, endpoint, prefix, function.name, granted.collect(), used.clone());
            Arc::new(Bench { store, keys: KeyCache::default(), used })
        });
        bench.clone()
    }

    /// What only some functions stand on, such as the client of a service that the kit doesn't know: made once.
    pub(crate) fn part<T: Send + Sync + 'static>(&self, make: impl FnOnce(&SdkConfig, &Settings) -> T) -> Arc<T> {
        let Inner { sdk, settings, parts, .. } = &*self.0;
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Ok(part)) = parts.get(&TypeId::of::<T>()).map(|part| Arc::clone(part).downcast()) {
            return part;
        }
        let part = Arc::new(make(sdk, settings));
        parts.insert(TypeId::of::<T>(), part.clone());
        part
    }

    pub(crate) fn log(&self, line: &str) {
        (self.0.log)(line);
    }

    pub(crate) fn sqs(&self) -> &aws_sdk_sqs::Client {
        &self.0.queues
    }

    pub(crate) fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    pub(crate) fn queue_url(&self, queue: Queue) -> String {
        format!("{}{}{}", self.0.settings.queues, self.0.settings.prefix, queue.name)
    }

    pub(crate) fn note_used(&self, function: &'static str, grant: Grant) {
        let mut used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.entry(function).or_default().insert(grant);
    }

    /// Which grants each function has used so far in this house.
    pub fn used_grants(&self) -> HashMap<&'static str, BTreeSet<Grant>> {
        let mut all = self.0.used.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let benches = self.0.benches.lock().unwrap_or_else(PoisonError::into_inner);
        for (function, bench) in benches.iter() {
            let used = bench.used.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(function).or_default().extend(used.iter().map(|access| Grant::Table(*access)));
        }
        all
    }
}
