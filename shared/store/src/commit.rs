//! Writing: a decision's changes, all or none.

use crate::Store;
use crate::deliveries::IdempotencyRecord;
use crate::error::{Error, Result};
use crate::item::{Item, Key, number, text, to_item};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use domain::{Change, Record};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How often a transaction that meets others on the same items is tried. Beyond that the decision is made anew, with longer
/// waits in between: in a rush it is wiser to see first whether there is anything left to be had.
const CONFLICT_TRIES: u32 = 3;

/// One write in DynamoDB's terms.
struct Write {
    key: Key,
    action: Action,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    /// Whether it is done when the very same item is there already.
    once: bool,
}

enum Action {
    Put(Item),
    Update(String),
    Delete,
}

impl Write {
    fn new(key: Key, action: Action) -> Self {
        Self { key, action, condition: None, names: HashMap::new(), values: HashMap::new(), once: false }
    }

    fn put(record: &Record) -> Result<Self> {
        Ok(Self::new(Key::of(record), Action::Put(to_item(record)?)))
    }

    fn only_if(mut self, condition: &str) -> Self {
        self.condition = Some(condition.to_owned());
        self
    }

    fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.names.insert(placeholder.to_owned(), attribute.to_owned());
        self
    }

    fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.insert(placeholder.to_owned(), value);
        self
    }

    fn of(change: &Change) -> Result<Self> {
        Ok(match change {
            Change::Insert(record) => Write { once: true, ..Write::put(record)?.only_if("attribute_not_exists(pk)") },
            Change::Replace(record) => {
                let version = record.version().ok_or_else(|| Error::item("any", &"a record without a version"))?;
                match version {
                    0 | 1 => Write::put(record)?.only_if("attribute_not_exists(pk)"),
                    _ => Write::put(record)?
                        .only_if("#version = :seen")
                        .name("#version", "version")
                        .value(":seen", number(version - 1)),
                }
            }
            Change::Put(record) => Write::put(record)?,
            Change::Remove(record) => Write::new(Key::of(record), Action::Delete),
            Change::RemoveSeen { record, seen } => Write::new(Key::of(record), Action::Delete)
                .only_if("#version = :seen")
                .name("#version", "version")
                .value(":seen", number(seen)),
            Change::Tick(reminder) => Write::put(&Record::Reminder(reminder.clone()))?
                .only_if("#state = :planned AND #starts = :starts")
                .name("#state", "state")
                .name("#starts", "starts")
                .value(":planned", text("planned"))
                .value(":starts", text(reminder.starts.to_string())),
            Change::TakePlaces { event, pool, terms, places, bookings } => Write::new(
                Key::pool(*event, *pool),
                update("SET #left = #left - :n, #taken = #taken + :n, #bookings = #bookings + :b"),
            )
            .only_if("#open = :yes AND #terms = :seen AND #left >= :n")
            .name("#left", "left")
            .name("#taken", "taken")
            .name("#bookings", "bookings")
            .name("#open", "open")
            .name("#terms", "terms")
            .value(":n", number(places))
            .value(":b", number(bookings))
            .value(":yes", AttributeValue::Bool(true))
            .value(":seen", number(terms)),
            Change::FreePlaces { event, pool, places, bookings } => Write::new(
                Key::pool(*event, *pool),
                update("SET #left = #left + :n, #taken = #taken - :n, #bookings = #bookings - :b"),
            )
            .only_if("#taken >= :n AND #bookings >= :b")
            .name("#left", "left")
            .name("#taken", "taken")
            .name("#bookings", "bookings")
            .value(":n", number(places))
            .value(":b", number(bookings)),
            Change::ChangePool { event, pool, seen, terms, more } => {
                Write::new(Key::pool(*event, *pool), update("SET #left = #left + :more, #terms = :terms"))
                    .only_if("#open = :yes AND #terms = :seen AND #left >= :lost")
                    .name("#left", "left")
                    .name("#open", "open")
                    .name("#terms", "terms")
                    .value(":more", number(more))
                    .value(":lost", number(-*more))
                    .value(":yes", AttributeValue::Bool(true))
                    .value(":seen", number(seen))
                    .value(":terms", number(terms))
            }
            Change::ClosePool { event, pool, seen } => {
                Write::new(Key::pool(*event, *pool), update("SET #open = :no, #terms = :terms"))
                    .only_if("#terms = :seen")
                    .name("#open", "open")
                    .name("#terms", "terms")
                    .value(":no", AttributeValue::Bool(false))
                    .value(":terms", number(seen + 1))
                    .value(":seen", number(seen))
            }
            Change::VerifyAddress { user, at } => {
                Write::new(Key::user(*user), update("SET email_verified_at = :at, #version = #version + :one"))
                    .only_if("attribute_exists(pk)")
                    .name("#version", "version")
                    .value(":at", text(at.to_string()))
                    .value(":one", number(1))
            }
            Change::ResetPassword { user, hash, at } => Write::new(
                Key::user(*user),
                update(
                    "SET password_hash = :hash, login_epoch = login_epoch + :one, email_verified_at = :at, \
                     #version = #version + :one",
                ),
            )
            .only_if("attribute_exists(pk)")
            .name("#version", "version")
            .value(":hash", text(hash))
            .value(":at", text(at.to_string()))
            .value(":one", number(1)),
            Change::Admit { event, pool, people } => {
                Write::new(Key::pool(*event, *pool), update("SET #admitted = #admitted + :n"))
                    .only_if("attribute_exists(pk)")
                    .name("#admitted", "admitted")
                    .value(":n", number(people))
            }
        })
    }
}

