//! Lambda's event source mapping for DynamoDB streams: records go to the function in order; what fails is bisected,
//! tried a bounded number of times, and then set aside whole, so that it never blocks what comes after it.
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>

use crate::disk::{Disk, machine_now};
use crate::handler::{Handler, Stop, failures};
use crate::queues::{Queues, backoff};
use dynoxide::Database;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::streams::shard_id;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// The stream of one table and the function that consumes it.
#[derive(Clone)]
pub struct Stream {
    /// The tables.
    pub database: Database,
    /// The table's full name.
    pub table: String,
    /// Where the checkpoint is kept.
    pub disk: Disk,
    /// Where records go that can't be handled.
    pub queues: Arc<Queues>,
    /// The queue for them.
    pub unpublished: String,
    /// The function.
    pub handler: Handler,
    /// How many records it gets at once, at most.
    pub batch: usize,
    /// How often a single record is tried.
    pub attempts: u32,
    /// Rung after every call that may have written.
    pub written: Arc<Notify>,
}

/// How long a stream rests when nobody rings: writes that come from elsewhere (a test's own client, a TTL sweep) are
/// seen after this. An empty read is one index lookup.
const REST: Duration = Duration::from_secs(1);

/// The pause after `attempt` failures of one record: a tenth of the queues' backoff, since a shard waits behind it.
fn pause(attempt: u32) -> Duration {
    backoff(attempt) / 10
}

impl Stream {
    /// Delivers until the end.
    pub async fn run(self, mut stop: Stop) {
        loop {
            let rung = self.written.notified();
            let delivered = tokio::select! {
                () = stop.requested() => return,
                delivered = self.step() => delivered,
            };
            let rest = match delivered {
                Ok(0) => REST,
                Ok(_) => continue,
                Err(error) => {
                    eprintln!("guestlist: the stream of {} can't be read: {error}", self.table);
                    Duration::from_secs(1)
                }
            };
            tokio::select! {
                () = stop.requested() => return,
                () = rung => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Reads the records after the checkpoint and delivers them; says how many.
    ///
    /// # Errors
    /// When the tables or the disk can't be used.
    pub async fn step(&self) -> Result<usize, String> {
        let records = self.read()?;
        self.deliver(&records).await?;
        Ok(records.len())
    }

    fn read(&self) -> Result<Vec<Value>, String> {
        let said = |error: dynoxide::DynoxideError| error.to_string();
        let request = ListStreamsRequest { table_name: Some(self.table.clone()), ..Default::default() };
        let streams = self.database.list_streams(request).map_err(said)?.streams;
        let Some(stream) = streams.first() else { return Err("the table has no stream".to_owned()) };
        let sequence_number = self.disk.checkpoint(&self.table).map_err(|error| error.to_string())?;
        let kind = if sequence_number.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
        let request = GetShardIteratorRequest {
            stream_arn: stream.stream_arn.clone(),
            shard_id: shard_id(&self.table),
            shard_iterator_type: kind.to_owned(),
            sequence_number,
        };
        let iterator = self.database.get_shard_iterator(request).map_err(said)?.shard_iterator.unwrap_or_default();
        let request = GetRecordsRequest { shard_iterator: iterator, limit: Some(self.batch) };
        let records = self.database.get_records(request).map_err(said)?.records;
        records
            .iter()
            .map(|record| {
                let mut record = serde_json::to_value(record).map_err(|error| error.to_string())?;
                if let Some(record) = record.as_object_mut() {
                    record.insert("eventSourceARN".to_owned(), Value::String(stream.stream_arn.clone()));
                }
                Ok(record)
            })
            .collect()
    }

    async fn deliver(&self, mut records: &[Value]) -> Result<(), String> {
        let mut take = records.len();
        let mut attempt = 0;
        while !records.is_empty() {
            let (now, _) = records.split_at(take.clamp(1, records.len()));
            let (good, reason) = self.invoke(now).await;
            if good > 0 {
                self.passed(now.get(good - 1))?;
                records = records.get(good..).unwrap_or_default();
                // Everything good: go on with all that is left. Else the first of the rest is the bad one.
                take = if good == now.len() { records.len() } else { 1 };
                attempt = 0;
            } else if now.len() > 1 {
                take = now.len() / 2;
            } else {
                attempt += 1;
                if attempt < self.attempts {
                    tokio::time::sleep(pause(attempt)).await;
                    continue;
                }
                if let Some(record) = now.first() {
                    // The same form in which `publish_facts` itself sets aside what it can't read.
                    let kept = json!({ "error": reason, "record": record }).to_string();
                    self.queues
                        .set_aside(&self.unpublished, &kept, self.handler.name(), &reason, machine_now())
                        .map_err(|error| error.to_string())?;
                    eprintln!(
                        "guestlist: a change to {} could not be published ({reason}); see /dev/queues",
                        self.table
                    );
                    self.passed(Some(record))?;
                }
                records = records.get(1..).unwrap_or_default();
                take = records.len();
                attempt = 0;
            }
        }
        Ok(())
    }

    /// Calls the function; says how many records from the front are done, and what was wrong with the next.
    async fn invoke(&self, records: &[Value]) -> (usize, String) {
        let answer = self.handler.call(json!({ "Records": records })).await;
        match answer.and_then(|answer| failures(&answer)) {
            Err(reason) => (0, reason),
            Ok(failed) if failed.is_empty() => (records.len(), String::new()),
            // The checkpoint goes to the lowest failed sequence number; an unknown one fails the whole batch.
            Ok(failed) => {
                let first = records.iter().position(|record| failed.iter().any(|id| sequence(record) == Some(id)));
                (first.unwrap_or(0), "the function asked for a retry".to_owned())
            }
        }
    }

    fn passed(&self, record: Option<&Value>) -> Result<(), String> {
        match record.and_then(sequence) {
            Some(sequence) => self.disk.set_checkpoint(&self.table, sequence).map_err(|error| error.to_string()),
            None => Err("a stream record without a sequence number".to_owned()),
        }
    }
}

fn sequence(record: &Value) -> Option<&str> {
    record.get("dynamodb")?.get("SequenceNumber")?.as_str()
}
