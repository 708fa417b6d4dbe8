//! The mails that were sent, kept raw on disk.

use crate::disk::Disk;
use rusqlite::{OptionalExtension, Row, params};

/// One mail as it was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its number in the mailbox, from 1.
    pub id: i64,
    /// What the sender was told, as SES's message id.
    pub message_id: String,
    /// Where it was sent to, in lower case.
    pub recipients: Vec<String>,
    /// When, in milliseconds since the epoch on the runner's clock.
    pub received_at: i64,
    /// The whole message, RFC 5322.
    pub raw: Vec<u8>,
}

/// Every mail of the house.
#[derive(Clone, Debug)]
pub struct Mailbox {
    disk: Disk,
}

impl Mailbox {
    /// The mailbox on `disk`.
    pub fn new(disk: Disk) -> Self {
        Self { disk }
    }

    /// Keeps a mail; on return it is on disk. Gives its message id.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn put(&self, recipients: &[String], raw: &[u8], now: i64) -> rusqlite::Result<String> {
        let recipients = recipients.iter().map(|address| address.to_lowercase()).collect::<Vec<_>>().join("\n");
        self.disk.lock().query_row(
            "INSERT INTO mails (message_id, recipients, received_at, raw)
             VALUES (lower(hex(randomblob(16))), ?1, ?2, ?3) RETURNING message_id",
            params![recipients, now, raw],
            |row| row.get(0),
        )
    }

    /// One mail.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn get(&self, id: i64) -> rusqlite::Result<Option<Mail>> {
        self.disk
            .lock()
            .query_row("SELECT id, message_id, recipients, received_at, raw FROM mails WHERE id = ?1", [id], mail)
            .optional()
    }

    /// The newest mails first, up to `most`: only those to an address that contains `to`, and only older ones than
    /// number `before`, when given.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn list(&self, to: Option<&str>, before: Option<i64>, most: u32) -> rusqlite::Result<Vec<Mail>> {
        let connection = self.disk.lock();
        let mut statement = connection.prepare_cached(
            "SELECT id, message_id, recipients, received_at, raw FROM mails
             WHERE id < ?1 AND instr(recipients, ?2) > 0 ORDER BY id DESC LIMIT ?3",
        )?;
        let to = to.unwrap_or_default().trim().to_lowercase();
        let rows = statement.query_map(params![before.unwrap_or(i64::MAX), to, most], mail)?;
        rows.collect()
    }

    /// How many mails there are.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn count(&self) -> rusqlite::Result<u64> {
        self.disk.lock().query_row("SELECT count(*) FROM mails", [], |row| row.get(0))
    }
}

fn mail(row: &Row<'_>) -> rusqlite::Result<Mail> {
    let recipients: String = row.get(2)?;
    Ok(Mail {
        id: row.get(0)?,
        message_id: row.get(1)?,
        recipients: recipients.lines().map(str::to_owned).collect(),
        received_at: row.get(3)?,
        raw: row.get(4)?,
    })
}
