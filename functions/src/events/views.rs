//! What is shown of events. What a reader may not see is absent.

use domain::announcements::Announcement;
use domain::events::{Event, EventKind, Place, ShortCode, Status, Visibility};
use domain::ids::{AnnouncementId, BookingId, EventId, UserId};
use domain::money::Money;
use domain::pools::Places;
use domain::text::{Description, EventName, Link, MessageBody, PersonName, Slug, Subject};
use domain::time::{WallTime, Zone};
use domain::{Language, markdown};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Who hosts an event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizerView {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
}

/// As whom somebody reads an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// As anybody.
    Anybody,
    /// As somebody who has a live booking.
    Guest(BookingId),
    /// As its organizer.
    Organizer,
}

/// An event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventView {
    /// Its id.
    pub id: EventId,
    /// Its version, for `If-Match`.
    pub version: u64,
    /// The part of its address that people read.
    pub slug: Slug,
    /// Its page.
    pub url: String,
    /// The same, in a few letters; leads nowhere while it is a draft.
    pub short_url: String,
    /// Its name.
    pub name: EventName,
    /// What sort it is.
    pub kind: EventKind,
    /// What it is about, in Markdown; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// The same as HTML that is safe to show; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description_html: Option<String>,
    /// When it starts, on the wall where it is.
    pub starts: WallTime,
    /// When it ends, on the same wall.
    pub ends: WallTime,
    /// The zone of that wall.
    pub zone: Zone,
    /// The instant at which it starts.
    pub starts_at: Timestamp,
    /// The instant at which it ends.
    pub ends_at: Timestamp,
    /// Where it is; absent for one that is only online.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether it can be joined online.
    pub online: bool,
    /// The link to join; absent unless you have a place or it is yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_link: Option<Link>,
    /// How many places there are; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// How many of them are free; absent in lists, and where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places_left: Option<i64>,
    /// What a place costs; absent where it is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Who hosts it.
    pub organizer: OrganizerView,
    /// Which of the eight colours of the shared style it has.
    pub hue: u8,
    /// Its cover, as a path on this origin. A picture that was uploaded (`-960.jpg`) is there in the widths 480 and 1600
    /// too: put that number in the place of 960.
    pub cover_url: String,
    /// The language that is spoken there.
    pub language: Language,
    /// Who finds it.
    pub visibility: Visibility,
    /// Where it stands in its life.
    pub status: Status,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Timestamp>,
    /// What the organizer said to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_message: Option<MessageBody>,
    /// Your live booking; absent where you have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub my_booking: Option<BookingId>,
    /// True where it is your own event; absent where it isn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mine: Option<bool>,
}

/// An event's address in a few letters.
pub fn short_url(base_url: &str, code: &ShortCode) -> String {
    format!("{base_url}/s/{code}")
}

impl EventView {
    /// An event as `reader` sees it: the link to join is for those who have a place and for the organizer.
    pub fn new(event: Event, base_url: &str, reader: Reader) -> Self {
        let description = event.details.description.clone();
        EventView {
            description_html: Some(markdown::html(description.as_str())),
            description: Some(description),
            ..EventView::listed(event, base_url, reader)
        }
    }

    /// The same without its description, for lists: a hundred long ones are more than an answer can hold.
    pub fn listed(event: Event, base_url: &str, reader: Reader) -> Self {
        let (hue, cover_url) = (event.hue(), event.cover_url());
        let details = event.details;
        EventView {
            id: event.id,
            version: event.version,
            url: format!("{base_url}/e/{}", event.slug),
            short_url: short_url(base_url, &event.code),
            slug: event.slug,
            name: details.name,
            kind: details.kind,
            description: None,
            description_html: None,
            starts: details.starts,
            ends: details.ends,
            zone: details.zone,
            starts_at: event.starts.instant,
            ends_at: event.ends.instant,
            place: details.place,
            online: details.online_link.is_some(),
            online_link: details.online_link.filter(|_| reader != Reader::Anybody),
            capacity: details.capacity,
            places_left: None,
            price: details.price,
            organizer: OrganizerView { id: event.organizer, name: event.organizer_name },
            hue,
            cover_url,
            language: details.language,
            visibility: details.visibility,
            status: event.status,
            published_at: event.published_at,
            cancelled_at: event.cancelled_at,
            cancel_message: event.cancel_message,
            my_booking: match reader {
                Reader::Guest(booking) => Some(booking),
                Reader::Anybody | Reader::Organizer => None,
            },
            is_mine: (reader == Reader::Organizer).then_some(true),
        }
    }

    /// With what is left of its places.
    pub fn with_places(mut self, places: Places) -> Self {
        self.places_left = places.left.map(|left| left.max(0));
        self
    }
}

/// An announcement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnnouncementView {
    /// Its id.
    pub id: AnnouncementId,
    /// What it is about.
    pub subject: Subject,
    /// What it says, in plain text.
    pub body: MessageBody,
    /// When it was made.
    pub announced_at: Timestamp,
}

impl From<Announcement> for AnnouncementView {
    fn from(told: Announcement) -> Self {
        AnnouncementView { id: told.id, subject: told.subject, body: told.body, announced_at: told.announced_at }
    }
}
