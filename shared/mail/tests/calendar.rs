//! Calendar entries, checked against files that were read by an independent parser when they were made.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp, Zoned, civil::date};
use mail::{
    Address,
    calendar::{Entry, Method, render},
};

fn entry(starts: Zoned, minutes: i64) -> Entry {
    Entry {
        uid: "bkg_01K9ZQ4D8N3V6T2M7XB5HSCRWE@guestlist.example".into(),
        sequence: 0,
        method: Method::Request,
        summary: "Film night".into(),
        ends: starts.checked_add(SignedDuration::from_mins(minutes)).unwrap(),
        starts,
        location: "Kino Rodina, Karavannaya ul. 12".into(),
        geo: Some((59.935_49, 30.341_93)),
        url: "https://guestlist.example/e/film-night".into(),
        description: String::new(),
        organizer: Address { name: "Film Club".into(), email: "club@vertov.example".into() },
        attendee: Address { name: "Anna Petrova".into(), email: "anna@example.org".into() },
        stamp: "2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap(),
    }
}

fn at(year: i16, month: i8, day: i8, hour: i8, minute: i8, zone: &str) -> Zoned {
    date(year, month, day).at(hour, minute, 0, 0).in_tz(zone).unwrap()
}

fn unfolded(ics: &str) -> String {
    ics.replace("\r\n ", "")
}

#[test]
fn zones_across_the_year() {
    let table = [
        ("berlin-before-spring", at(2026, 3, 28, 19, 30, "Europe/Berlin"), 150),
        ("berlin-over-spring", at(2026, 3, 28, 23, 0, "Europe/Berlin"), 300),
        ("berlin-summer", at(2026, 7, 1, 19, 30, "Europe/Berlin"), 150),
        ("berlin-over-autumn", at(2026, 10, 24, 23, 0, "Europe/Berlin"), 300),
        ("berlin-starts-at-the-change", at(2026, 3, 29, 3, 0, "Europe/Berlin"), 60),
        ("berlin-ends-at-the-change", at(2026, 3, 29, 1, 0, "Europe/Berlin"), 60),
        ("new-york-before-autumn", at(2026, 10, 31, 20, 0, "America/New_York"), 120),
        ("new-york-spring", at(2026, 3, 8, 12, 0, "America/New_York"), 60),
        ("kathmandu", at(2026, 11, 21, 19, 30, "Asia/Kathmandu"), 150),
        ("dublin-winter", at(2026, 12, 1, 19, 30, "Europe/Dublin"), 60),
        ("lord-howe-half-hour", at(2026, 10, 3, 19, 30, "Australia/Lord_Howe"), 600),
        ("utc", at(2026, 11, 21, 19, 30, "UTC"), 60),
        ("fixed-etc", at(2026, 11, 21, 19, 30, "Etc/GMT-3"), 60),
    ];
    for (name, starts, minutes) in table {
        insta::assert_snapshot!(name, render(&entry(starts, minutes)).replace("\r\n", "\n"));
    }
}

/// The wall time 02:30 happens twice on this night; the second one can't be said in local time.
#[test]
fn the_second_of_two_equal_times_is_written_in_utc() {
    let second = "2026-10-25T02:30:00+01:00[Europe/Berlin]".parse::<Zoned>().unwrap();
    let ics = render(&entry(second.clone(), 60));
    assert!(ics.contains("DTSTART:20261025T013000Z\r\n") && ics.contains("DTEND:20261025T023000Z\r\n"), "{ics}");
    let ends_in_it = entry(second.checked_sub(SignedDuration::from_hours(3)).unwrap(), 180);
    assert!(render(&ends_in_it).contains("DTEND:20261025T013000Z\r\n"));
    let first = "2026-10-25T02:30:00+02:00[Europe/Berlin]".parse::<Zoned>().unwrap();
    assert!(render(&entry(first, 10)).contains("DTSTART;TZID=Europe/Berlin:20261025T023000\r\n"));
}

#[test]
fn lines_end_in_crlf_and_have_at_most_75_octets() {
    let mut long = entry(at(2026, 11, 21, 19, 30, "Europe/Moscow"), 60);
    long.summary = "Электроакустическая импровизационная лаборатория 👩‍🚀 ".repeat(5);
    long.description = "x".repeat(500);
    let ics = render(&long);
    assert!(ics.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(ics.matches('\n').count(), ics.matches("\r\n").count());
    assert!(ics.split("\r\n").all(|line| line.len() <= 75), "{ics}");
    assert!(unfolded(&ics).contains(&format!("SUMMARY:{}", long.summary)));
    assert!(unfolded(&ics).contains(&format!("DESCRIPTION:{}\r\n", long.description)));
}

#[test]
fn text_is_escaped_and_cannot_add_a_line() {
    let mut hostile = entry(at(2026, 11, 21, 19, 30, "Europe/Moscow"), 60);
    hostile.summary = "a,b;c\\d\r\nATTACH:x\u{7}".into();
    hostile.url = "https://a.example/\r\nX-BAD:1".into();
    hostile.attendee = Address { name: "O\"Brien: x;y,z\r\nX-BAD:1".into(), email: "a@b.example\r\nX-BAD:1".into() };
    hostile.uid = "u\r\nX-BAD:1".into();
    let ics = unfolded(&render(&hostile));
    assert!(ics.contains("SUMMARY:a\\,b\\;c\\\\d\\nATTACH:x\r\n"), "{ics}");
    assert!(ics.contains("ATTENDEE;CN=\"O'Brien: x;y,zX-BAD:1\";ROLE=REQ-PARTICIPANT"), "{ics}");
    assert!(!ics.contains("\r\nX-BAD") && !ics.contains("\r\nATTACH"), "{ics}");
}

#[test]
fn the_method_decides_status_and_guest_list() {
    let with = |method| render(&Entry { method, sequence: 7, ..entry(at(2026, 11, 21, 19, 30, "Europe/Moscow"), 60) });
    for (method, name, status, attendees) in [
        (Method::Request, "METHOD:REQUEST\r\n", "STATUS:CONFIRMED\r\n", 1),
        (Method::Cancel, "METHOD:CANCEL\r\n", "STATUS:CANCELLED\r\n", 1),
        (Method::Publish, "METHOD:PUBLISH\r\n", "STATUS:CONFIRMED\r\n", 0),
    ] {
        let ics = with(method);
        assert!(ics.contains(name) && ics.contains(status) && ics.contains("SEQUENCE:7\r\n"), "{ics}");
        assert_eq!(ics.matches("ATTENDEE").count(), attendees, "{ics}");
    }
}

#[test]
fn an_event_without_length_has_no_end() {
    let ics = render(&entry(at(2026, 11, 21, 19, 30, "Europe/Moscow"), 0));
    assert!(!ics.contains("DTEND"), "{ics}");
}
