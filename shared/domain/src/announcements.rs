//! What an organizer tells everybody who is booked.

use crate::ids::{AnnouncementId, EventId};
use crate::text::{MessageBody, Subject};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One announcement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    /// Its id.
    pub id: AnnouncementId,
    /// Of which event.
    pub event: EventId,
    /// What it is about.
    pub subject: Subject,
    /// What it says, in plain text.
    pub body: MessageBody,
    /// When it was made.
    pub announced_at: Timestamp,
}
