//! What a language needs beyond its templates: days, months, plurals, zones and the few words of the shared layout.
//!
//! A new language is one file here, its templates, and a line in [`spoken`].

mod en;
mod ru;

use domain::Language;
use jiff::civil::Date;
use serde::Serialize;

/// One language.
pub(crate) struct Spoken {
    /// The code in template names and in the `lang` attribute.
    pub code: &'static str,
    /// The words of the layout that all mails share.
    pub words: Words,
    /// "Saturday, 21 November", with the year if asked.
    pub day: fn(Date, bool) -> String,
    /// A zone by its IANA name: "Kathmandu time".
    pub zone: fn(&str) -> String,
    /// A time on the reader's own clock, and that clock's zone.
    pub your_time: fn(&str, &str) -> String,
    /// How long something works, after a verb such as "works for": "30 minutes", "1 hour".
    pub lasts: fn(u32) -> String,
    /// Which of the forms given to the `plural` filter goes with a number, from 0.
    pub plural: fn(u64) -> usize,
    /// How many forms the language has.
    pub forms: usize,
    /// The templates: name and source.
    pub templates: &'static [(&'static str, &'static str)],
}

/// The words that the shared layout and its parts use.
#[derive(Serialize)]
pub(crate) struct Words {
    pub today: &'static str,
    pub tomorrow: &'static str,
    /// Label of the time.
    pub when: &'static str,
    /// Label of the place.
    pub place: &'static str,
    /// Label of the link to take part online.
    pub online: &'static str,
    /// Label of the organizer.
    pub organizer: &'static str,
    /// Text of the link to a map.
    pub map: &'static str,
    /// Before the link that a button has too.
    pub or_open: &'static str,
    /// "Ticket", before "2/3".
    pub ticket: &'static str,
    /// Alternative text of a QR code, before the holder's name.
    pub qr_alt: &'static str,
    /// Text of the link to one ticket's page.
    pub ticket_page: &'static str,
    /// Label of what was before a change.
    pub before: &'static str,
    /// Label of what is now.
    pub now: &'static str,
    /// Stands for a place or link that there isn't.
    pub none: &'static str,
    /// Text of the link that ends such mails.
    pub unsubscribe: &'static str,
    /// Says that an answer to the mail reaches the organizer; their name follows.
    pub reply: &'static str,
    /// Why one gets a mail about one's account.
    pub why_account: &'static str,
    /// Why one gets a mail about a booking.
    pub why_guest: &'static str,
    /// Why one gets a mail about one's event.
    pub why_organizer: &'static str,
}

/// Which of a noun's forms goes with a number, from 0: two forms in English (place, places), three in Russian (место,
/// места, мест).
pub fn plural_form(language: Language, n: u64) -> usize {
    (spoken(language).plural)(n)
}

/// All about a language.
pub(crate) fn spoken(language: Language) -> &'static Spoken {
    match language {
        Language::En => &en::SPOKEN,
        Language::Ru => &ru::SPOKEN,
    }
}
