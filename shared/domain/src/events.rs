//! Events: what they hold, and how they are planned, published, changed and cancelled.

mod details;
mod short_link;

pub use details::{Details, EventKind, FARTHEST_DAYS, LARGEST_CAPACITY, LONGEST_DAYS, Place, Visibility};
pub use short_link::{ShortCode, ShortLink};

use crate::bookings::{Calendar, CalendarEntry};
use crate::facts::Moves;
use crate::ids::{EventId, UserId};
use crate::pictures::Picture;
use crate::pools::{self, Pool};
use crate::record::{Change, Record};
use crate::refusal::Refusal;
use crate::reminders;
use crate::text::{PersonName, Slug};
use crate::time::Moment;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an event stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Seen by its organizer alone.
    Draft,
    /// Can be booked until it ends.
    Published,
    /// Will not happen.
    Cancelled,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Rises with each write; the ETag of its reply.
    pub version: u64,
    /// Who owns it.
    pub organizer: UserId,
    /// The owner's name when it was made.
    pub organizer_name: PersonName,
    /// The part of its address that people read.
    pub slug: Slug,
    /// The code of its short link.
    pub code: ShortCode,
    /// What its organizer says about it.
    #[serde(flatten)]
    pub details: Details,
    /// Its cover, where one was uploaded.
    pub picture: Option<Picture>,
    /// Where it stands in its life.
    pub status: Status,
    /// Rises when time, place, price or status change: what a booking agreed to. Its pools carry the same number.
    pub terms: u64,
    /// The terms since which it has its time and place. A message about an earlier move is overtaken.
    pub moved_terms: u64,
    /// Its last moves, as far as they are told together.
    pub moves: Option<Box<Moves>>,
    /// iCalendar's SEQUENCE (RFC 5545, section 3.8.7.4): rises with what changes in the entry.
    pub sequence: u32,
    /// How many seat pools it has; may grow, never shrinks.
    pub pools: u8,
    /// When it starts: the wall time, its zone and the instant.
    #[serde(rename = "starts_at")]
    pub starts: Moment,
    /// When it ends.
    #[serde(rename = "ends_at")]
    pub ends: Moment,
    /// When the draft was made.
    pub created_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// What the organizer said to that.
    pub cancel_message: Option<crate::text::MessageBody>,
}

/// The claim on (organizer, name, start) that makes a duplicate of one's own event impossible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventClaim {
    /// Who.
    pub organizer: UserId,
    /// The folded name.
    pub name: String,
    /// The start.
    pub starts: Timestamp,
    /// Which event holds the claim.
    pub event: EventId,
}

/// The claim on a slug.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlugClaim {
    /// The slug.
    pub slug: Slug,
    /// Which event holds it.
    pub event: EventId,
}

/// The organizer, as far as an event needs them.
#[derive(Clone, Debug)]
pub struct Organizer {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
}

/// A new draft.
///
/// # Errors
/// What [`Details::checked`] refuses.
pub fn draft(
    id: EventId,
    code: ShortCode,
    organizer: &Organizer,
    slug: Option<Slug>,
    details: Details,
    now: Timestamp,
) -> Result<(Event, Vec<Change>), Refusal> {
    let (starts, ends) = details.checked(None, now)?;
    let tail = id.to_string();
    let slug = slug.unwrap_or_else(|| crate::text::slug_for(&details.name, &tail[tail.len() - 6..]));
    let event = Event {
        id,
        version: 1,
        organizer: organizer.id,
        organizer_name: organizer.name.clone(),
        slug,
        code,
        pools: pools::count_for(details.capacity),
        details,
        picture: None,
        status: Status::Draft,
        terms: 1,
        moved_terms: 1,
        moves: None,
        sequence: 0,
        starts,
        ends,
        created_at: now,
        published_at: None,
        cancelled_at: None,
        cancel_message: None,
    };
    let changes = vec![
        Change::Insert(Record::Event(event.clone())),
        Change::Insert(Record::EventClaim(event.claim())),
        Change::Insert(Record::SlugClaim(SlugClaim { slug: event.slug.clone(), event: id })),
        Change::Insert(Record::ShortLink(event.short_link())),
    ];
    Ok((event, changes))
}

impl Event {
    /// The claim that this event holds.
    pub fn claim(&self) -> EventClaim {
        EventClaim {
            organizer: self.organizer,
            name: self.details.name.folded(),
            starts: self.starts.instant,
            event: self.id,
        }
    }

