//! What a process stands on: clients, clock, chance, addresses. Everything that differs between the cloud, the local runner
//! and a test is in here.

use crate::keys::KeyCache;
use crate::{Chance, Clock, Function, Grant};
use aws_types::SdkConfig;
use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Access, Location, Store};
use tokio::time::Instant;

/// A deployment's addresses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where tables and private keys are. What the tables' names begin with, those of queues begin with, too.
    pub store: Location,
    /// Where people find it, without a slash at the end: `https://guestlist.example`.
    pub base_url: String,
    /// The address that mails come from and answers to calendar entries go to: bare, without a name.
    pub sender: String,
    /// SES's configuration set for mails, which says where it tells of bounces; none where nobody listens.
    pub mail_set: Option<String>,
    /// What queue URLs begin with, with a slash at the end.
    pub queues: String,
    /// The bucket of uploads and pictures.
    pub bucket: String,
    /// Where browsers post uploads to.
    pub uploads: String,
    /// Where SQS answers, where it isn't AWS.
    pub sqs: Option<String>,
    /// Where SES answers, where it isn't AWS.
    pub ses: Option<String>,
    /// Where S3 answers, where it isn't AWS.
    pub s3: Option<String>,
}

/// What a process stands on; clones are the same house.
#[derive(Clone)]
pub struct House {
    pub(crate) given: Arc<Given>,
    benches: Arc<Mutex<HashMap<&'static str, Arc<Bench>>>>,
    pub(crate) parts: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
}

/// What a house is made of.
#[derive(Clone)]
pub(crate) struct Given {
    pub sdk: SdkConfig,
    pub settings: Settings,
    pub clock: Clock,
    pub chance: Chance,
    /// Takes one line of log.
    pub log: Arc<dyn Fn(&str) + Send + Sync>,
    /// How long any invocation may take, where that isn't each function's own to say.
    time_limit: Option<Duration>,
}

/// What one function has for itself.
pub(crate) struct Bench {
    pub function: &'static str,
    pub grants: Vec<Grant>,
    pub store: Store,
    pub keys: KeyCache,
    /// What it has used of its grants.
    pub used: Mutex<BTreeSet<Grant>>,
    /// What the store's guard saw succeed.
    used_store: store::Used,
}

impl House {
    /// A house on the SDK's configuration, which carries credentials, region, HTTP client and retries.
    pub fn new(sdk: &SdkConfig, settings: Settings, clock: Clock, chance: Chance) -> Self {
        let log = Arc::new(|line: &str| println!("{line}"));
        let given = Given { sdk: sdk.clone(), settings, clock, chance, log, time_limit: None };
        Self::of(given)
    }

    fn of(given: Given) -> Self {
        House { given: Arc::new(given), benches: Arc::default(), parts: Arc::default() }
    }

    /// A house like this one, with its log lines going to `sink`.
    pub fn with_log(self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let given = Given { log: Arc::new(sink), ..Given::clone(&self.given) };
        Self::of(given)
    }

    /// A house like this one, with so much time for every invocation instead of each function's own: to see what functions
    /// leave to a message of its own when their time runs short.
    pub fn with_time_limit(self, limit: Duration) -> Self {
        let given = Given { time_limit: Some(limit), ..Given::clone(&self.given) };
        Self::of(given)
    }

    /// When an invocation of this function that begins now must be done.
    pub(crate) fn deadline(&self, function: &Function) -> Instant {
        Instant::now() + self.given.time_limit.unwrap_or(function.timeout)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.given.clock
    }

    /// The source of ids and secrets.
    pub fn chance(&self) -> &Chance {
        &self.given.chance
    }

    /// The addresses.
    pub fn settings(&self) -> &Settings {
        &self.given.settings
    }

    /// A store that may do all of `granted`, for setting things up: keys, seeds, tests.
    pub fn store(&self, purpose: &'static str, granted: BTreeSet<Access>) -> Store {
        self.store_for(purpose, granted, store::Used::default())
    }

    fn store_for(&self, purpose: &'static str, granted: BTreeSet<Access>, used: store::Used) -> Store {
        let Given { sdk, settings, .. } = &*self.given;
        Store::for_function(sdk, &settings.store, purpose, granted, used)
    }

    pub(crate) fn bench(&self, function: &Function) -> Arc<Bench> {
        let mut benches = self.benches.lock().unwrap_or_else(PoisonError::into_inner);
        let bench = benches.entry(function.name).or_insert_with(|| {
            let granted = function.grants.iter().filter_map(|grant| match grant {
                Grant::Store(access) => Some(*access),
                Grant::Objects(..) | Grant::Send(_) | Grant::Mail => None,
            });
            let used_store = store::Used::default();
            let store = self.store_for(function.name, granted.collect(), used_store.clone());
            let (grants, keys, used) = (function.grants.clone(), KeyCache::default(), Mutex::default());
            Arc::new(Bench { function: function.name, grants, store, keys, used, used_store })
        });
        bench.clone()
    }

    /// Which grants each function has used so far in this house.
    pub fn used_grants(&self) -> HashMap<&'static str, BTreeSet<Grant>> {
        let benches = self.benches.lock().unwrap_or_else(PoisonError::into_inner);
        let used = |bench: &Bench| {
            let mut used = bench.used.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let store = bench.used_store.lock().unwrap_or_else(PoisonError::into_inner);
            used.extend(store.iter().map(|access| Grant::Store(*access)));
            used
        };
        benches.iter().map(|(function, bench)| (*function, used(bench))).collect()
    }
}
