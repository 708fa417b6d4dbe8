//! Guestlist's state: in DynamoDB, and the private keys in Parameter Store. The only crate that names their SDKs.
//!
//! Reads are by noun ([`Store`]'s methods), writes are a decision's changes ([`Store::commit`]). What guards an invariant
//! never reads an index, and its reads are consistent.

mod accounts;
mod bookings;
mod commit;
mod cursor;
mod deliveries;
mod error;
mod events;
mod guard;
mod item;
mod keys;
mod overview;
mod read;
pub mod tables;

pub use bookings::{BookingDesk, DoorDesk};
pub use commit::jitter;
pub use cursor::Page;
pub use deliveries::{Claim, IdempotencyRecord, Rate, StoredAnswer};
pub use error::{Error, Result};
pub use events::ListedFilter;
pub use guard::{Access, Cost, Guard, Used, Verb, counted};
pub use item::from_stream_image;
pub use keys::{
    KEYS_KEPT_SECONDS, KEYS_REVOKED_AFTER_SECONDS, KEYS_UNREAD_SECONDS, Kept, KeyUse, PublicKey, Revoked, SigningKey,
};
pub use overview::Overview;
pub use tables::Table;

use aws_sdk_dynamodb::Client;
use domain::ids::EventId;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the state of a deployment is.
#[derive(Clone, Debug, Default)]
pub struct Location {
    /// What the names of tables begin with, such as `guestlist-prod-`.
    pub prefix: String,
    /// What the names of private keys begin with, such as `/guestlist/prod/signing-keys/`.
    pub keys: String,
    /// Where DynamoDB answers, where it isn't AWS.
    pub dynamodb: Option<String>,
    /// Where Parameter Store answers, where it isn't AWS.
    pub ssm: Option<String>,
}

/// The state of one deployment, through one client of each service.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    ssm: aws_sdk_ssm::Client,
    prefix: Arc<str>,
    /// What the names of private keys begin with.
    keys: Arc<str>,
    /// How many pools an event has, as last seen; it only ever grows, so an old number is merely a smaller choice.
    pool_counts: Arc<Mutex<HashMap<EventId, u8>>>,
}

/// How many events' pool counts are remembered, so that a long-lived process doesn't grow.
const REMEMBERED_POOL_COUNTS: usize = 1_000;

impl Store {
    /// What is at `location`, for a function that was granted `granted`; what it uses of that is noted in `used`.
    pub fn for_function(
        sdk: &aws_types::SdkConfig,
        location: &Location,
        function: &'static str,
        granted: BTreeSet<Access>,
        used: Used,
    ) -> Self {
        let guard = Guard::new(function, location, granted, used);
        let mut config = aws_sdk_dynamodb::config::Builder::from(sdk).interceptor(guard.clone());
        config.set_endpoint_url(location.dynamodb.clone());
        let mut ssm = aws_sdk_ssm::config::Builder::from(sdk).interceptor(guard);
        ssm.set_endpoint_url(location.ssm.clone());
        Self {
            client: Client::from_conf(config.build()),
            ssm: aws_sdk_ssm::Client::from_conf(ssm.build()),
            prefix: location.prefix.as_str().into(),
            keys: location.keys.as_str().into(),
            pool_counts: Arc::default(),
        }
    }

    fn table(&self, table: Table) -> String {
        format!("{}{}", self.prefix, table.name())
    }

    fn pool_count(&self, event: EventId) -> u8 {
        let counts = self.pool_counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&event).copied().unwrap_or(1)
    }

    fn remember_pool_count(&self, event: EventId, pools: u8) {
        let mut counts = self.pool_counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED_POOL_COUNTS && !counts.contains_key(&event) {
            counts.clear();
        }
        counts.insert(event, pools);
    }
}
