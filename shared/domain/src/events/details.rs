//! What an organizer says about an event, and what of that is refused.

use super::Event;
use crate::Language;
use crate::fault::{Fault, FaultCode};
use crate::money::Money;
use crate::refusal::{FieldErrors, Refusal};
use crate::text::{Address, Description, EventName, Link, PlaceName};
use crate::time::{FARTHEST_YEARS, Moment, WallTime, Zone};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest that an event lasts; a longer one is a series.
pub const LONGEST_DAYS: i64 = 31;
/// How far ahead an event can start: [`FARTHEST_YEARS`] with their leap days.
pub const FARTHEST_DAYS: i64 = 3_653;
/// The largest number of places.
pub const LARGEST_CAPACITY: u32 = 1_000_000;

/// What sort of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A party.
    Party,
    /// People coming together for anything.
    Gathering,
    /// A film, seen together.
    FilmNight,
    /// A concert or another performance.
    Concert,
    /// A talk or lecture.
    Talk,
    /// A workshop or master class.
    Workshop,
    /// A conference.
    Conference,
}

impl EventKind {
    /// Its name in JSON and in addresses.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::Party => "party",
            EventKind::Gathering => "gathering",
            EventKind::FilmNight => "film_night",
            EventKind::Concert => "concert",
            EventKind::Talk => "talk",
            EventKind::Workshop => "workshop",
            EventKind::Conference => "conference",
        }
    }
}

/// Who finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody: it stands in the lists.
    #[default]
    Public,
    /// Who has its link.
    Unlisted,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The place's name.
    pub name: PlaceName,
    /// Its address in one line.
    #[serde(default)]
    pub address: Option<Address>,
    /// Degrees north of the equator, -90 to 90 (WGS 84).
    #[serde(default, deserialize_with = "latitude")]
    #[schemars(range(min = -90, max = 90))]
    pub latitude: Option<f64>,
    /// Degrees east of Greenwich, -180 to 180 (WGS 84).
    #[serde(default, deserialize_with = "longitude")]
    #[schemars(range(min = -180, max = 180))]
    pub longitude: Option<f64>,
}

fn within<'de, D: serde::Deserializer<'de>>(deserializer: D, most: i32) -> Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(deserializer)? {
        Some(degrees) if !(f64::from(-most)..=f64::from(most)).contains(&degrees) => {
            let (code, limit) = if degrees < 0.0 { (FaultCode::TooSmall, -most) } else { (FaultCode::TooLarge, most) };
            Err(serde::de::Error::custom(Fault::limited(code, limit.into())))
        }
        degrees => Ok(degrees),
    }
}
fn latitude<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    within(deserializer, 90)
}
fn longitude<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    within(deserializer, 180)
}

/// What its organizer says about an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Its name.
    pub name: EventName,
    /// What sort it is.
    pub kind: EventKind,
    /// Markdown.
    pub description: Description,
    /// When it starts, on the wall where it is.
    pub starts: WallTime,
    /// When it ends, on the same wall.
    pub ends: WallTime,
    /// The zone of that wall.
    pub zone: Zone,
    /// Where; absent for one that is only online.
    pub place: Option<Place>,
    /// The link to an online event, shown only to those confirmed.
    pub online_link: Option<Link>,
    /// How many places, or none for as many as come.
    pub capacity: Option<u32>,
    /// What a place costs; absent where it is free.
    pub price: Option<Money>,
    /// The language that is spoken there.
    pub language: Language,
    /// Who finds it.
    pub visibility: Visibility,
}

impl Details {
    /// Start and end as instants.
    ///
    /// # Errors
    /// A refusal naming every field at fault: a time that the zone skips, an end before the start, a start in the past
    /// (unless it is that of `unchanged`) or more than [`FARTHEST_DAYS`] ahead, an end in the past of what has begun (unless
    /// it is that of `unchanged`), more than [`LONGEST_DAYS`], neither place nor link, a capacity of 0 or above
    /// [`LARGEST_CAPACITY`].
    pub fn checked(&self, unchanged: Option<&Event>, now: Timestamp) -> Result<(Moment, Moment), Refusal> {
        let mut errors = FieldErrors::default();
        let starts = Moment::new(self.starts, &self.zone).map_err(|fault| errors.add("starts", fault)).ok();
        let ends = Moment::new(self.ends, &self.zone).map_err(|fault| errors.add("ends", fault)).ok();
        if let (Some(starts), Some(ends)) = (&starts, &ends) {
            if ends.instant <= starts.instant {
                errors.add("ends", FaultCode::EndBeforeStart);
            } else if ends.instant.duration_since(starts.instant) > SignedDuration::from_hours(24 * LONGEST_DAYS) {
                errors.add("ends", Fault::limited(FaultCode::LastsTooLong, LONGEST_DAYS));
            }
            let stays = unchanged.is_some_and(|event| event.starts.instant == starts.instant);
            let ends_as_before = unchanged.is_some_and(|event| event.ends.instant == ends.instant);
            if starts.instant <= now && !stays {
                errors.add("starts", FaultCode::InThePast);
            } else if ends.instant <= now && starts.instant < ends.instant && !ends_as_before {
                errors.add("ends", FaultCode::InThePast);
            }
            if starts.instant.duration_since(now) > SignedDuration::from_hours(24 * FARTHEST_DAYS) {
                errors.add("starts", Fault::limited(FaultCode::TooFarAhead, FARTHEST_YEARS));
            }
        }
        if self.place.is_none() && self.online_link.is_none() {
            errors.add("place", FaultCode::PlaceOrLinkRequired);
        }
        if let Some(places) = self.capacity
            && let Err(fault) = Fault::unless_within(places.into(), &(1..=LARGEST_CAPACITY.into()))
        {
            errors.add("capacity", fault);
        }
        errors.finish()?;
        match (starts, ends) {
            (Some(starts), Some(ends)) => Ok((starts, ends)),
            _ => Err(Refusal::field("starts", FaultCode::Invalid)),
        }
    }
}
