//! Guestlist's state in DynamoDB. The only crate that names its SDK.
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
pub use keys::{KeyUse, PublicKey, SigningKey};
pub use overview::Overview;
pub use tables::Table;

use aws_sdk_dynamodb::Client;
use domain::ids::EventId;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// The tables of one deployment, through one client.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    prefix: Arc<str>,
    /// How many pools an event has, as last seen; it only ever grows, so an old number is merely a smaller choice.
    pool_counts: Arc<Mutex<HashMap<EventId, u8>>>,
}

/// How many events' pool counts are remembered, so that a long-lived process doesn't grow.
const REMEMBERED_POOL_COUNTS: usize = 1_000;

impl Store {
    /// The tables whose names begin with `prefix`, such as `guestlist-prod-`, for a function that was granted `granted`;
    /// what it uses of that is noted in `used`.
    pub fn for_function(
        sdk: &aws_types::SdkConfig,
        endpoint: Option<&str>,
        prefix: &str,
        function: &'static str,
        granted: BTreeSet<Access>,
        used: Used,
    ) -> Self {
        let mut config = aws_sdk_dynamodb::config::Builder::from(sdk);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        let config = config.interceptor(Guard::new(function, prefix, granted, used)).build();
        Self { client: Client::from_conf(config), prefix: prefix.into(), pool_counts: Arc::default() }
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
