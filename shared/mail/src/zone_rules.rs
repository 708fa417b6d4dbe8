//! VTIMEZONE (RFC 5545, section 3.6.5): the rules of a zone around one event, out of jiff's zone data.
//!
//! Every change of offset that matters is written out as an observance of its own, with its onset: the one in force
//! when the event starts, those during the event, and the next one after. There is no RRULE to get wrong, and a
//! government's change of mind is as exact as the zone data.

use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::DateTime,
    tz::{Dst, Offset, TimeZone},
};

/// One STANDARD or DAYLIGHT part.
struct Observance {
    daylight: bool,
    onset: DateTime,
    from: Offset,
    to: Offset,
    name: String,
}

/// The content lines of the VTIMEZONE that covers `starts` to `ends`, unfolded.
pub(crate) fn lines(id: &str, starts: &Zoned, ends: Timestamp) -> Vec<String> {
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{id}")];
    for observance in observances(starts.time_zone(), starts.timestamp(), ends) {
        let part = if observance.daylight { "DAYLIGHT" } else { "STANDARD" };
        lines.push(format!("BEGIN:{part}"));
        lines.push(format!("DTSTART:{}", local(observance.onset)));
        lines.push(format!("TZOFFSETFROM:{}", offset(observance.from)));
        lines.push(format!("TZOFFSETTO:{}", offset(observance.to)));
        lines.push(format!("TZNAME:{}", observance.name));
        lines.push(format!("END:{part}"));
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

fn observances(zone: &TimeZone, starts: Timestamp, ends: Timestamp) -> Vec<Observance> {
    let mut onsets: Vec<Timestamp> = zone.preceding(starts).take(1).map(|change| change.timestamp()).collect();
    let always = onsets.is_empty().then(|| since_ever(zone, starts));
    // `following` leaves out its own instant, and an event may start at the very change.
    for change in zone.following(just_before(starts).unwrap_or(starts)) {
        onsets.push(change.timestamp());
        if change.timestamp() > ends {
            break;
        }
    }
    always.into_iter().chain(onsets.into_iter().filter_map(|at| observance(zone, at))).collect()
}

/// For a zone that never changed its offset before the event: one observance that has always held.
fn since_ever(zone: &TimeZone, starts: Timestamp) -> Observance {
    let info = zone.to_offset_info(starts);
    Observance {
        daylight: false,
        onset: DateTime::constant(1970, 1, 1, 0, 0, 0, 0),
        from: info.offset(),
        to: info.offset(),
        name: info.abbreviation().to_owned(),
    }
}

fn observance(zone: &TimeZone, at: Timestamp) -> Option<Observance> {
    let from = zone.to_offset(just_before(at)?);
    let info = zone.to_offset_info(at);
    Some(Observance {
        daylight: info.dst() == Dst::Yes,
        // The onset is written in the local time that ends with it.
        onset: from.to_datetime(at),
        from,
        to: info.offset(),
        name: info.abbreviation().to_owned(),
    })
}

fn just_before(at: Timestamp) -> Option<Timestamp> {
    at.checked_sub(SignedDuration::from_nanos(1)).ok()
}

/// A DATE-TIME in form 1 or 3: `20261121T193000`.
pub(crate) fn local(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// A UTC-OFFSET: `+0545`, with seconds only where a zone has them.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, all) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}
