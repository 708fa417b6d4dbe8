//! Queues as SQS has them, on disk: at least once, delays, visibility, receive counts, dead letters and redrive.
//!
//! Times are milliseconds since the epoch and always given by the caller, so that a test needs no waiting.
//! The words and limits are those of
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.

use crate::disk::Disk;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What a queue is made of.
#[derive(Clone, Debug)]
pub struct QueueSpec {
    /// The name without the installation's prefix: `mails`.
    pub name: String,
    /// Where a message goes when it has been received `max_receives` times in vain. `None`: it comes back for ever.
    pub dead_letters: Option<String>,
    /// How often a message is tried.
    pub max_receives: u32,
    /// How long a received message stays hidden from other receivers.
    pub visibility: Duration,
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// SQS's message id, the same on every delivery.
    pub message_id: String,
    /// The body as it was sent.
    pub body: String,
    /// How often it has been received, this time included.
    pub receives: u32,
    /// When it was sent.
    pub sent_at: i64,
    row: i64,
}

impl Message {
    /// What names this delivery of this message: a later delivery has another.
    pub fn receipt_handle(&self) -> String {
        format!("{}-{}", self.row, self.receives)
    }
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The body.
    pub body: String,
    /// How long it stays hidden at first.
    pub delay: Duration,
}

/// A message as the page of queues shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// SQS's message id.
    pub message_id: String,
    /// The body as it was sent.
    pub body: String,
    /// When it was sent, in milliseconds since the epoch.
    pub sent_at: i64,
    /// From when it can be received, in milliseconds since the epoch.
    pub visible_at: i64,
    /// How often it has been received.
    pub receives: u32,
    /// Whether a consumer has it now.
    pub in_flight: bool,
    /// Of a dead letter: the queue that it came from.
    pub origin: Option<String>,
    /// Of a failed message: what the consumer said last.
    pub reason: Option<String>,
}

/// How much a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Messages that can be received now.
    pub waiting: u64,
    /// Messages that wait for a delay or a retry.
    pub delayed: u64,
    /// Messages that a consumer has.
    pub in_flight: u64,
}

/// All queues of the house.
#[derive(Debug)]
pub struct Queues {
    disk: Disk,
    queues: BTreeMap<String, (QueueSpec, Arc<Notify>)>,
}

