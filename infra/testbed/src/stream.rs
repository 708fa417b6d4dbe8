//! What happened to the tables of an [`Embedded`] DynamoDB, record by record, as Lambda would hand it to a consumer.

use crate::embedded::{Embedded, Error};
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::streams::shard_id;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use store::tables::Table;

/// How far each table's stream was read.
#[derive(Debug, Default)]
pub struct Streams {
    read: Mutex<BTreeMap<String, String>>,
}

impl Streams {
    /// From the beginning.
    pub fn new() -> Self {
        Self::default()
    }

    /// The records of all tables with a stream that weren't given out yet, oldest first within a table.
    ///
    /// # Errors
    /// When a stream can't be read.
    pub fn next(&self, embedded: &Embedded, prefix: &str) -> Result<Vec<Value>, Error> {
        let mut records = Vec::new();
        for table in Table::ALL.iter().filter(|table| table.has_stream()) {
            records.extend(self.of(embedded, &format!("{prefix}{}", table.name()))?);
        }
        Ok(records)
    }

    fn of(&self, embedded: &Embedded, table: &str) -> Result<Vec<Value>, Error> {
        let database = embedded.database();
        let request = ListStreamsRequest { table_name: Some(table.to_owned()), ..Default::default() };
        let streams = database.list_streams(request)?.streams;
        let stream = streams.first().ok_or_else(|| format!("{table} has no stream"))?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let after = read.get(table).cloned();
        let kind = if after.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
        let iterator = database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: stream.stream_arn.clone(),
            shard_id: shard_id(table),
            shard_iterator_type: kind.to_owned(),
            sequence_number: after,
        })?;
        let shard_iterator = iterator.shard_iterator.unwrap_or_default();
        let found = database.get_records(GetRecordsRequest { shard_iterator, limit: Some(1_000) })?.records;
        let records = found.iter().map(serde_json::to_value).collect::<Result<Vec<Value>, _>>()?;
        let last = records.last().and_then(|record| record["dynamodb"]["SequenceNumber"].as_str());
        if let Some(last) = last {
            read.insert(table.to_owned(), last.to_owned());
        }
        Ok(records)
    }
}
