//! Pictures that organizers upload as covers of their events. What has none is drawn: see [`crate::covers`].

use crate::covers;
use crate::events::{Event, Status};
use crate::fault::{Fault, FaultCode};
use crate::ids::{Identifier, PictureId, UploadId};
use crate::record::{Change, Record};
use crate::refusal::Refusal;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest file that is taken: 10 MiB.
pub const MOST_BYTES: u64 = 10 * 1024 * 1024;
/// The widths in pixels that a picture is kept in. One that was narrower from the start isn't stretched.
pub const WIDTHS: [u32; 3] = [480, 960, 1600];
/// The width that views name.
const SHOWN_WIDTH: u32 = 960;

/// What is said of a file that is larger than [`MOST_BYTES`].
pub fn too_large() -> Fault {
    Fault::limited(FaultCode::FileTooLarge, (MOST_BYTES >> 20) as i64)
}

/// What sort of file is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PictureType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl PictureType {
    /// The media type (RFC 6838).
    pub fn media(self) -> &'static str {
        match self {
            PictureType::Jpeg => "image/jpeg",
            PictureType::Png => "image/png",
            PictureType::Webp => "image/webp",
        }
    }

    /// What a file really is, by its first bytes: what it is called counts for nothing.
    pub fn of(file: &[u8]) -> Option<Self> {
        if file.starts_with(b"\xFF\xD8\xFF") {
            Some(PictureType::Jpeg)
        } else if file.starts_with(b"\x89PNG\r\n\x1A\n") {
            Some(PictureType::Png)
        } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
            Some(PictureType::Webp)
        } else {
            None
        }
    }
}

/// A picture, as an event holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its id.
    pub id: PictureId,
    /// The event's colour, taken from it: which of [`covers::HUES`].
    pub hue: u8,
}

impl UploadId {
    /// The picture that this upload becomes: always the same, so that a repeated request makes nothing twice.
    pub fn picture(self) -> PictureId {
        PictureId::from_ulid(self.ulid())
    }
}

impl PictureId {
    /// The name of its file of this width.
    pub fn file(self, width: u32) -> String {
        format!("{self}-{width}.jpg")
    }
}

impl Event {
    /// Its colour: that of its picture, else of its drawn cover.
    pub fn hue(&self) -> u8 {
        self.picture.map_or_else(|| covers::hue(self.id), |picture| picture.hue)
    }

    /// Where its cover is, on our own origin.
    pub fn cover_url(&self) -> String {
        match self.picture {
            Some(picture) => format!("/pictures/{}", picture.id.file(SHOWN_WIDTH)),
            None => covers::path(self.id, self.details.kind),
        }
    }

    /// Whether it may get another cover.
    ///
    /// # Errors
    /// It is cancelled, or has ended.
    pub fn may_be_covered(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.status == Status::Cancelled {
            return Err(Refusal::conflict("event_cancelled", "The event is cancelled."));
        }
        if self.status == Status::Published && self.ends.instant <= now {
            return Err(Refusal::conflict("event_ended", "The event has ended; its cover stays as it is."));
        }
        Ok(())
    }

    /// The event with this picture as its cover.
    ///
    /// # Errors
    /// As [`Event::may_be_covered`].
    pub fn with_picture(&self, picture: Picture, now: Timestamp) -> Result<(Event, Vec<Change>), Refusal> {
        self.may_be_covered(now)?;
        Ok(self.covered_by(Some(picture)))
    }

    /// The event with its drawn cover. A picture may be taken back at any time: it may show somebody who doesn't like it.
    pub fn without_picture(&self) -> (Event, Vec<Change>) {
        self.covered_by(None)
    }

    fn covered_by(&self, picture: Option<Picture>) -> (Event, Vec<Change>) {
        if self.picture == picture {
            return (self.clone(), Vec::new());
        }
        let event = Event { version: self.version + 1, picture, ..self.clone() };
        let changes = vec![Change::Replace(Record::Event(event.clone()))];
        (event, changes)
    }
}
