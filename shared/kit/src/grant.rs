//! What a function may touch. Its IAM policy is made of its grants, and so is what its clients refuse locally and in tests.

use crate::queues::Queue;
use store::{Access, KeyUse, Table, Verb};

/// A folder of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// What browsers posted, kept for a day.
    Uploads,
    /// What everybody may see.
    Pictures,
}

impl Folder {
    /// Its name, which keys of its objects begin with.
    pub fn name(self) -> &'static str {
        match self {
            Folder::Uploads => "uploads",
            Folder::Pictures => "pictures",
        }
    }
}

/// One thing that a function may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// With what the store keeps: a table, a private key.
    Store(Access),
    /// With the objects of a folder.
    Objects(Folder, Verb),
    /// Send to a queue.
    Send(Queue),
    /// Send mail.
    Mail,
}

/// Read a table and its indexes.
pub const fn read(table: Table) -> Grant {
    Grant::Store(Access::Table(table, Verb::Read))
}

/// Write items of a table.
pub const fn write(table: Table) -> Grant {
    Grant::Store(Access::Table(table, Verb::Write))
}

/// Remove items of a table.
pub const fn remove(table: Table) -> Grant {
    Grant::Store(Access::Table(table, Verb::Remove))
}

/// Sign with the private key of a use, and with no other.
pub const fn sign(key_use: KeyUse) -> Grant {
    Grant::Store(Access::Key(key_use, Verb::Read))
}

/// Read objects of a folder.
pub const fn read_objects(folder: Folder) -> Grant {
    Grant::Objects(folder, Verb::Read)
}

/// Write objects of a folder.
pub const fn write_objects(folder: Folder) -> Grant {
    Grant::Objects(folder, Verb::Write)
}

/// Remove objects of a folder.
pub const fn remove_objects(folder: Folder) -> Grant {
    Grant::Objects(folder, Verb::Remove)
}

/// Send to a queue.
pub const fn send(queue: Queue) -> Grant {
    Grant::Send(queue)
}

impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Grant::Store(access) => access.fmt(f),
            Grant::Objects(folder, verb) => write!(f, "{verb:?} {}/", folder.name()),
            Grant::Send(queue) => write!(f, "Send {}", queue.name),
            Grant::Mail => write!(f, "Mail"),
        }
    }
}
