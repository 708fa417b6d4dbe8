//! Times and days in the mails.

use super::*;
use jiff::{Timestamp, tz::TimeZone};

#[test]
fn times_are_in_the_events_zone_and_in_the_readers_if_they_differ() {
    let in_zone = |language, zone: Option<&str>| {
        let recipient = Recipient { zone: zone.map(|name| TimeZone::get(name).unwrap()), ..reader(language) };
        compose(&sample("ticket"), &recipient, &delivery()).unwrap().text
    };
    let english = in_zone(Language::En, None);
    assert!(english.contains("Saturday, 21 November, 19:30–22:00 (Kathmandu time, UTC+5:45)\n"), "{english}");
    assert!(!english.contains("your time"), "{english}");
    let russian = in_zone(Language::Ru, None);
    assert!(russian.contains("21 ноября, суббота, 19:30–22:00 (время Катманду, UTC+5:45)\n"), "{russian}");
    let berlin = in_zone(Language::En, Some("Europe/Berlin"));
    assert!(berlin.contains("that's 14:45 your time (Europe/Berlin)"), "{berlin}");
    let auckland = in_zone(Language::En, Some("Pacific/Auckland"));
    assert!(auckland.contains("that's Sunday, 22 November, 02:45 your time (Pacific/Auckland)"), "{auckland}");
    let moscow = in_zone(Language::Ru, Some("Europe/Moscow"));
    assert!(moscow.contains("по вашему времени: 16:45 (Europe/Moscow)"), "{moscow}");
    assert!(!in_zone(Language::En, Some("Asia/Katmandu")).contains("your time"), "the same time under another name");
}

#[test]
fn spans_are_written_as_people_say_them() {
    let text = |starts: Zoned, minutes: i64| {
        let ends = starts.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        let content = Content::Announcement {
            event: EventCard { starts, ends, ..event() },
            title: "News".into(),
            body: "x".into(),
        };
        compose(&content, &reader(Language::En), &delivery()).unwrap().text
    };
    let at = |y, m, d, h, zone: &str| date(y, m, d).at(h, 0, 0, 0).in_tz(zone).unwrap();
    let table = [
        (at(2026, 11, 21, 22, "Europe/Berlin"), 300, "Saturday, 21 November, 22:00–03:00 (Berlin time, UTC+1)"),
        (
            at(2026, 11, 21, 10, "Europe/Berlin"),
            32 * 60,
            "Saturday, 21 November, 10:00 – Sunday, 22 November, 18:00 (Berlin time, UTC+1)",
        ),
        (at(2027, 1, 8, 19, "America/New_York"), 60, "Friday, 8 January 2027, 19:00–20:00 (New York time, UTC−5)"),
        (at(2026, 12, 1, 9, "UTC"), 0, "Tuesday, 1 December, 09:00 (UTC)"),
        (at(2026, 12, 1, 9, "UTC"), 60, "Tuesday, 1 December, 09:00–10:00 (UTC)"),
        (at(2026, 12, 1, 9, "Etc/GMT+3"), 60, "Tuesday, 1 December, 09:00–10:00 (UTC−3)"),
    ];
    for (starts, minutes, expected) in table {
        let text = text(starts, minutes);
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn tomorrow_is_only_said_when_it_is_tomorrow() {
    let subject = |hours_before: i64, zone: Option<&str>| {
        let recipient = Recipient { zone: zone.map(|name| TimeZone::get(name).unwrap()), ..reader(Language::En) };
        let now: Timestamp = starts().timestamp() - SignedDuration::from_hours(hours_before);
        compose(&sample("reminder_day_before"), &recipient, &Delivery { now, ..delivery() }).unwrap().subject
    };
    assert!(subject(24, None).starts_with("Tomorrow at 19:30: "));
    // Caught up after midnight.
    assert!(subject(18, None).starts_with("Today at 19:30: "));
    // In Auckland it is the day after tomorrow.
    let far = subject(24, Some("Pacific/Auckland"));
    assert!(far.starts_with("Tomorrow at 19:30 (Kathmandu time): "), "{far}");
    let apart = subject(28, Some("America/New_York"));
    assert!(apart.starts_with("Tomorrow at 19:30 (Kathmandu time): "), "{apart}");
    let apart = subject(31, Some("Pacific/Auckland"));
    assert!(apart.starts_with("Saturday, 21 November at 19:30 (Kathmandu time): "), "{apart}");
}
