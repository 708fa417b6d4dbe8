//! The three ways to read: one item, some items by their keys, a query.

use crate::Store;
use crate::cursor::Position;
use crate::error::{Error, Result};
use crate::item::{Item, Key, from_item, text};
use crate::tables::{Index, Table};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, Select};
use domain::Record;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;

/// How many keys one `BatchGetItem` takes
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
const BATCH: usize = 100;
/// How many such calls run side by side.
const SIDE_BY_SIDE: usize = 8;

/// A query for one page.
pub(crate) struct Query<'a> {
    pub table: Table,
    /// `None` for the table itself, which is then read consistently.
    pub index: Option<Index>,
    pub partition: &'a str,
    /// The least and the greatest sort key, both included.
    pub between: Option<(String, String)>,
    pub begins_with: Option<String>,
    pub newest_first: bool,
    pub limit: i32,
    pub after: Option<Item>,
    /// What else an item must be.
    pub filter: Option<Filter<'a>>,
    /// What of the items is wanted.
    pub part: Part,
}

/// What of the items of a query is wanted. It costs the same capacity whatever it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// These attributes.
    Only(&'static [&'static str]),
    /// How many there are.
    Count,
}

/// One page of what a query found.
pub(crate) struct Found {
    pub items: Vec<Item>,
    pub count: usize,
    /// Where the next page begins.
    pub more: Option<Item>,
}

