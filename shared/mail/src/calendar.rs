//! iCalendar objects (RFC 5545) and what mail does with them (iTIP, RFC 5546): one event per object.
//!
//! Written by hand, since the crates for it leave VTIMEZONE to the caller or to another library for time, and
//! everything else here is a dozen lines.

use crate::{content::Address, zone_rules};
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// What the object asks of a calendar (RFC 5546, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Put it in, or replace the older version of it.
    Request,
    /// Take it out.
    Cancel,
    /// Here it is, as a file to keep: there is no guest list.
    Publish,
}

impl Method {
    /// As it stands in METHOD and in the `method` parameter of the mail's part.
    pub fn name(self) -> &'static str {
        match self {
            Method::Request => "REQUEST",
            Method::Cancel => "CANCEL",
            Method::Publish => "PUBLISH",
        }
    }
}

/// One calendar entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stable for the life of the booking, globally unique (RFC 5545, section 3.8.4.7).
    pub uid: String,
    /// The revision (section 3.8.7.4); must not fall.
    pub sequence: u32,
    /// What the calendar is to do.
    pub method: Method,
    /// The title.
    pub summary: String,
    /// When it starts; its zone is the one that the entry names.
    pub starts: Zoned,
    /// When it ends. An end that isn't after the start is left out.
    pub ends: Zoned,
    /// Where, as one line; may be empty.
    pub location: String,
    /// Latitude and longitude in degrees.
    pub geo: Option<(f64, f64)>,
    /// The page of the booking or the event; may be empty.
    pub url: String,
    /// More, as plain text; may be empty.
    pub description: String,
    /// Who invites; the address accepts answers.
    pub organizer: Address,
    /// Who goes. Not written for [`Method::Publish`], which has no guest list (RFC 5546, section 3.2.1).
    pub attendee: Address,
    /// When this version was made (DTSTAMP).
    pub stamp: Timestamp,
}

const PRODUCT: &str = "-//Guestlist//Guestlist//EN";

/// The object as text with CRLF line ends, folded at 75 octets.
pub fn render(entry: &Entry) -> String {
    let ends = entry.ends.with_time_zone(entry.starts.time_zone().clone());
    let lasts = ends.timestamp() > entry.starts.timestamp();
    let zone = zone_id(&entry.starts).filter(|_| is_plain(&entry.starts) && is_plain(&ends));

    let mut lines = Lines(String::new());
    lines.add("BEGIN:VCALENDAR");
    lines.add("VERSION:2.0");
    lines.add(&format!("PRODID:{PRODUCT}"));
    lines.add("CALSCALE:GREGORIAN");
    lines.add(&format!("METHOD:{}", entry.method.name()));
    if let Some(id) = zone {
        let last = ends.timestamp().max(entry.starts.timestamp());
        zone_rules::lines(id, &entry.starts, last).iter().for_each(|line| lines.add(line));
    }
    lines.add("BEGIN:VEVENT");
    lines.add(&format!("UID:{}", text(&entry.uid)));
    lines.add(&format!("SEQUENCE:{}", entry.sequence));
    lines.add(&format!("DTSTAMP:{}", utc(entry.stamp)));
    lines.add(&format!("DTSTART{}", moment(&entry.starts, zone)));
    if lasts {
        lines.add(&format!("DTEND{}", moment(&ends, zone)));
    }
    lines.add(&format!("SUMMARY:{}", text(&entry.summary)));
    if !entry.location.is_empty() {
        lines.add(&format!("LOCATION:{}", text(&entry.location)));
    }
    if let Some((latitude, longitude)) = entry.geo {
        lines.add(&format!("GEO:{latitude:.6};{longitude:.6}"));
    }
    if !entry.url.is_empty() {
        lines.add(&format!("URL:{}", uri(&entry.url)));
    }
    if !entry.description.is_empty() {
        lines.add(&format!("DESCRIPTION:{}", text(&entry.description)));
    }
    lines.add(&format!("ORGANIZER;CN={}:mailto:{}", parameter(&entry.organizer.name), uri(&entry.organizer.email)));
    if entry.method != Method::Publish {
        // Who has a ticket has said yes already, so no answer is asked for.
        lines.add(&format!(
            "ATTENDEE;CN={};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{}",
            parameter(&entry.attendee.name),
            uri(&entry.attendee.email)
        ));
    }
    lines.add(if entry.method == Method::Cancel { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    lines.add("TRANSP:OPAQUE");
    lines.add("END:VEVENT");
    lines.add("END:VCALENDAR");
    lines.0
}

/// The zone to name in TZID. UTC and bare offsets have none; their times are written in UTC.
fn zone_id(starts: &Zoned) -> Option<&str> {
    starts.time_zone().iana_name().filter(|name| !matches!(*name, "UTC" | "Etc/UTC" | "Etc/Unknown"))
}

/// Whether the local time alone says which instant is meant: RFC 5545 (section 3.3.5) reads a time that happens
/// twice, as clocks go back, as the first of the two. The second can only be written in UTC.
fn is_plain(at: &Zoned) -> bool {
    at.time_zone().to_timestamp(at.datetime()).is_ok_and(|first| first == at.timestamp())
}

fn moment(at: &Zoned, zone: Option<&str>) -> String {
    match zone {
        Some(id) => format!(";TZID={id}:{}", zone_rules::local(at.datetime())),
        None => format!(":{}", utc(at.timestamp())),
    }
}

/// A DATE-TIME in form 2: `20261121T134500Z`.
fn utc(at: Timestamp) -> String {
    format!("{}Z", zone_rules::local(TimeZone::UTC.to_datetime(at)))
}

/// A TEXT value (section 3.3.11). Controls but for line breaks are dropped.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' | '\r' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A quoted parameter value (section 3.2), which can't hold a double quote.
fn parameter(value: &str) -> String {
    let kept: String = value.chars().filter(|c| !c.is_control()).map(|c| if c == '"' { '\'' } else { c }).collect();
    format!("\"{kept}\"")
}

/// A URI value, which can't hold spaces or controls.
fn uri(value: &str) -> String {
    value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

/// Content lines, folded (section 3.1): no line has more than 75 octets, and no character is split.
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        const OCTETS: usize = 75;
        let mut room = OCTETS;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = OCTETS - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}
