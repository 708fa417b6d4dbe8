//! Times as people mean them: a wall time and an IANA zone are the truth of an event, and the instant follows from them.

use crate::fault::{Fault, FaultCode};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A date and time on the wall, to the minute and without a zone: `2026-12-24T19:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"))]
pub struct WallTime(DateTime);

impl WallTime {
    /// The date and time.
    pub fn civil(self) -> DateTime {
        self.0
    }
}
impl TryFrom<String> for WallTime {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let trimmed = text.strip_suffix(":00").filter(|rest| rest.len() == 16).unwrap_or(&text);
        let time = trimmed.parse().map(Self).ok();
        // Only what we would write ourselves: jiff reads more, an offset too, which would go unheard.
        time.filter(|time| time.to_string() == trimmed).ok_or_else(|| FaultCode::NotATime.into())
    }
}
impl From<WallTime> for String {
    fn from(time: WallTime) -> String {
        time.to_string()
    }
}
impl std::fmt::Display for WallTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let t = self.0;
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute())
    }
}

/// A time zone by its IANA name, from the data that the binary carries.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("maxLength" = 64))]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone's rules.
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}
impl TryFrom<String> for Zone {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        TimeZone::get(&text)
            .ok()
            // "Factory" is what a machine has before anybody set its zone.
            .filter(|zone| zone.iana_name().is_some_and(|name| name != "Factory"))
            .map(Self)
            .ok_or_else(|| FaultCode::ZoneUnknown.into())
    }
}
impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name().to_owned()
    }
}

/// How many years ahead a time can be. Beyond some year there are no instants to reckon with.
pub const FARTHEST_YEARS: i64 = 10;

/// A wall time, its zone, and the instant that follows. A time that occurs twice (clocks going back) is the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// What the clock on the wall shows.
    pub wall: WallTime,
    /// The zone of that wall.
    pub zone: Zone,
    /// The instant, derived.
    pub instant: Timestamp,
}

impl Moment {
    /// The moment at which the wall in `zone` shows `wall`.
    ///
    /// # Errors
    /// A time that the zone skips (the hour that is lost when clocks go forward), or one outside of jiff's range.
    pub fn new(wall: WallTime, zone: &Zone) -> Result<Self, Fault> {
        let ambiguous = zone.0.to_ambiguous_timestamp(wall.0);
        if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
            return Err(FaultCode::TimeSkipped.into());
        }
        let instant = ambiguous.earlier().map_err(|_| Fault::limited(FaultCode::TooFarAhead, FARTHEST_YEARS))?;
        Ok(Self { wall, zone: zone.clone(), instant })
    }

    /// With its zone, for those who show it.
    pub fn zoned(&self) -> Zoned {
        self.instant.to_zoned(self.zone.0.clone())
    }

    /// The same wall time one calendar day earlier, as an instant. Where the zone skips that time, the first after it.
    pub fn day_before(&self) -> Timestamp {
        let earlier = self.wall.0.saturating_sub(1.day());
        let compatible = self.zone.0.to_ambiguous_timestamp(earlier).compatible();
        compatible.unwrap_or_else(|_| self.instant - SignedDuration::from_hours(24))
    }

    /// The instant less 3,600 seconds.
    pub fn hour_before(&self) -> Timestamp {
        self.instant - SignedDuration::from_hours(1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn moment(wall: &str, zone: &str) -> Result<Moment, Fault> {
        Moment::new(wall.to_owned().try_into().unwrap(), &zone.to_owned().try_into().unwrap())
    }

    #[test]
    fn wall_times_are_of_one_form() {
        for good in ["2026-12-24T19:30", "2026-12-24T19:30:00"] {
            assert_eq!(WallTime::try_from(good.to_owned()).unwrap().to_string(), "2026-12-24T19:30");
        }
        let others = [
            "2026-12-24",
            "2026-12-24 19:30",
            "2026-12-24T19:30Z",
            "2026-13-01T00:00",
            "2026-12-24T19:30:01",
            "2026-12-24T24:00",
        ];
        for bad in others.into_iter().chain(["2026-12-24T20-07", "2026-12-24T20+02", "20261224T1930+02"]) {
            assert!(WallTime::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn zones_exist() {
        assert_eq!(Zone::try_from("asia/kathmandu".to_owned()).unwrap().name(), "Asia/Kathmandu");
        for bad in ["Mars/Olympus", "", "+05:45", "EST5EDT4", "Factory"] {
            assert!(Zone::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_skipped_time_is_refused_and_a_repeated_one_is_the_first() {
        assert_eq!(moment("2027-03-28T02:30", "Europe/Berlin").unwrap_err().code, FaultCode::TimeSkipped);
        assert_eq!(moment("2026-10-25T02:30", "Europe/Berlin").unwrap().instant.to_string(), "2026-10-25T00:30:00Z");
        assert_eq!(moment("2026-12-24T19:30", "Asia/Kathmandu").unwrap().instant.to_string(), "2026-12-24T13:45:00Z");
    }

    #[test]
    fn the_end_of_all_years_is_not_called_a_skipped_hour() {
        assert_eq!(moment("9999-12-31T23:59", "America/New_York").unwrap_err().code, FaultCode::TooFarAhead);
        assert!(moment("9999-12-30T12:00", "UTC").is_ok());
        // Before zones had rules, in which no year is out of reach.
        assert!(moment("0000-01-01T00:00", "Asia/Kathmandu").is_ok());
    }

    #[test]
    fn a_day_before_keeps_the_wall_time_across_clock_changes() {
        // Clocks go forward on the 28th at 2:00: only 23 hours lie between.
        assert_eq!(
            moment("2027-03-28T19:00", "Europe/Berlin").unwrap().day_before().to_string(),
            "2027-03-27T18:00:00Z"
        );
        // Clocks go back on the 25th at 3:00: 25 hours lie between.
        assert_eq!(
            moment("2026-10-25T19:00", "Europe/Berlin").unwrap().day_before().to_string(),
            "2026-10-24T17:00:00Z"
        );
        // The day before, 2:30 is skipped: the hour that follows it serves.
        assert_eq!(
            moment("2027-03-29T02:30", "Europe/Berlin").unwrap().day_before().to_string(),
            "2027-03-28T01:30:00Z"
        );
    }

    #[test]
    fn an_hour_before_is_3600_seconds() {
        assert_eq!(
            moment("2027-03-28T03:30", "Europe/Berlin").unwrap().hour_before().to_string(),
            "2027-03-28T00:30:00Z"
        );
    }
}