/// An expression over further attributes, with its names and values.
pub(crate) type Filter<'a> = (&'a str, Vec<(&'a str, &'a str)>, Vec<(&'a str, AttributeValue)>);

impl<'a> Query<'a> {
    pub fn new(table: Table, index: Option<Index>, partition: &'a str) -> Self {
        let (between, begins_with, after, filter) = (None, None, None, None);
        let (newest_first, limit, part) = (false, 100, Part::Whole);
        Self { table, index, partition, between, begins_with, newest_first, limit, after, filter, part }
    }

    /// Whether a page of this query may have ended there. DynamoDB refuses other keys, in words that differ by what is
    /// wrong with them.
    fn holds(&self, after: &Item, pk: &str, sk: &str) -> bool {
        let at = |name: &str| after.get(name).and_then(|value| value.as_s().ok()).filter(|key| !key.is_empty());
        let named = if self.index.is_some() { 4 } else { 2 };
        let (Some(partition), Some(sort), Some(_), Some(_)) = (at(pk), at(sk), at("pk"), at("sk")) else {
            return false;
        };
        after.len() == named
            && partition == self.partition
            && self.begins_with.as_ref().is_none_or(|start| sort.starts_with(start))
            && self.between.as_ref().is_none_or(|(least, most)| least <= sort && sort <= most)
    }
}

impl Store {
    pub(crate) async fn item(&self, key: Key) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(self.table(key.table)).set_key(Some(key.attributes()));
        let call = call.consistent_read(true).return_consumed_capacity(ReturnConsumedCapacity::Total);
        Ok(call.send().await.map_err(Error::of)?.item)
    }

    /// Reads an item that isn't there of each of these tables, side by side: what opens a connection for each, since HTTP/1.1
    /// carries one call at a time.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn touch(&self, tables: impl IntoIterator<Item = Table>) -> Result<()> {
        try_join_all(tables.into_iter().map(|table| self.item(Key::new(table, "none", "none")))).await.map(drop)
    }

    pub(crate) async fn record(&self, key: Key) -> Result<Option<Record>> {
        self.item(key).await?.map(from_item).transpose()
    }

    /// Items by their keys, in no order; those that aren't there are left out. What takes several calls makes them side by side.
    pub(crate) async fn records(&self, keys: &[Key], consistent: bool) -> Result<Vec<Record>> {
        let calls: Vec<_> = keys.chunks(BATCH).map(|chunk| self.batch(chunk, consistent)).collect();
        let found: Vec<Vec<Record>> = stream::iter(calls).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn batch(&self, keys: &[Key], consistent: bool) -> Result<Vec<Record>> {
        let mut found = Vec::with_capacity(keys.len());
        let mut wanted: HashMap<String, Vec<Item>> = HashMap::new();
        for key in keys {
            wanted.entry(self.table(key.table)).or_default().push(key.attributes());
        }
        let mut wanted = wanted
            .into_iter()
            .map(|(table, keys)| {
                let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent).build();
                Ok((table, request.map_err(|e| Error::item("batch", &e))?))
            })
            .collect::<Result<HashMap<_, _>>>()?;
        let mut attempt = 0;
        while !wanted.is_empty() {
            let call = self.client.batch_get_item().set_request_items(Some(wanted));
            let reply = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.map_err(Error::of)?;
            for item in reply.responses.unwrap_or_default().into_values().flatten() {
                found.push(from_item(item)?);
            }
            wanted = reply.unprocessed_keys.unwrap_or_default();
            if !wanted.is_empty() {
                attempt += 1;
                if attempt > 6 {
                    return Err(Error::Busy("keys of a batch stay unprocessed".to_owned()));
                }
                tokio::time::sleep(crate::jitter(attempt)).await;
            }
        }
        Ok(found)
    }

    /// One page of a query, and where the next begins.
    pub(crate) async fn query(&self, query: Query<'_>) -> Result<(Vec<Record>, Option<Item>)> {
        let found = self.find(query).await?;
        let records = found.items.into_iter().map(from_item).collect::<Result<_>>()?;
        Ok((records, found.more))
    }

    /// One page of a query, as it is.
    pub(crate) async fn find(&self, query: Query<'_>) -> Result<Found> {
        let (pk, sk) = query.index.map_or(("pk", "sk"), |index| (index.partition, index.sort));
        if query.after.as_ref().is_some_and(|after| !query.holds(after, pk, sk)) {
            return Err(Error::Cursor);
        }
        // Nothing lies there, and DynamoDB refuses to look.
        if query.between.as_ref().is_some_and(|(least, most)| least > most) {
            return Ok(Found { items: Vec::new(), count: 0, more: None });
        }
        let mut condition = "#pk = :pk".to_owned();
        let mut call = self
            .client
            .query()
            .table_name(self.table(query.table))
            .set_index_name(query.index.map(|index| index.name.to_owned()))
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", text(query.partition));
        if let Some((least, most)) = query.between {
            condition.push_str(" AND #sk BETWEEN :least AND :most");
            call = call
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":least", text(least))
                .expression_attribute_values(":most", text(most));
        } else if let Some(start) = query.begins_with {
            condition.push_str(" AND begins_with(#sk, :start)");
            call = call.expression_attribute_names("#sk", sk).expression_attribute_values(":start", text(start));
        }
        if let Some((filter, names, values)) = query.filter {
            call = call.filter_expression(filter);
            for (name, attribute) in names {
                call = call.expression_attribute_names(name, attribute);
            }
            for (name, value) in values {
                call = call.expression_attribute_values(name, value);
            }
        }
        match query.part {
            Part::Whole => {}
            Part::Count => call = call.select(Select::Count),
            Part::Only(attributes) => {
                // By placeholders, since many words are reserved.
                let names: Vec<String> = (0..attributes.len()).map(|at| format!("#p{at}")).collect();
                for (name, attribute) in names.iter().zip(attributes) {
                    call = call.expression_attribute_names(name, *attribute);
                }
                call = call.projection_expression(names.join(", "));
            }
        }
        let reply = call
            .key_condition_expression(condition)
            .scan_index_forward(!query.newest_first)
            .consistent_read(query.index.is_none())
            .limit(query.limit)
            .set_exclusive_start_key(query.after)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(Error::of)?;
        let more = reply.last_evaluated_key.filter(|key| !key.is_empty());
        let count = usize::try_from(reply.count).unwrap_or(0);
        Ok(Found { items: reply.items.unwrap_or_default(), count, more })
    }

    /// One page of a list that is one partition.
    pub(crate) async fn page(&self, mut query: Query<'_>, cursor: Option<&str>) -> Result<crate::Page<Record>> {
        if let Some(cursor) = cursor {
            let position = Position::decode(cursor)?;
            if position.partition != query.partition {
                return Err(Error::Cursor);
            }
            query.after = position.key();
        }
        let partition = query.partition.to_owned();
        let (items, last) = self.query(query).await?;
        let cursor = last.map(|last| Position::after(partition, &last).encode()).transpose()?;
        Ok(crate::Page { items, cursor })
    }
}
