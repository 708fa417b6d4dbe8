//! Records as DynamoDB items: where each is stored and under which index keys.

use crate::error::{Error, Result};
use crate::tables::{Index, Table};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Record;
use domain::accounts::{PasswordReset, Verification};
use domain::events::{Event, ShortCode};
use domain::ids::{BookingId, DoorPassId, EventId, ScanId, TokenFamilyId, UserId};
use domain::reminders::{Reminder, ReminderKind, ReminderState};
use jiff::Timestamp;
use std::collections::HashMap;

/// An item as the SDK knows it.
pub type Item = HashMap<String, AttributeValue>;

/// Where an item is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The table.
    pub table: Table,
    /// The partition key.
    pub pk: String,
    /// The sort key.
    pub sk: String,
}

impl Key {
    pub(crate) fn new(table: Table, pk: impl ToString, sk: impl Into<String>) -> Self {
        Self { table, pk: pk.to_string(), sk: sk.into() }
    }

    pub(crate) fn attributes(&self) -> Item {
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }

    pub(crate) fn user(id: UserId) -> Self {
        Key::new(Table::Accounts, id, "user")
    }
    pub(crate) fn address(folded: &str, what: &str) -> Self {
        Key::new(Table::Accounts, format!("email#{folded}"), what)
    }
    pub(crate) fn family(user: UserId, id: TokenFamilyId) -> Self {
        Key::new(Table::Accounts, user, format!("family#{id}"))
    }
    pub(crate) fn event(id: EventId) -> Self {
        Key::new(Table::Events, id, "event")
    }
    pub(crate) fn slug(slug: &str) -> Self {
        Key::new(Table::Events, format!("slug#{slug}"), "claim")
    }
    pub(crate) fn short_link(code: &ShortCode) -> Self {
        Key::new(Table::Events, format!("short#{code}"), "claim")
    }
    pub(crate) fn reminder(event: EventId, kind: ReminderKind) -> Self {
        Key::new(Table::Events, event, format!("reminder#{}", kind.word()))
    }
    pub(crate) fn door_pass(event: EventId, id: DoorPassId) -> Self {
        Key::new(Table::Events, event, format!("door_pass#{id}"))
    }
    pub(crate) fn pool(event: EventId, pool: u8) -> Self {
        Key::new(Table::Pools, pool_name(event, pool), "pool")
    }
    pub(crate) fn booking(id: BookingId) -> Self {
        Key::new(Table::Bookings, id, "booking")
    }
    pub(crate) fn calendar(user: UserId) -> Self {
        Key::new(Table::Bookings, user, "calendar")
    }
    pub(crate) fn scan(event: EventId, id: &ScanId) -> Self {
        Key::new(Table::Bookings, format!("{event}#scans"), id.to_string())
    }

    /// Where a record is stored.
    pub fn of(record: &Record) -> Key {
        match record {
            Record::User(user) => Key::user(user.id),
            Record::EmailClaim(claim) => Key::address(&claim.email, "claim"),
            Record::Verification(verification) => Key::address(&verification.email, "verification"),
            Record::PasswordReset(reset) => Key::address(&reset.email, "password_reset"),
            Record::SignUpNotice(notice) => Key::address(&notice.email, "sign_up_notice"),
            Record::TokenFamily(family) => Key::family(family.user, family.id),
            Record::Event(event) => Key::event(event.id),
            Record::EventClaim(claim) => Key::new(
                Table::Events,
                format!("claim#{}#{}#{}", claim.organizer, sortable(claim.starts), claim.name),
                "claim",
            ),
            Record::SlugClaim(claim) => Key::slug(claim.slug.as_str()),
            Record::ShortLink(link) => Key::short_link(&link.code),
            Record::Reminder(reminder) => Key::reminder(reminder.event, reminder.kind),
            Record::Announcement(told) => Key::new(Table::Events, told.event, format!("announcement#{}", told.id)),
            Record::DoorPass(pass) => Key::door_pass(pass.event, pass.id),
            Record::Pool(pool) => Key::pool(pool.event, pool.index),
            Record::Booking(booking) => Key::booking(booking.id),
            Record::Calendar(calendar) => Key::calendar(calendar.user),
            Record::Scan(scan) => Key::scan(scan.event, &scan.id),
        }
    }
}

