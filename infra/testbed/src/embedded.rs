//! An embedded DynamoDB for one test: `dynoxide` in memory, served on a loopback port of its own and spoken to
//! through the real SDK.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use dynoxide::Database;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;
use store::tables::{Index, TTL, Table};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The error of any step of starting a test's surroundings.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A running embedded DynamoDB. It lives as long as this value: dropping it closes the port, lets running calls end
/// and frees the memory. Needs a Tokio runtime with I/O and time, and serves on the runtime it was started on.
pub struct Embedded {
    endpoint: String,
    http: SharedHttpClient,
    database: Database,
    _stop: oneshot::Sender<()>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Embedded").field(&self.endpoint).finish()
    }
}

impl Embedded {
    /// Starts an empty DynamoDB, without tables. Costs about a millisecond.
    ///
    /// # Errors
    /// When the memory or a loopback port can't be had.
    pub async fn start() -> Result<Self, Error> {
        Self::serve(Database::memory()?).await
    }

    /// Starts a DynamoDB on `database`: one on disk, or one with a clock of its own.
    ///
    /// # Errors
    /// When a loopback port can't be had.
    pub async fn serve(database: Database) -> Result<Self, Error> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        tokio::spawn(async move {
            // Resolves when `stop` is dropped; open connections are closed as they fall idle.
            let until = async { drop(stopped.await) };
            dynoxide::server::serve_with_shutdown(listener, served, until).await
        });
        Ok(Self { endpoint, http: plain_http(), database, _stop: stop })
    }

    /// Starts a DynamoDB with every table of [`store::tables`], each named with `prefix` (`"test-"`) before its own
    /// name. Costs about 3 ms.
    ///
    /// # Errors
    /// As [`Embedded::start`] and [`create_tables`].
    pub async fn with_tables(prefix: &str) -> Result<Self, Error> {
        let embedded = Self::start().await?;
        create_tables(embedded.database(), prefix)?;
        Ok(embedded)
    }

    /// `http://127.0.0.1:port`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The plain HTTP client of this database, to wrap in [`Contention`](crate::Contention) or
    /// [`Faults`](crate::Faults).
    pub fn http(&self) -> SharedHttpClient {
        self.http.clone()
    }

    /// A client that hands calls to the database itself, without the port: cheaper, and good under a paused clock. To wrap
    /// as [`Embedded::http`] is.
    pub fn direct(&self) -> SharedHttpClient {
        crate::direct::client(self.database.clone(), self.http())
    }

    /// The database behind the port, for what has no API call: `sweep_ttl()`, sizes, snapshots.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The configuration of a DynamoDB client whose calls go through `http`: [`Embedded::http`], or it wrapped in a contention model, in
    /// faults or in both. Other settings are those of [`sdk_config`].
    pub fn config_through(&self, http: SharedHttpClient) -> Builder {
        Builder::from(&sdk_config(http)).endpoint_url(&self.endpoint)
    }

    /// A client straight to this database, past any model: to prepare and to look at what is stored.
    pub fn client(&self) -> Client {
        self.client_through(self.http())
    }

    /// A client with [`Embedded::config_through`] as it stands.
    pub fn client_through(&self, http: SharedHttpClient) -> Client {
        Client::from_conf(self.config_through(http).build())
    }
}

/// Creates every table of [`store::tables`] in `database`, each named with `prefix` before its own name. It goes to the
/// database itself and not through the SDK, which in a debug build takes five times as long.
///
/// # Errors
/// When a table is refused.
pub fn create_tables(database: &Database, prefix: &str) -> Result<(), Error> {
    for &table in Table::ALL {
        let name = format!("{prefix}{}", table.name());
        database.create_table(serde_json::from_value(definition(table, &name))?)?;
        if table.has_ttl() {
            let ttl = json!({
                "TableName": name,
                "TimeToLiveSpecification": { "AttributeName": TTL, "Enabled": true },
            });
            database.update_time_to_live(serde_json::from_value(ttl)?)?;
        }
    }
    Ok(())
}

/// A table as `CreateTable` takes it.
fn definition(table: Table, name: &str) -> Value {
    let key = |partition: &str, sort: &str| {
        json!([
            { "AttributeName": partition, "KeyType": "HASH" },
            { "AttributeName": sort, "KeyType": "RANGE" },
        ])
    };
    let indexes = table.indexes();
    let mut attributes = BTreeSet::from(["pk", "sk"]);
    attributes.extend(indexes.iter().flat_map(|index| [index.partition, index.sort]));
    let attribute = |name: &&str| json!({ "AttributeName": name, "AttributeType": "S" });
    let mut definition = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key("pk", "sk"),
        "AttributeDefinitions": attributes.iter().map(attribute).collect::<Vec<_>>(),
    });
    if !indexes.is_empty() {
        let index = |index: &Index| {
            json!({
                "IndexName": index.name,
                "KeySchema": key(index.partition, index.sort),
                "Projection": { "ProjectionType": "ALL" },
            })
        };
        definition["GlobalSecondaryIndexes"] = indexes.iter().map(index).collect();
    }
    if table.has_stream() {
        definition["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
    }
    definition
}

/// What all SDK clients of a test are made from, with `http` below them and no endpoint yet: region `local`, made-up
/// keys, standard retries as in the cloud but with waits from 1 ms up to 20 ms so that a test with faults stays quick,
/// and generous time limits, since a busy test machine is slow and a test must not turn red for it.
pub fn sdk_config(http: SharedHttpClient) -> SdkConfig {
    let retries = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(1))
        .with_max_backoff(Duration::from_millis(20));
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(10))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("local"))
        .credentials_provider(SharedCredentialsProvider::new(credentials()))
        .retry_config(retries)
        .timeout_config(limits)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http)
        .build()
}

/// Keys that are good for nothing: the embedded parts look at their form only.
pub fn credentials() -> Credentials {
    Credentials::from_keys("AKIDLOCAL", "local", None)
}

/// An HTTP client without TLS, for endpoints on loopback. One per runtime: its pooled connections belong to the
/// runtime that opened them.
pub fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}
