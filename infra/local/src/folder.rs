//! The data folder: whose it is, which format it has, and that only one runner uses it at a time.

use crate::failure::Failure;
use crate::parameters;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The format of what is kept. It rises when an older runner could no longer read the folder.
pub const FORMAT: u32 = 3;

const MARKER: &str = "guestlist-version";
/// The marker while it is written.
const NEW_MARKER: &str = "guestlist-version.new";
const LOCK: &str = "lock";
/// Everything the runner makes in its folder; `--fresh` deletes these and nothing else.
const OURS: &[&str] = &[
    "tables.sqlite",
    "tables.sqlite-wal",
    "tables.sqlite-shm",
    "local.sqlite",
    "local.sqlite-wal",
    "local.sqlite-shm",
    "log.jsonl",
    "log.jsonl.old",
    parameters::NEW_FILE,
    parameters::FILE,
    NEW_MARKER,
    MARKER,
];

/// An open data folder. It stays locked as long as this value lives, and the lock ends with the process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder, or creates it. With `fresh` what an earlier runner kept in it is deleted first.
    ///
    /// # Errors
    /// A folder that can't be written, is in use, was written by a newer runner, or isn't ours.
    pub fn open(path: &Path, fresh: bool) -> Result<Self, Failure> {
        let folder = || path.to_owned();
        let unwritable = |why: std::io::Error| Failure::Unwritable { folder: folder(), why: why.to_string() };
        fs::create_dir_all(path).map_err(unwritable)?;
        let mut entries = fs::read_dir(path).map_err(unwritable)?;
        let format = match fs::read_to_string(path.join(MARKER)) {
            Ok(marker) => {
                let format = marker.trim().parse::<u32>().map_err(|_| Failure::NotOurs { folder: folder() })?;
                Some(format)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(unwritable(error)),
        };
        // A lock and an unfinished marker are what a start leaves behind that ended before the marker was written.
        let begun = |entry: std::io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| [LOCK, NEW_MARKER].iter().any(|name| entry.file_name() == **name))
        };
        if format.is_none() && entries.any(|entry| !begun(entry)) {
            return Err(Failure::NotOurs { folder: folder() });
        }
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK)).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::InUse { folder: folder() }),
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        match format {
            Some(found) if found > FORMAT && !fresh => {
                return Err(Failure::Newer { folder: folder(), found, known: FORMAT });
            }
            Some(found) if found < FORMAT && !fresh => {
                return Err(Failure::Older { folder: folder(), found, known: FORMAT });
            }
            Some(_) if fresh => clear(path).map_err(unwritable)?,
            _ => {}
        }
        if fresh || format.is_none() {
            write_marker(path).map_err(unwritable)?;
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The marker goes last, so that an interrupted `--fresh` can be repeated.
fn clear(path: &Path) -> std::io::Result<()> {
    for name in OURS {
        match fs::remove_file(path.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whole or not at all: a folder whose marker says nothing would be nobody's.
fn write_marker(path: &Path) -> std::io::Result<()> {
    let unfinished = path.join(NEW_MARKER);
    let mut file = File::create(&unfinished)?;
    writeln!(file, "{FORMAT}")?;
    file.sync_all()?;
    fs::rename(unfinished, path.join(MARKER))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn place(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("guestlist-folder-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        path
    }

    #[test]
    fn only_one_runner_uses_a_folder() {
        let path = place("lock");
        let first = Folder::open(&path, false).unwrap();
        assert!(matches!(Folder::open(&path, false), Err(Failure::InUse { .. })));
        assert!(matches!(Folder::open(&path, true), Err(Failure::InUse { .. })), "a fresh start respects it too");
        drop(first);
        Folder::open(&path, false).unwrap();
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_start_that_ended_while_it_wrote_the_marker_is_no_end_of_the_folder() {
        let path = place("unfinished");
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(LOCK), "").unwrap();
        fs::write(path.join(NEW_MARKER), "").unwrap();
        drop(Folder::open(&path, false).unwrap());
        assert_eq!(fs::read_to_string(path.join(MARKER)).unwrap(), format!("{FORMAT}\n"));
        assert!(!path.join(NEW_MARKER).exists());
        // Once it is there, nothing writes it again: not even a start that can't write at all harms it.
        let written = fs::metadata(path.join(MARKER)).unwrap().modified().unwrap();
        drop(Folder::open(&path, false).unwrap());
        assert_eq!(fs::metadata(path.join(MARKER)).unwrap().modified().unwrap(), written);
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_newer_folder_is_left_alone_until_a_fresh_start() {
        let path = place("newer");
        drop(Folder::open(&path, false).unwrap());
        fs::write(path.join(MARKER), "999\n").unwrap();
        fs::write(path.join("tables.sqlite"), "new").unwrap();
        assert!(matches!(Folder::open(&path, false), Err(Failure::Newer { found: 999, .. })));
        assert_eq!(fs::read_to_string(path.join("tables.sqlite")).unwrap(), "new");
        Folder::open(&path, true).unwrap();
        assert!(!path.join("tables.sqlite").exists());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn an_older_folder_is_left_alone_until_a_fresh_start() {
        let path = place("older");
        drop(Folder::open(&path, false).unwrap());
        fs::write(path.join(MARKER), format!("{}\n", FORMAT - 1)).unwrap();
        fs::write(path.join("tables.sqlite"), "old").unwrap();
        assert!(matches!(Folder::open(&path, false), Err(Failure::Older { found, .. }) if found == FORMAT - 1));
        assert_eq!(fs::read_to_string(path.join("tables.sqlite")).unwrap(), "old");
        Folder::open(&path, true).unwrap();
        assert!(!path.join("tables.sqlite").exists());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_stranger_s_folder_is_never_touched() {
        let path = place("stranger");
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("thesis.txt"), "years of work").unwrap();
        for fresh in [false, true] {
            assert!(matches!(Folder::open(&path, fresh), Err(Failure::NotOurs { .. })));
        }
        fs::write(path.join(MARKER), "not a number").unwrap();
        assert!(matches!(Folder::open(&path, true), Err(Failure::NotOurs { .. })));
        assert_eq!(fs::read_dir(&path).unwrap().count(), 2, "nothing was added");
        fs::write(path.join(MARKER), "1").unwrap();
        Folder::open(&path, true).unwrap();
        assert_eq!(
            fs::read_to_string(path.join("thesis.txt")).unwrap(),
            "years of work",
            "a fresh start deletes its own files only"
        );
        fs::remove_dir_all(path).unwrap();
    }
}