    /// Whether everybody may read it, link given.
    pub fn is_visible(&self) -> bool {
        self.status != Status::Draft
    }

    /// Whether it stands in the public lists.
    pub fn is_listed(&self) -> bool {
        self.status == Status::Published && self.details.visibility == Visibility::Public
    }

    /// The event, if this user runs it.
    ///
    /// # Errors
    /// Not found, for a draft of somebody else's (nobody may know of it); otherwise forbidden.
    pub fn run_by(self, user: UserId) -> Result<Event, Refusal> {
        if self.organizer == user {
            return Ok(self);
        }
        if self.is_visible() {
            return Err(Refusal::forbidden("not_organizer", "Only the event's organizer can do that."));
        }
        Err(Refusal::not_found("event"))
    }

    /// The event, if this user (or nobody in particular) may read it.
    ///
    /// # Errors
    /// Not found.
    pub fn seen_by(self, user: Option<UserId>) -> Result<Event, Refusal> {
        if self.is_visible() || user == Some(self.organizer) { Ok(self) } else { Err(Refusal::not_found("event")) }
    }

    /// Its entry in the organizer's calendar.
    fn own_entry(&self) -> CalendarEntry {
        CalendarEntry { booking: None, starts: self.starts.instant, ends: self.ends.instant }
    }

    /// The event with its places open.
    ///
    /// # Errors
    /// It is cancelled or has started; it overlaps with something in the organizer's calendar.
    pub fn published(
        &self,
        calendar: &Calendar,
        allow_overlap: bool,
        now: Timestamp,
    ) -> Result<(Event, Vec<Change>), Refusal> {
        match self.status {
            // Done already: publishing again changes nothing, so that a repeated request is safe.
            Status::Published => return Ok((self.clone(), Vec::new())),
            Status::Cancelled => return Err(cancelled()),
            Status::Draft => {}
        }
        if self.starts.instant <= now {
            return Err(Refusal::conflict(
                "event_started",
                "The start lies in the past. Move the event, then publish it.",
            ));
        }
        let calendar = calendar.with(self.id, self.own_entry(), allow_overlap, now)?;
        let event = Event {
            version: self.version + 1,
            terms: self.terms + 1,
            status: Status::Published,
            published_at: Some(now),
            ..self.clone()
        };
        let mut changes = vec![
            Change::Replace(Record::Event(event.clone())),
            Change::Replace(Record::Calendar(calendar)),
            // It leads somewhere from now on.
            Change::Put(Record::ShortLink(event.short_link())),
        ];
        changes.extend(pools::opened(&event).into_iter().map(|pool| Change::Insert(Record::Pool(pool))));
        changes.extend(reminders::planned(&event, now).into_iter().map(|r| Change::Put(Record::Reminder(r))));
        Ok((event, changes))
    }

    /// The event, called off. Every booking of it is void from then on; that is derived on reading.
    ///
    /// # Errors
    /// It is a draft (discard it), or has ended.
    pub fn cancelled(
        &self,
        calendar: &Calendar,
        message: Option<crate::text::MessageBody>,
        now: Timestamp,
    ) -> Result<(Event, Vec<Change>), Refusal> {
        match self.status {
            Status::Cancelled => return Ok((self.clone(), Vec::new())),
            Status::Draft => {
                return Err(Refusal::conflict("event_draft", "Nobody knows of a draft. Discard it instead."));
            }
            Status::Published => {}
        }
        if self.ends.instant <= now {
            return Err(Refusal::conflict("event_ended", "The event has ended; it can't be cancelled any more."));
        }
        let event = Event {
            version: self.version + 1,
            terms: self.terms + 1,
            sequence: self.sequence + 1,
            status: Status::Cancelled,
            cancelled_at: Some(now),
            cancel_message: message,
            moves: None,
            ..self.clone()
        };
        let mut changes = vec![
            Change::Replace(Record::Event(event.clone())),
            Change::Remove(Record::EventClaim(self.claim())),
            Change::Replace(Record::Calendar(calendar.without(self.id, now))),
        ];
        changes.extend((0..event.pools).map(|pool| Change::ClosePool { event: event.id, pool, seen: self.terms }));
        changes.extend(reminders::dropped(&event).into_iter().map(|r| Change::Put(Record::Reminder(r))));
        Ok((event, changes))
    }

