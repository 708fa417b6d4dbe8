//! The embedded DynamoDB: `dynoxide` on a file or in memory, on a thread of its own.

use crate::disk::Disk;
use dynoxide::{Database, DynoxideError};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::tables::{Index, TTL, Table};
use tokio::sync::{mpsc, oneshot};

/// The offset between the sequence numbers that dynoxide stores and those that it shows
/// (`dynoxide::streams`, `SEQUENCE_NUMBER_OFFSET`).
const SEQUENCE_OFFSET: u128 = 100_000_000_000_000_000_000;

/// A call of the SDK to DynamoDB.
#[derive(Debug)]
pub struct Call {
    /// Such as `GetItem`.
    pub operation: String,
    /// What it asks, in JSON.
    pub body: Vec<u8>,
    /// Where its answer goes: a status, and JSON.
    pub answer: oneshot::Sender<(u16, String)>,
}

/// Where calls go. When all of these are dropped, the thread ends.
pub type Calls = mpsc::UnboundedSender<Call>;

/// The tables, and where they lie.
#[derive(Clone)]
pub struct Tables {
    /// The database itself, for what has no API call: streams without HTTP, TTL sweeps.
    pub database: Database,
    file: Option<PathBuf>,
}

impl Tables {
    /// Opens or creates the tables' file.
    ///
    /// dynoxide leaves `synchronous` at SQLite's default, a disk flush per transaction; in WAL mode `NORMAL` is as safe
    /// against the death of the process and several times faster (a power cut may take the last transactions). Its
    /// `disable_bulk_loading` is the one public call that sets it.
    ///
    /// # Errors
    /// When the file can't be opened, or was written by a newer dynoxide.
    pub fn open(file: &Path) -> Result<Self, String> {
        let name = file.to_str().ok_or("the data folder's path isn't valid UTF-8")?;
        let tables = Self::prepare(name, Some(file.to_owned()))?;
        tables.database.disable_bulk_loading().map_err(|error| error.to_string())?;
        Ok(tables)
    }

    /// The same in memory: a named database, so that [`Tables::prepare`] can reach it beside dynoxide.
    ///
    /// # Errors
    /// When the memory can't be had.
    pub fn memory() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::prepare(&format!("file:guestlist-{}-{count}?mode=memory&cache=shared", std::process::id()), None)
    }

    /// dynoxide keeps stream records without an index, and looks for the highest sequence number on every write and
    /// for the next ones on every read: both are full scans of all records ever written. This index serves both
    /// queries as they stand: with 20,000 records of 2 kB a write costs 17 ms for the search alone without it, and 0.04 ms with it.
    fn prepare(name: &str, file: Option<PathBuf>) -> Result<Self, String> {
        let database = Database::new(name).map_err(|error| error.to_string())?;
        let index = "CREATE INDEX IF NOT EXISTS guestlist_stream_records
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
        Connection::open(name).and_then(|beside| beside.execute(index, [])).map_err(|error| error.to_string())?;
        Ok(Self { database, file })
    }

    /// Forgets the stream records that have been delivered; on AWS they are gone after 24 hours. The last one stays, so
    /// that the next gets a higher number even if the machine's clock was set back. In memory nothing is pruned.
    ///
    /// # Errors
    /// When either file can't be used.
    pub fn prune(&self, disk: &Disk, tables: &[String]) -> rusqlite::Result<usize> {
        let Some(file) = &self.file else { return Ok(0) };
        let beside = Connection::open(file)?;
        beside.busy_timeout(Duration::from_secs(5))?;
        let mut gone = 0;
        for table in tables {
            let Some(checkpoint) = disk.checkpoint(table)? else { continue };
            let stored = checkpoint.parse::<u128>().ok().and_then(|shown| shown.checked_sub(SEQUENCE_OFFSET));
            let Some(stored) = stored.and_then(|stored| i64::try_from(stored).ok()) else { continue };
            gone += beside.execute(
                "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2",
                rusqlite::params![table, stored],
            )?;
        }
        Ok(gone)
    }
}

