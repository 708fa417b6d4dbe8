//! The bucket: what was uploaded and the pictures made of it, on disk beside queues and mails.

use crate::disk::Disk;
use rusqlite::{OptionalExtension as _, params};

/// How long an upload is kept: as the bucket's lifecycle has it in the cloud.
const UPLOAD_MILLISECONDS: i64 = 24 * 3600 * 1000;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its media type.
    pub media: String,
    /// What it holds.
    pub body: Vec<u8>,
}

/// Every object of the house.
#[derive(Clone, Debug)]
pub struct Objects {
    disk: Disk,
}

impl Objects {
    /// The objects on `disk`.
    pub fn new(disk: Disk) -> Self {
        Self { disk }
    }

    /// Keeps an object, in the place of what had its key before; on return it is on disk.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn put(&self, key: &str, object: &Object, now: i64) -> rusqlite::Result<()> {
        self.disk.lock().execute(
            "INSERT OR REPLACE INTO objects (key, media, stored_at, body) VALUES (?1, ?2, ?3, ?4)",
            params![key, object.media, now, object.body],
        )?;
        Ok(())
    }

    /// An object.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn get(&self, key: &str) -> rusqlite::Result<Option<Object>> {
        let connection = self.disk.lock();
        connection
            .query_row("SELECT media, body FROM objects WHERE key = ?1", [key], |row| {
                Ok(Object { media: row.get(0)?, body: row.get(1)? })
            })
            .optional()
    }

    /// Removes an object, if there is one.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn remove(&self, key: &str) -> rusqlite::Result<()> {
        self.disk.lock().execute("DELETE FROM objects WHERE key = ?1", [key])?;
        Ok(())
    }

    /// Removes uploads that are a day old.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn expire(&self, now: i64) -> rusqlite::Result<()> {
        self.disk.lock().execute(
            "DELETE FROM objects WHERE key LIKE 'uploads/%' AND stored_at <= ?1",
            [now - UPLOAD_MILLISECONDS],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn object(body: &[u8]) -> Object {
        Object { media: "image/jpeg".to_owned(), body: body.to_vec() }
    }

    #[test]
    fn an_object_is_kept_replaced_and_removed() {
        let objects = Objects::new(Disk::memory().unwrap());
        assert_eq!(objects.get("pictures/a").unwrap(), None);
        objects.put("pictures/a", &object(b"one"), 1).unwrap();
        objects.put("pictures/a", &object(b"two"), 2).unwrap();
        assert_eq!(objects.get("pictures/a").unwrap(), Some(object(b"two")));
        objects.remove("pictures/a").unwrap();
        objects.remove("pictures/a").unwrap();
        assert_eq!(objects.get("pictures/a").unwrap(), None);
    }

    #[test]
    fn uploads_go_after_a_day_and_pictures_stay() {
        let objects = Objects::new(Disk::memory().unwrap());
        for key in ["uploads/evt/old", "pictures/old"] {
            objects.put(key, &object(b"x"), 0).unwrap();
        }
        objects.put("uploads/evt/new", &object(b"x"), 1).unwrap();
        objects.expire(UPLOAD_MILLISECONDS).unwrap();
        let there = |key: &str| objects.get(key).unwrap().is_some();
        assert_eq!(["uploads/evt/old", "uploads/evt/new", "pictures/old"].map(there), [false, true, true]);
    }
}
