//! What can keep the runner from starting, each as a sentence that says what to do.

use std::path::PathBuf;
use thiserror::Error;

/// Why the runner didn't start.
#[derive(Debug, Error)]
pub enum Failure {
    /// The command line can't be understood.
    #[error("{0} Try --help.")]
    Usage(String),
    /// Somebody else listens on the port.
    #[error("Port {port} is in use already. Stop what listens there, or choose another one with --port {}.", next(*port))]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The port can't be had for another reason.
    #[error("Port {port} can't be opened: {why}. Choose another one with --port {}.", next(*port))]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        why: std::io::Error,
    },
    /// The data folder can't be written.
    #[error("The data folder {} can't be written: {why}. Choose another one with --data, or keep nothing with --memory.", folder.display())]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Another runner has the folder open.
    #[error("The data folder {} is in use by another runner. Stop that one, or choose another folder with --data.", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A newer Guestlist wrote the folder.
    #[error(
        "The data folder {} was written by a newer Guestlist (format {found}; this one knows format {known}). \
         Update Guestlist, choose another folder with --data, or start over with --fresh.",
        folder.display()
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// The format that it has.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The folder was kept by an older runner, in a way that can't be read any more.
    #[error(
        "{} was kept by an older Guestlist (its format is {found}; this one reads {known}). Start over with --fresh, or choose \
         another folder with --data.",
        folder.display()
    )]
    Older {
        /// The folder.
        folder: PathBuf,
        /// The format that it has.
        found: u32,
        /// The oldest format known here.
        known: u32,
    },
    /// The folder holds something that isn't ours.
    #[error(
        "{} is not empty and not a data folder of Guestlist (its file `guestlist-version` is missing or unreadable), so nothing \
         in it was touched. Choose another folder with --data.",
        folder.display()
    )]
    NotOurs {
        /// The folder.
        folder: PathBuf,
    },
    /// Something within the runner.
    #[error("{what}: {why}.")]
    Part {
        /// What was to be done.
        what: &'static str,
        /// What went wrong.
        why: String,
    },
}

impl Failure {
    /// For `map_err`: what was to be done, and any error.
    pub fn part<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |why| Self::Part { what, why: why.to_string() }
    }
}

fn next(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(4040)
}
