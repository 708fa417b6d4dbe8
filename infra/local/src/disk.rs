//! What the runner itself keeps, beside the tables: queued messages, mails, stream checkpoints and the clock's offset,
//! in one SQLite file.

use rusqlite::{Connection, OptionalExtension};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The runner's own SQLite file, shared by its parts. Every call is one short transaction.
#[derive(Clone, Debug)]
pub struct Disk {
    connection: Arc<Mutex<Connection>>,
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id TEXT NOT NULL UNIQUE,
        queue      TEXT NOT NULL,
        body       TEXT NOT NULL,
        sent_at    INTEGER NOT NULL,              -- milliseconds since the epoch, as every time in this table
        visible_at INTEGER NOT NULL,
        receives   INTEGER NOT NULL DEFAULT 0,
        in_flight  INTEGER NOT NULL DEFAULT 0,
        origin     TEXT,                          -- of a dead letter: the queue that it came from
        reason     TEXT                           -- of a failed message: what the consumer said last
    );
    CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, visible_at, id);

    CREATE TABLE IF NOT EXISTS mails (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id  TEXT NOT NULL,
        recipients  TEXT NOT NULL,                -- the envelope's, separated by line feeds, in lower case
        received_at INTEGER NOT NULL,             -- milliseconds since the epoch, on the runner's clock
        raw         BLOB NOT NULL
    );

    CREATE TABLE IF NOT EXISTS objects (
        key       TEXT PRIMARY KEY,
        media     TEXT NOT NULL,
        stored_at INTEGER NOT NULL,               -- milliseconds since the epoch, on the runner's clock
        body      BLOB NOT NULL
    );

    CREATE TABLE IF NOT EXISTS checkpoints (stream TEXT PRIMARY KEY, sequence TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
";

impl Disk {
    /// Opens or creates the file at `path`.
    ///
    /// In WAL mode with `synchronous = NORMAL` a committed transaction survives the death of the process, however
    /// sudden; only a power cut may take the last ones (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
    ///
    /// # Errors
    /// When the file can't be opened or written.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::prepare(connection)
    }

    /// The same in memory, gone with the process.
    ///
    /// # Errors
    /// When the memory can't be had.
    pub fn memory() -> rusqlite::Result<Self> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(connection: Connection) -> rusqlite::Result<Self> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// The connection, for one short piece of work. A panic of an earlier holder left no half-done transaction behind
    /// (rusqlite rolls back on drop), so a poisoned lock is taken all the same.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The setting called `name`.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn setting(&self, name: &str) -> rusqlite::Result<Option<String>> {
        self.lock().query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0)).optional()
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn set_setting(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.lock().execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)", [name, value])?;
        Ok(())
    }

    /// Up to where `stream` has been delivered: the sequence number of the last record.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn checkpoint(&self, stream: &str) -> rusqlite::Result<Option<String>> {
        self.lock()
            .query_row("SELECT sequence FROM checkpoints WHERE stream = ?1", [stream], |row| row.get(0))
            .optional()
    }

    /// Notes that everything of `stream` up to and including `sequence` has been delivered.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn set_checkpoint(&self, stream: &str, sequence: &str) -> rusqlite::Result<()> {
        self.lock()
            .execute("INSERT OR REPLACE INTO checkpoints (stream, sequence) VALUES (?1, ?2)", [stream, sequence])?;
        Ok(())
    }
}

/// Now, in milliseconds since the epoch, on the machine's clock: what queues count by. Moving the runner's clock
/// forward doesn't touch them, or every message in flight would be delivered twice.
pub fn machine_now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