impl Tables {
    /// Starts the thread that answers calls. It works one at a time, and its waiting for the disk holds up nobody else.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn serve(&self) -> std::io::Result<(Calls, std::thread::JoinHandle<()>)> {
        let (calls, mut called) = mpsc::unbounded_channel::<Call>();
        let database = self.database.clone();
        let thread = std::thread::Builder::new().name("dynamodb".to_owned()).spawn(move || {
            while let Some(Call { operation, body, answer }) = called.blocking_recv() {
                let answered = answered(|| carried_out(&database, &operation, &body));
                // Whoever doesn't wait for it any longer has seen it time out.
                drop(answer.send(answered));
            }
        })?;
        Ok((calls, thread))
    }

    /// Creates the tables that are missing, and the indexes that an older Guestlist didn't have.
    ///
    /// # Errors
    /// When dynoxide refuses one.
    pub fn create(&self, prefix: &str) -> Result<(), String> {
        Table::ALL.iter().try_for_each(|table| self.create_one(*table, &format!("{prefix}{}", table.name())))
    }

    fn create_one(&self, table: Table, name: &str) -> Result<(), String> {
        let known = self.database.get_table_metadata(name).map_err(|error| error.to_string())?;
        let Some(known) = known else {
            self.database.create_table(request(create_table(table, name))?).map_err(|error| error.to_string())?;
            if table.has_ttl() {
                let ttl = json!({
                    "TableName": name,
                    "TimeToLiveSpecification": { "Enabled": true, "AttributeName": TTL },
                });
                self.database.update_time_to_live(request(ttl)?).map_err(|error| error.to_string())?;
            }
            return Ok(());
        };
        let known: Value = serde_json::from_str(known.gsi_definitions.as_deref().unwrap_or("[]"))
            .map_err(|error| error.to_string())?;
        let has =
            |index: &Index| known.as_array().is_some_and(|list| list.iter().any(|g| g["IndexName"] == index.name));
        for index in table.indexes().iter().filter(|index| !has(index)) {
            let update = json!({
                "TableName": name,
                "AttributeDefinitions": strings([index.partition, index.sort]),
                "GlobalSecondaryIndexUpdates": [{ "Create": global(index) }],
            });
            self.database.update_table(request(update)?).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// What a call is answered: a status, and JSON. A panic is one call's failure, not the end of the thread that answers all of them.
/// (After one amid its work dynoxide takes no more calls, and each says so: who starts the runner again finds the tables as they
/// were before.)
fn answered(carried_out: impl FnOnce() -> Result<String, DynoxideError>) -> (u16, String) {
    // Nothing of ours is left half done by it: what a call has is dropped with it.
    let panicked = |_| Err(DynoxideError::InternalServerError("the embedded DynamoDB panicked".to_owned()));
    match catch_unwind(AssertUnwindSafe(carried_out)).unwrap_or_else(panicked) {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

/// The operations that the store has use for.
fn carried_out(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    match operation {
        "GetItem" => written(&database.get_item(read(body)?)?),
        "PutItem" => written(&database.put_item(read(body)?)?),
        "UpdateItem" => written(&database.update_item(read(body)?)?),
        "DeleteItem" => written(&database.delete_item(read(body)?)?),
        "Query" => written(&database.query(read(body)?)?),
        "Scan" => written(&database.scan(read(body)?)?),
        "BatchGetItem" => written(&database.batch_get_item(read(body)?)?),
        "BatchWriteItem" => written(&database.batch_write_item(read(body)?)?),
        "TransactGetItems" => written(&database.transact_get_items(read(body)?)?),
        "TransactWriteItems" => written(&database.transact_write_items(read(body)?)?),
        _ => Err(DynoxideError::ValidationException(format!("the local runner has no {operation}"))),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn written<T: Serialize>(reply: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(reply).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

fn request<T: DeserializeOwned>(json: Value) -> Result<T, String> {
    serde_json::from_value(json).map_err(|error| error.to_string())
}

/// `CreateTable` for one of our tables.
fn create_table(table: Table, name: &str) -> Value {
    let attributes: BTreeSet<&str> =
        table.indexes().iter().flat_map(|index| [index.partition, index.sort]).chain(["pk", "sk"]).collect();
    let mut create = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": strings(attributes),
        "KeySchema": keys("pk", "sk"),
    });
    if !table.indexes().is_empty() {
        create["GlobalSecondaryIndexes"] = table.indexes().iter().map(global).collect();
    }
    if table.has_stream() {
        create["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
    }
    create
}

fn strings<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    names.into_iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect()
}

fn keys(partition: &str, sort: &str) -> Value {
    json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }])
}

fn global(index: &Index) -> Value {
    json!({
        "IndexName": index.name,
        "KeySchema": keys(index.partition, index.sort),
        "Projection": { "ProjectionType": "ALL" },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_panic_is_told_as_dynamodb_tells_its_own_failures() {
        let (status, body) = answered(|| panic!("as a bug would"));
        let body: Value = serde_json::from_str(&body).unwrap();
        let kind = body["__type"].as_str().unwrap_or_default();
        assert_eq!((status, kind.rsplit('#').next()), (500, Some("InternalServerError")), "{body}");
    }
}
