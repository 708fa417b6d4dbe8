//! English.

use super::{Spoken, Words};
use jiff::civil::Date;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const SPOKEN: Spoken = Spoken {
    code: "en",
    words: Words {
        today: "today",
        tomorrow: "tomorrow",
        when: "When",
        place: "Where",
        online: "Online",
        organizer: "Organizer",
        map: "Show on a map",
        or_open: "Or open",
        ticket: "Ticket",
        qr_alt: "QR code of the ticket for",
        ticket_page: "Ticket page",
        before: "Before",
        now: "Now",
        none: "none",
        unsubscribe: "Stop such mails",
        reply: "Questions? Just reply: your answer goes to",
        why_account: "You get this mail because somebody entered your address at Guestlist.",
        why_guest: "You get this mail because you booked a place with Guestlist.",
        why_organizer: "You get this mail because you organize this event with Guestlist.",
    },
    day,
    zone,
    your_time: |time, zone| format!("that's {time} your time ({zone})"),
    lasts,
    plural: |n| usize::from(n != 1),
    forms: 2,
    templates: TEMPLATES,
};

/// "Saturday, 21 November" or "Friday, 8 January 2027"
fn day(date: Date, with_year: bool) -> String {
    let weekday = WEEKDAYS[date.weekday().to_monday_zero_offset() as usize];
    let month = MONTHS[date.month() as usize - 1];
    let year = if with_year { format!(" {}", date.year()) } else { String::new() };
    format!("{weekday}, {} {month}{year}", date.day())
}

/// Zones are named for their cities: "America/Argentina/Buenos_Aires" is "Buenos Aires time".
fn zone(iana: &str) -> String {
    let city = iana.rsplit('/').next().unwrap_or(iana).replace('_', " ");
    format!("{city} time")
}

fn lasts(minutes: u32) -> String {
    match minutes {
        1 => "1 minute".into(),
        60 => "1 hour".into(),
        m if m > 1_440 && m % 1_440 == 0 => format!("{} days", m / 1_440),
        m if m > 0 && m % 60 == 0 => format!("{} hours", m / 60),
        m => format!("{m} minutes"),
    }
}

#[rustfmt::skip]
const TEMPLATES: &[(&str, &str)] = &[
    ("verify_email/en.subject.txt", include_str!("../../templates/verify_email/en.subject.txt")),
    ("verify_email/en.body.txt", include_str!("../../templates/verify_email/en.body.txt")),
    ("verify_email/en.body.html", include_str!("../../templates/verify_email/en.body.html")),
    ("reset_password/en.subject.txt", include_str!("../../templates/reset_password/en.subject.txt")),
    ("reset_password/en.body.txt", include_str!("../../templates/reset_password/en.body.txt")),
    ("reset_password/en.body.html", include_str!("../../templates/reset_password/en.body.html")),
    ("already_registered/en.subject.txt", include_str!("../../templates/already_registered/en.subject.txt")),
    ("already_registered/en.body.txt", include_str!("../../templates/already_registered/en.body.txt")),
    ("already_registered/en.body.html", include_str!("../../templates/already_registered/en.body.html")),
    ("ticket/en.subject.txt", include_str!("../../templates/ticket/en.subject.txt")),
    ("ticket/en.body.txt", include_str!("../../templates/ticket/en.body.txt")),
    ("ticket/en.body.html", include_str!("../../templates/ticket/en.body.html")),
    ("booking_cancelled/en.subject.txt", include_str!("../../templates/booking_cancelled/en.subject.txt")),
    ("booking_cancelled/en.body.txt", include_str!("../../templates/booking_cancelled/en.body.txt")),
    ("booking_cancelled/en.body.html", include_str!("../../templates/booking_cancelled/en.body.html")),
    ("event_changed/en.subject.txt", include_str!("../../templates/event_changed/en.subject.txt")),
    ("event_changed/en.body.txt", include_str!("../../templates/event_changed/en.body.txt")),
    ("event_changed/en.body.html", include_str!("../../templates/event_changed/en.body.html")),
    ("event_cancelled/en.subject.txt", include_str!("../../templates/event_cancelled/en.subject.txt")),
    ("event_cancelled/en.body.txt", include_str!("../../templates/event_cancelled/en.body.txt")),
    ("event_cancelled/en.body.html", include_str!("../../templates/event_cancelled/en.body.html")),
    ("reminder_day_before/en.subject.txt", include_str!("../../templates/reminder_day_before/en.subject.txt")),
    ("reminder_day_before/en.body.txt", include_str!("../../templates/reminder_day_before/en.body.txt")),
    ("reminder_day_before/en.body.html", include_str!("../../templates/reminder_day_before/en.body.html")),
    ("reminder_hour_before/en.subject.txt", include_str!("../../templates/reminder_hour_before/en.subject.txt")),
    ("reminder_hour_before/en.body.txt", include_str!("../../templates/reminder_hour_before/en.body.txt")),
    ("reminder_hour_before/en.body.html", include_str!("../../templates/reminder_hour_before/en.body.html")),
    ("announcement/en.subject.txt", include_str!("../../templates/announcement/en.subject.txt")),
    ("announcement/en.body.txt", include_str!("../../templates/announcement/en.body.txt")),
    ("announcement/en.body.html", include_str!("../../templates/announcement/en.body.html")),
    ("new_booking/en.subject.txt", include_str!("../../templates/new_booking/en.subject.txt")),
    ("new_booking/en.body.txt", include_str!("../../templates/new_booking/en.body.txt")),
    ("new_booking/en.body.html", include_str!("../../templates/new_booking/en.body.html")),
];