fn update(expression: &str) -> Action {
    Action::Update(expression.to_owned())
}

impl Store {
    /// Writes a decision's changes, all or none, and with them the record of the answer that was given.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where a condition didn't hold: nothing was written.
    pub async fn commit(&self, changes: &[Change], idempotency: Option<&IdempotencyRecord>) -> Result<()> {
        let mut writes = changes.iter().map(Write::of).collect::<Result<Vec<_>>>()?;
        if let Some(record) = idempotency {
            // One that has ended counts as absent, although DynamoDB may take days to remove it.
            let write = Write::new(record.key(), Action::Put(record.item()?))
                .only_if("attribute_not_exists(pk) OR #expires <= :now")
                .name("#expires", "expires")
                .value(":now", number(record.made()));
            writes.push(write);
        }
        match writes.len() {
            0 => Ok(()),
            1 => match writes.pop() {
                Some(write) => self.write_one(write).await,
                None => Ok(()),
            },
            _ => self.transact(writes).await,
        }
    }

    async fn write_one(&self, write: Write) -> Result<()> {
        let table = self.table(write.key.table);
        let names = (!write.names.is_empty()).then_some(write.names);
        let values = (!write.values.is_empty()).then_some(write.values);
        let capacity = Some(ReturnConsumedCapacity::Total);
        match write.action {
            Action::Put(item) => {
                let call = self.client.put_item().table_name(table).set_item(Some(item.clone()));
                let call = call.set_condition_expression(write.condition).set_return_consumed_capacity(capacity);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                let call = call.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
                let Err(error) = call.send().await else { return Ok(()) };
                // The SDK repeats a call whose answer was lost. A transaction has a token for that; a plain write finds
                // its own item in the way.
                match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(held))
                        if write.once && held.item() == Some(&item) =>
                    {
                        Ok(())
                    }
                    _ => Err(Error::of(error)),
                }
            }
            Action::Update(expression) => {
                let call = self.client.update_item().table_name(table).set_key(Some(write.key.attributes()));
                let call = call.update_expression(expression).set_condition_expression(write.condition);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                call.set_return_consumed_capacity(capacity).send().await.map(drop).map_err(Error::of)
            }
            Action::Delete => {
                let call = self.client.delete_item().table_name(table).set_key(Some(write.key.attributes()));
                let call = call.set_condition_expression(write.condition).set_return_consumed_capacity(capacity);
                let call = call.set_expression_attribute_names(names).set_expression_attribute_values(values);
                call.send().await.map(drop).map_err(Error::of)
            }
        }
    }

    /// One transaction. One that met another on the same item is tried again with jitter (the SDK doesn't do that), under
    /// a new token each time: DynamoDB remembers what became of the old one.
    async fn transact(&self, writes: Vec<Write>) -> Result<()> {
        let items = writes.into_iter().map(|write| self.transact_item(write)).collect::<Result<Vec<_>>>()?;
        for attempt in 1..=CONFLICT_TRIES {
            let call = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let error = match call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(Error::of(error));
            };
            let reasons: Vec<&str> =
                cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
            if reasons.contains(&"ConditionalCheckFailed") {
                return Err(Error::Overtaken);
            }
            // An item that is too large, say: that would be so each time.
            if reasons.contains(&"ValidationError") {
                return Err(Error::item("any", &format!("{:?}", cancelled.cancellation_reasons())));
            }
            let busy = |code: &&str| matches!(*code, "ThrottlingError" | "ProvisionedThroughputExceeded");
            if !reasons.iter().any(|code| *code == "TransactionConflict" || busy(code)) {
                return Err(Error::Unavailable(format!("transaction cancelled: {reasons:?}")));
            }
            if attempt == CONFLICT_TRIES && reasons.iter().any(busy) {
                return Err(Error::Busy(format!("transaction cancelled: {reasons:?}")));
            }
            if attempt < CONFLICT_TRIES {
                tokio::time::sleep(jitter(attempt)).await;
            }
        }
        Err(Error::Overtaken)
    }

    fn transact_item(&self, write: Write) -> Result<TransactWriteItem> {
        let table = self.table(write.key.table);
        let key = write.key.attributes();
        let names = (!write.names.is_empty()).then_some(write.names);
        let values = (!write.values.is_empty()).then_some(write.values);
        let built = |error: aws_sdk_dynamodb::error::BuildError| Error::item(&write.key.pk, &error);
        let item = TransactWriteItem::builder();
        Ok(match write.action {
            Action::Put(put) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(put))
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(built)?,
            ),
            Action::Update(expression) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(expression)
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(built)?,
            ),
            Action::Delete => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(built)?,
            ),
        }
        .build())
    }
}

/// Full jitter over an exponential bound (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>):
/// up to 10, 20, 40 and so on to 640 ms.
pub fn jitter(attempt: u32) -> Duration {
    let bound = 10u64 << attempt.saturating_sub(1).min(6);
    // The hasher's keys are random per instance: enough to spread retries, and no crate more.
    let random = RandomState::new().hash_one(attempt);
    Duration::from_micros(random % (bound * 1_000))
}
