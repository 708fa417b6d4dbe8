//! Times as people read them: in the event's zone, with the zone's name and its distance from UTC.

use crate::languages::{Spoken, spoken};
use domain::Language;
use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::Date,
    tz::{Offset, TimeZone},
};

/// When an event is, for a page whose reader's own zone isn't known: "Saturday, 21 November, 19:30–22:00" and "Kathmandu
/// time, UTC+5:45".
pub fn when(language: Language, starts: &Zoned, ends: &Zoned, now: Timestamp) -> (String, String) {
    let spoken = spoken(language);
    (Moments { spoken, reader: None, now }.span(starts, ends), zone(spoken, starts))
}

/// When something happened, on the wall of its zone: "Saturday, 21 November, 19:41".
pub fn day_and_time(language: Language, at: &Zoned, now: Timestamp) -> String {
    let moments = Moments { spoken: spoken(language), reader: None, now };
    format!("{}, {}", moments.day(at.date()), clock(at))
}

/// The times of one event, for one reader, at the moment of writing.
pub(crate) struct Moments<'a> {
    pub spoken: &'static Spoken,
    pub reader: Option<&'a TimeZone>,
    pub now: Timestamp,
}

impl Moments<'_> {
    /// "Saturday, 21 November, 19:30–22:00 (Kathmandu time, UTC+5:45)"
    pub fn when(&self, starts: &Zoned, ends: &Zoned) -> String {
        format!("{} ({})", self.span(starts, ends), zone(self.spoken, starts))
    }

    /// "that's 14:45 your time (Europe/Berlin)", with the day where it is another one; none when the reader's clock
    /// shows the same, or isn't known.
    pub fn your_time(&self, starts: &Zoned) -> Option<String> {
        let theirs = self.elsewhere(starts)?;
        let time = clock(&theirs);
        let when = if theirs.date() == starts.date() { time } else { format!("{}, {time}", self.day(theirs.date())) };
        Some((self.spoken.your_time)(&when, theirs.time_zone().iana_name().unwrap_or("UTC")))
    }

    /// "19:30", and "19:30 (Kathmandu time)" where the reader's clock shows another time.
    pub fn start_time(&self, starts: &Zoned) -> String {
        match self.elsewhere(starts) {
            Some(_) => format!("{} ({})", clock(starts), zone_name(self.spoken, starts)),
            None => clock(starts),
        }
    }

    /// "today" or "tomorrow", if that is true at the place of the event and where the reader is.
    pub fn relative_day(&self, starts: &Zoned) -> Option<&'static str> {
        let days = |zone: &TimeZone| {
            let today = zone.to_datetime(self.now).date();
            (starts.with_time_zone(zone.clone()).date() - today).get_days()
        };
        let there = days(starts.time_zone());
        if self.reader.is_some_and(|zone| days(zone) != there) {
            return None;
        }
        match there {
            0 => Some(self.spoken.words.today),
            1 => Some(self.spoken.words.tomorrow),
            _ => None,
        }
    }

    /// "Saturday, 21 November", with the year where it isn't this one.
    pub fn day(&self, date: Date) -> String {
        let this_year = self.reader.unwrap_or(&TimeZone::UTC).to_datetime(self.now).year();
        (self.spoken.day)(date, date.year() != this_year)
    }

    fn span(&self, starts: &Zoned, ends: &Zoned) -> String {
        let ends = ends.with_time_zone(starts.time_zone().clone());
        let (from, to) = (clock(starts), clock(&ends));
        // A night out that ends in the small hours is still that night to people.
        let one_evening = ends.duration_since(starts) < SignedDuration::from_hours(12);
        if ends <= *starts {
            format!("{}, {from}", self.day(starts.date()))
        } else if ends.date() == starts.date() || one_evening {
            format!("{}, {from}–{to}", self.day(starts.date()))
        } else {
            format!("{}, {from} – {}, {to}", self.day(starts.date()), self.day(ends.date()))
        }
    }

    /// The start on the reader's clock, if that shows another time.
    fn elsewhere(&self, starts: &Zoned) -> Option<Zoned> {
        let theirs = starts.with_time_zone(self.reader?.clone());
        (theirs.offset() != starts.offset()).then_some(theirs)
    }
}

/// The name of an event's zone and its distance from UTC at the start: "Kathmandu time, UTC+5:45".
fn zone(spoken: &Spoken, starts: &Zoned) -> String {
    let (name, offset) = (zone_name(spoken, starts), utc_offset(starts.offset()));
    if name == offset { name } else { format!("{name}, {offset}") }
}

fn zone_name(spoken: &Spoken, starts: &Zoned) -> String {
    match starts.time_zone().iana_name() {
        // Zones that name no place: their distance says it all.
        None | Some("UTC" | "Etc/Unknown") => utc_offset(starts.offset()),
        Some(name) if name.starts_with("Etc/") => utc_offset(starts.offset()),
        Some(name) => (spoken.zone)(name),
    }
}

/// "UTC+5:45", "UTC-3", "UTC".
fn utc_offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, minutes) = (if seconds < 0 { '−' } else { '+' }, seconds.unsigned_abs() / 60);
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".into(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// "19:30"
pub(crate) fn clock(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}