/// The partition of a pool, also in the index of its bookings.
pub(crate) fn pool_name(event: EventId, pool: u8) -> String {
    format!("{event}#{pool}")
}

/// An instant whose text sorts as time does: always milliseconds.
pub(crate) fn sortable(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The partition in which reminders that are due within that hour are found.
pub(crate) fn due_hour(kind: ReminderKind, at: Timestamp) -> String {
    format!("{}#{}", kind.word(), at.strftime("%Y-%m-%dT%H"))
}

/// The partition in which listed events of that UTC month are found.
pub(crate) fn listed_month(at: Timestamp) -> String {
    at.strftime("%Y-%m").to_string()
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The attributes by which indexes find a record, and when it ends.
fn index_attributes(record: &Record) -> Vec<(&'static str, AttributeValue)> {
    let until = |at: Timestamp| ("expires", number(at.as_second()));
    match record {
        Record::Event(event) => event_attributes(event),
        Record::Reminder(Reminder { event, kind, due, state: ReminderState::Planned, .. }) => {
            vec![("due_hour", text(due_hour(*kind, *due))), ("due_event", text(format!("{}#{event}", sortable(*due))))]
        }
        Record::Booking(booking) => vec![
            ("event_pool", text(pool_name(booking.event, booking.home_pool()))),
            ("state_since", text(format!("{}#{}#{}", booking.state.word(), sortable(booking.since), booking.id))),
            ("booked_by", text(booking.user.to_string())),
            ("starts_id", text(format!("{}#{}", sortable(booking.starts), booking.id))),
            ("folded_name", text(booking.name.folded())),
        ],
        Record::Scan(scan) => vec![
            ("event_pool", text(format!("{}#scans", scan.event))),
            ("state_since", text(format!("{}#{}", sortable(scan.at), scan.id))),
        ],
        Record::Verification(Verification { expires_at, exception, .. })
        | Record::PasswordReset(PasswordReset { expires_at, exception, .. }) => {
            vec![until(exception.as_ref().map_or(*expires_at, |exception| exception.until.max(*expires_at)))]
        }
        Record::SignUpNotice(notice) => vec![until(notice.requested_at + jiff::SignedDuration::from_hours(24))],
        Record::TokenFamily(family) => vec![until(family.expires_at)],
        _ => vec![],
    }
}

fn event_attributes(event: &Event) -> Vec<(&'static str, AttributeValue)> {
    let starts = event.starts.instant;
    let mut attributes = vec![("starts_id", text(format!("{}#{}", sortable(starts), event.id)))];
    if event.is_listed() {
        attributes.push(("listed_month", text(listed_month(starts))));
    }
    attributes
}

/// A record as an item, whole.
pub(crate) fn to_item(record: &Record) -> Result<Item> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(record).map_err(|e| Error::item("any", &e))?;
    item.extend(Key::of(record).attributes());
    item.extend(index_attributes(record).into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(item)
}

/// A record's keys in the table and in an index: where a list goes on after it.
pub(crate) fn key_in(record: &Record, index: Index) -> Result<Item> {
    let wanted = ["pk", "sk", index.partition, index.sort];
    Ok(to_item(record)?.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect())
}

/// The record in an item.
///
/// # Errors
/// The item isn't one of ours.
pub(crate) fn from_item(item: Item) -> Result<Record> {
    let key = item.get("pk").and_then(|pk| pk.as_s().ok()).cloned().unwrap_or_default();
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|e| Error::item(&key, &e))
}

/// The record in an image of a stream record, as Lambda hands it over: `{"pk": {"S": "..."}, ...}`. `None` where the item is
/// not a record (an idempotency record, say, in a table that has both).
///
/// # Errors
/// The image can't be read.
pub fn from_stream_image(image: &serde_json::Value) -> Result<Record> {
    let item: serde_dynamo::Item = serde_json::from_value(image.clone())
        .map_err(|e| Error::Item { key: "stream".to_owned(), why: e.to_string() })?;
    serde_dynamo::from_item(item).map_err(|e| Error::item("stream", &e))
}