    /// What takes a draft away.
    ///
    /// # Errors
    /// It was published: people may know of it, so it is cancelled instead.
    pub fn discarded(&self) -> Result<Vec<Change>, Refusal> {
        if self.status != Status::Draft {
            return Err(Refusal::conflict(
                "event_published",
                "Only a draft can be discarded. Cancel the event instead.",
            ));
        }
        Ok(vec![
            Change::RemoveSeen { record: Record::Event(self.clone()), seen: self.version },
            Change::Remove(Record::EventClaim(self.claim())),
            Change::Remove(Record::SlugClaim(SlugClaim { slug: self.slug.clone(), event: self.id })),
            Change::Remove(Record::ShortLink(self.short_link())),
        ])
    }

    /// The event with other details. `pools` are all of its pools as read; they are looked at only where a published
    /// event's capacity changes.
    ///
    /// # Errors
    /// What [`Details::checked`] refuses; cancelled or ended; a capacity below what is confirmed; pools that don't belong to
    /// this version of the event; an overlap in the organizer's calendar.
    pub fn changed(
        &self,
        details: Details,
        pools: &[Pool],
        calendar: &Calendar,
        allow_overlap: bool,
        now: Timestamp,
    ) -> Result<(Event, Vec<Change>), Refusal> {
        if self.status == Status::Cancelled {
            return Err(cancelled());
        }
        if self.status == Status::Published && self.ends.instant <= now {
            return Err(Refusal::conflict("event_ended", "The event has ended; it can't be changed any more."));
        }
        let (starts, ends) = details.checked(Some(self), now)?;
        if details == self.details {
            return Ok((self.clone(), Vec::new()));
        }
        let starts_anew = starts != self.starts;
        let moved = starts_anew || ends != self.ends;
        let elsewhere = details.place != self.details.place || details.online_link != self.details.online_link;
        let new_terms = moved || elsewhere || details.price != self.details.price;
        let shown = moved || elsewhere || details.name != self.details.name;
        let terms = self.terms + u64::from(new_terms);
        let event = Event {
            version: self.version + 1,
            terms,
            moved_terms: if moved || elsewhere { terms } else { self.moved_terms },
            moves: match self.status {
                Status::Published if moved || elsewhere => Some(Box::new(Moves::with_another(self, now))),
                _ => self.moves.clone().filter(|moves| moves.go_on(now)),
            },
            sequence: self.sequence + u32::from(shown),
            pools: self.pools.max(pools::count_for(details.capacity)),
            details,
            starts,
            ends,
            ..self.clone()
        };
        let mut changes = vec![Change::Replace(Record::Event(event.clone()))];
        if event.claim() != self.claim() {
            changes.push(Change::Remove(Record::EventClaim(self.claim())));
            changes.push(Change::Insert(Record::EventClaim(event.claim())));
        }
        if event.status == Status::Published {
            changes.extend(pools::changed(self, &event, pools)?);
            if moved {
                let entry = calendar.with(self.id, event.own_entry(), allow_overlap, now)?;
                changes.push(Change::Replace(Record::Calendar(entry)));
            }
            // Only a new start plans anew: another end must not drop a reminder that is due and waits for its tick.
            if starts_anew {
                changes.extend(reminders::planned(&event, now).into_iter().map(|r| Change::Put(Record::Reminder(r))));
            }
        }
        Ok((event, changes))
    }
}

/// Whether an event's claims are free: `twin` is who holds the claim on its name and start, `same_slug` that on its slug.
/// The claims' own conditions are what keeps two from passing; this only says it well.
///
/// # Errors
/// `duplicate_event`, `slug_taken`.
pub fn not_a_duplicate(event: &Event, twin: Option<EventId>, same_slug: Option<EventId>) -> Result<(), Refusal> {
    if let Some(other) = twin.filter(|other| *other != event.id) {
        let detail = "You have an event of this name at this time already.";
        return Err(Refusal::conflict("duplicate_event", detail).with("event", other.to_string()));
    }
    if same_slug.is_some_and(|other| other != event.id) {
        return Err(Refusal::conflict("slug_taken", format!("The address {} is taken. Choose another.", event.slug)));
    }
    Ok(())
}

fn cancelled() -> Refusal {
    Refusal::conflict("event_cancelled", "The event is cancelled.")
}
