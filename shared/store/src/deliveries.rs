//! What is done once: idempotency records, delivery claims, rate counters. All of them end by themselves; one that has
//! ended counts as absent.

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{Item, Key, number, text};
use crate::tables::Table;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an `Idempotency-Key` is remembered.
const IDEMPOTENCY_HOURS: i64 = 24;
/// How long it is remembered that something was delivered: longer than a message can come back from a dead-letter queue
/// (14 days, <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>).
const DELIVERED_DAYS: i64 = 30;

/// An answer as it was given, to be given again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, by name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What became of a request with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// Who asked, for what, and the key: `usr_.../book_place/...`.
    pub scope: String,
    /// A hash of the request: the same key with another request is refused.
    pub request_hash: String,
    /// The answer.
    pub answer: StoredAnswer,
    /// When it is forgotten, in epoch seconds.
    pub expires: i64,
}

impl IdempotencyRecord {
    /// A record made now.
    pub fn new(scope: String, request_hash: String, answer: StoredAnswer, now: Timestamp) -> Self {
        let expires = (now + SignedDuration::from_hours(IDEMPOTENCY_HOURS)).as_second();
        Self { scope, request_hash, answer, expires }
    }

    pub(crate) fn key(&self) -> Key {
        Key::new(Table::Deliveries, format!("request#{}", self.scope), "answer")
    }

    /// When it was made, in epoch seconds.
    pub(crate) fn made(&self) -> i64 {
        self.expires - IDEMPOTENCY_HOURS * 3_600
    }

    pub(crate) fn item(&self) -> Result<Item> {
        let mut item: Item =
            serde_dynamo::aws_sdk_dynamodb_1::to_item(self).map_err(|e| Error::item(&self.scope, &e))?;
        item.extend(self.key().attributes());
        item.insert("record".to_owned(), text("idempotency"));
        Ok(item)
    }
}

/// What came of claiming a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's to make.
    Mine,
    /// It was made before.
    Delivered,
    /// Somebody else is at it; their lease ends at some time.
    Leased,
}

/// A counter's state after counting one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many in this window, this one included.
    pub count: u32,
    /// Seconds until the window ends.
    pub seconds_left: i64,
}

impl Store {
    /// What became of a request with this key.
    pub async fn idempotency_record(&self, scope: &str, now: Timestamp) -> Result<Option<IdempotencyRecord>> {
        let key = Key::new(Table::Deliveries, format!("request#{scope}"), "answer");
        let Some(item) = self.item(key).await? else { return Ok(None) };
        let record: IdempotencyRecord =
            serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|e| Error::item(scope, &e))?;
        Ok((record.expires > now.as_second()).then_some(record))
    }

    /// Claims a delivery for `lease`: whoever gets it makes it, then says [`Store::delivered`].
    pub async fn claim_delivery(&self, key: &str, now: Timestamp, lease: SignedDuration) -> Result<Claim> {
        let place = Key::new(Table::Deliveries, format!("delivery#{key}"), "claim");
        let mut item = place.attributes();
        item.insert("record".to_owned(), text("delivery"));
        item.insert("state".to_owned(), text("leased"));
        item.insert("leased_until".to_owned(), number((now + lease).as_millisecond()));
        item.insert("expires".to_owned(), number((now + SignedDuration::from_hours(24 * DELIVERED_DAYS)).as_second()));
        let result = self
            .client
            .put_item()
            .table_name(self.table(Table::Deliveries))
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR (#state = :leased AND leased_until < :now)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":leased", text("leased"))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let error = match result {
            Ok(_) => return Ok(Claim::Mine),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(held)) => {
                let state = held.item().and_then(|item| item.get("state")).and_then(|state| state.as_s().ok());
                Ok(if state.is_some_and(|state| state == "delivered") { Claim::Delivered } else { Claim::Leased })
            }
            _ => Err(Error::of(error)),
        }
    }

    /// Marks a claimed delivery as made.
    pub async fn delivered(&self, key: &str, now: Timestamp) -> Result<()> {
        self.set_delivery(key, "delivered", now).await
    }

    /// Gives a claimed delivery back, so that a retry needn't wait for the lease to end.
    pub async fn release_delivery(&self, key: &str) -> Result<()> {
        self.set_delivery(key, "leased", Timestamp::UNIX_EPOCH).await
    }

    async fn set_delivery(&self, key: &str, state: &str, at: Timestamp) -> Result<()> {
        let place = Key::new(Table::Deliveries, format!("delivery#{key}"), "claim");
        self.client
            .update_item()
            .table_name(self.table(Table::Deliveries))
            .set_key(Some(place.attributes()))
            .update_expression("SET #state = :state, leased_until = :at")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text(state))
            .expression_attribute_values(":at", number(at.as_millisecond()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map(drop)
            .map_err(Error::of)
    }

    /// Counts one more of `name` within the present window of so many seconds.
    pub async fn count(&self, name: &str, window_seconds: i64, now: Timestamp) -> Result<Rate> {
        let window = now.as_second().div_euclid(window_seconds);
        let ends = (window + 1) * window_seconds;
        let key = Key::new(Table::Deliveries, format!("rate#{name}#{window}"), "rate");
        let reply = self
            .client
            .update_item()
            .table_name(self.table(Table::Deliveries))
            .set_key(Some(key.attributes()))
            .update_expression("ADD #count :one SET expires = :ends")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":ends", number(ends))
            .return_values(ReturnValue::UpdatedNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(Error::of)?;
        let count = reply.attributes().and_then(|item| item.get("count")).and_then(|count| count.as_n().ok());
        let count = count.and_then(|count| count.parse().ok()).ok_or_else(|| Error::item(name, &"no count"))?;
        Ok(Rate { count, seconds_left: ends - now.as_second() })
    }
}
