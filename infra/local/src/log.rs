//! Where the functions' log lines go: a file in the data folder, the console with `--verbose`, or nowhere with `--memory`.

use crate::folder::Folder;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// When a log is this large at the start, it makes room for a new one; one old log is kept.
const LARGEST: u64 = 20 * 1024 * 1024;

/// A place for log lines.
#[derive(Debug)]
pub enum Log {
    /// `log.jsonl` in the data folder.
    File(Mutex<File>),
    /// The console.
    Console,
    /// Nowhere.
    None,
}

impl Log {
    /// The log in `folder`, or the console, or none.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn open(folder: Option<&Folder>, console: bool) -> std::io::Result<Self> {
        let Some(folder) = folder else { return Ok(if console { Self::Console } else { Self::None }) };
        let path = folder.file("log.jsonl");
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > LARGEST) {
            std::fs::rename(&path, folder.file("log.jsonl.old"))?;
        }
        Ok(Self::File(Mutex::new(OpenOptions::new().create(true).append(true).open(path)?)))
    }

    /// Writes one line. A log that can't be written must not fail a function: the line is lost.
    pub fn line(&self, line: &str) {
        match self {
            Self::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                drop(file.write_all(format!("{line}\n").as_bytes()));
            }
            Self::Console => println!("{line}"),
            Self::None => {}
        }
    }
}