impl Queues {
    /// Opens the queues. Messages that a consumer held when the last process ended are free at once, since nobody else
    /// can hold them; their receive counts stay, so that a message which kills the process gets to the dead letters.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn open(disk: Disk, specs: impl IntoIterator<Item = QueueSpec>) -> rusqlite::Result<Self> {
        disk.lock().execute("UPDATE messages SET in_flight = 0, visible_at = 0 WHERE in_flight = 1", [])?;
        let queues = specs.into_iter().map(|spec| (spec.name.clone(), (spec, Arc::new(Notify::new())))).collect();
        Ok(Self { disk, queues })
    }

    /// Every queue, by name.
    pub fn specs(&self) -> impl Iterator<Item = &QueueSpec> {
        self.queues.values().map(|(spec, _)| spec)
    }

    /// The queue called `name`.
    pub fn spec(&self, name: &str) -> Option<&QueueSpec> {
        self.queues.get(name).map(|(spec, _)| spec)
    }

    /// Told whenever something was put into the queue. One consumer waits for it.
    pub fn arrival(&self, name: &str) -> Option<Arc<Notify>> {
        self.queues.get(name).map(|(_, notify)| Arc::clone(notify))
    }

    fn ring(&self, name: &str) {
        if let Some((_, notify)) = self.queues.get(name) {
            notify.notify_one();
        }
    }

    /// Puts messages into a queue, all or none; returns their ids in the same order. On return they are on disk.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn send(&self, queue: &str, messages: &[Outgoing], now: i64) -> rusqlite::Result<Vec<String>> {
        let mut connection = self.disk.lock();
        let transaction = connection.transaction()?;
        let mut ids = Vec::with_capacity(messages.len());
        for message in messages {
            let visible_at = now.saturating_add(millis(message.delay));
            ids.push(insert(&transaction, queue, &message.body, now, visible_at, None)?);
        }
        transaction.commit()?;
        drop(connection);
        self.ring(queue);
        Ok(ids)
    }

    /// Takes up to `most` messages that are visible, the longest visible first, and hides them for the queue's
    /// visibility timeout. Messages that have been tried often enough go to the dead letters instead.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn receive(&self, queue: &str, most: usize, now: i64) -> rusqlite::Result<Vec<Message>> {
        let Some(spec) = self.spec(queue) else { return Ok(Vec::new()) };
        let mut connection = self.disk.lock();
        let transaction = connection.transaction()?;
        let mut died = 0;
        if let Some(dead_letters) = &spec.dead_letters {
            died = transaction.execute(
                "UPDATE messages SET queue = ?1, origin = ?2, in_flight = 0,
                        reason = coalesce(reason, 'the consumer never answered')
                 WHERE queue = ?2 AND visible_at <= ?3 AND receives >= ?4",
                params![dead_letters, queue, now, spec.max_receives],
            )?;
        }
        let mut messages = {
            let mut statement = transaction.prepare_cached(
                "UPDATE messages SET visible_at = ?1, receives = receives + 1, in_flight = 1
                 WHERE id IN (SELECT id FROM messages WHERE queue = ?2 AND visible_at <= ?3
                              ORDER BY visible_at, id LIMIT ?4)
                 RETURNING id, message_id, body, receives, sent_at",
            )?;
            let hidden_until = now.saturating_add(millis(spec.visibility));
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![hidden_until, queue, now, most], |row| {
                Ok(Message {
                    row: row.get(0)?,
                    message_id: row.get(1)?,
                    body: row.get(2)?,
                    receives: row.get(3)?,
                    sent_at: row.get(4)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()?
        };
        transaction.commit()?;
        drop(connection);
        if died > 0
            && let Some(dead_letters) = &spec.dead_letters
        {
            self.ring(dead_letters);
        }
        messages.sort_by_key(|message| message.row);
        Ok(messages)
    }

    /// The consumer is done with these messages: they are gone. A message that was received again meanwhile stays,
    /// since its later receiver has it.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn delete(&self, messages: &[Message]) -> rusqlite::Result<()> {
        let mut connection = self.disk.lock();
        let transaction = connection.transaction()?;
        for message in messages {
            transaction.execute(
                "DELETE FROM messages WHERE id = ?1 AND receives = ?2 AND in_flight = 1",
                params![message.row, message.receives],
            )?;
        }
        transaction.commit()
    }

    /// The consumer failed on this message: it comes back after a wait that doubles with every try, or goes to the
    /// dead letters when it has been tried often enough. Says whether it died.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn give_back(&self, queue: &str, message: &Message, reason: &str, now: i64) -> rusqlite::Result<bool> {
        let Some(spec) = self.spec(queue) else { return Ok(false) };
        let dead_letters = spec.dead_letters.as_deref().filter(|_| message.receives >= spec.max_receives);
        let visible_at = match dead_letters {
            Some(_) => now,
            None => now.saturating_add(millis(backoff(message.receives))),
        };
        let changed = self.disk.lock().execute(
            "UPDATE messages SET in_flight = 0, visible_at = ?3, reason = ?4,
                    queue = coalesce(?5, queue), origin = CASE WHEN ?5 IS NULL THEN origin ELSE ?6 END
             WHERE id = ?1 AND receives = ?2 AND in_flight = 1",
            params![message.row, message.receives, visible_at, reason, dead_letters, queue],
        )?;
        self.ring(dead_letters.unwrap_or(queue));
        Ok(changed > 0 && dead_letters.is_some())
    }

    /// Puts a record that could not be handled into `queue`, with where it came from and why.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn set_aside(&self, queue: &str, body: &str, origin: &str, reason: &str, now: i64) -> rusqlite::Result<()> {
        insert(&self.disk.lock(), queue, body, now, now, Some((origin, reason)))?;
        self.ring(queue);
        Ok(())
    }

    /// Sends dead letters back to the queue that they came from, as if never tried: all of them, or one. Says how many.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn redrive(&self, dead_letters: &str, message_id: Option<&str>, now: i64) -> rusqlite::Result<usize> {
        let mut moved = 0;
        for (name, _) in self.queues.iter().filter(|(_, (spec, _))| spec.dead_letters.as_deref() == Some(dead_letters))
        {
            moved += self.disk.lock().execute(
                "UPDATE messages SET queue = origin, origin = NULL, reason = NULL, receives = 0, in_flight = 0,
                        visible_at = ?3
                 WHERE queue = ?1 AND origin = ?2 AND (?4 IS NULL OR message_id = ?4)",
                params![dead_letters, name, now, message_id],
            )?;
            self.ring(name);
        }
        Ok(moved)
    }

    /// Takes one message out of a queue for good, whoever has it. Says whether it was there.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn discard(&self, queue: &str, message_id: &str) -> rusqlite::Result<bool> {
        let gone = self
            .disk
            .lock()
            .execute("DELETE FROM messages WHERE queue = ?1 AND message_id = ?2", [queue, message_id])?;
        Ok(gone > 0)
    }

    /// The oldest messages of a queue, up to `most`.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn list(&self, queue: &str, most: usize) -> rusqlite::Result<Vec<Listed>> {
        let connection = self.disk.lock();
        let mut statement = connection.prepare_cached(
            "SELECT message_id, body, sent_at, visible_at, receives, in_flight, origin, reason
             FROM messages WHERE queue = ?1 ORDER BY id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![queue, i64::try_from(most).unwrap_or(i64::MAX)], |row| {
            Ok(Listed {
                message_id: row.get(0)?,
                body: row.get(1)?,
                sent_at: row.get(2)?,
                visible_at: row.get(3)?,
                receives: row.get(4)?,
                in_flight: row.get(5)?,
                origin: row.get(6)?,
                reason: row.get(7)?,
            })
        })?;
        rows.collect()
    }

    /// How much a queue holds.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn depth(&self, queue: &str, now: i64) -> rusqlite::Result<Depth> {
        self.disk.lock().query_row(
            "SELECT coalesce(sum(in_flight = 0 AND visible_at <= ?2), 0),
                    coalesce(sum(in_flight = 0 AND visible_at > ?2), 0),
                    coalesce(sum(in_flight), 0)
             FROM messages WHERE queue = ?1",
            params![queue, now],
            |row| Ok(Depth { waiting: row.get(0)?, delayed: row.get(1)?, in_flight: row.get(2)? }),
        )
    }

    /// When the next message of a queue becomes visible, or became so; `None` when the queue is empty.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn next_due(&self, queue: &str) -> rusqlite::Result<Option<i64>> {
        self.disk
            .lock()
            .query_row("SELECT min(visible_at) FROM messages WHERE queue = ?1", [queue], |row| row.get(0))
            .optional()
            .map(Option::flatten)
    }
}

/// How long a message waits after its `receives`-th failure: 1, 2, 4 ... up to 60 seconds.
pub fn backoff(receives: u32) -> Duration {
    let doublings = receives.saturating_sub(1).min(6);
    Duration::from_secs((1_u64 << doublings).min(60))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Message ids look as SQS's do: a random UUID.
fn insert(
    connection: &Connection,
    queue: &str,
    body: &str,
    now: i64,
    visible_at: i64,
    set_aside: Option<(&str, &str)>,
) -> rusqlite::Result<String> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO messages (message_id, queue, body, sent_at, visible_at, origin, reason)
         VALUES (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' ||
                 substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), ?1, ?2, ?3, ?4, ?5, ?6)
         RETURNING message_id",
    )?;
    let (origin, reason) = set_aside.unzip();
    statement.query_row(params![queue, body, now, visible_at, origin, reason], |row| row.get(0))
}
