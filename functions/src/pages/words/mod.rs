//! The words on the pages. A language that misses one doesn't compile.

mod en;
mod money;
mod ru;

use domain::Language;
use domain::events::EventKind;
use domain::money::Money;
use serde::Serialize;

/// Why a page has nothing else to show.
#[derive(Debug, Serialize)]
pub struct Told {
    pub title: &'static str,
    pub text: &'static str,
}

/// All the words of a language.
#[derive(Serialize)]
pub struct Words {
    pub when: &'static str,
    pub place: &'static str,
    pub online: &'static str,
    pub price: &'static str,
    pub free: &'static str,
    pub places: &'static str,
    pub no_limit: &'static str,
    pub sold_out: &'static str,
    pub map: &'static str,
    /// Before the organizer's name.
    pub by: &'static str,
    pub about: &'static str,

    pub cancelled: &'static str,
    pub cancelled_text: &'static str,
    /// Before what the organizer said to it.
    pub organizer_says: &'static str,
    pub ended: &'static str,
    pub ended_text: &'static str,
    pub running: &'static str,
    /// Where the link to join comes from.
    pub online_text: &'static str,
    pub book: &'static str,
    /// Why that can't be done here without JavaScript.
    pub book_without_script: &'static str,

    pub ticket: &'static str,
    pub qr: &'static str,
    pub show: &'static str,
    pub join: &'static str,
    pub calendar: &'static str,
    pub event_page: &'static str,
    pub cannot_come: &'static str,
    /// What the link to where a booking is changed says.
    pub change: &'static str,
    pub valid: &'static str,
    pub admitted: &'static str,
    pub admitted_at: &'static str,
    pub over: &'static str,
    pub over_text: &'static str,
    pub void: &'static str,
    pub void_text: &'static str,
    pub called_off: &'static str,
    pub called_off_text: &'static str,

    pub no_event: Told,
    pub no_ticket: Told,
    pub no_page: Told,
    pub half_link: Told,
    /// The link to the first page.
    pub home: &'static str,

    pub email: &'static str,
    pub code: &'static str,
    pub new_password: &'static str,
    pub password_hint: &'static str,
    pub working: &'static str,
    pub no_script: &'static str,
    pub verify: Action,
    pub again: Action,
    pub reset: Action,
    pub forgot: Action,
    pub unsubscribe: Action,
    pub log_in: Told,
    /// What the link to where one logs in says.
    pub log_in_link: &'static str,
    /// The link to where a new password is asked for, and the same for who has a link already.
    pub forgot_link: &'static str,
    pub new_link: &'static str,
    pub refused: Refused,

    /// "3 of 5", of a party.
    #[serde(skip)]
    pub of_party: fn(u8, u8) -> String,
    /// "12 places left".
    #[serde(skip)]
    pub left: fn(i64) -> String,
    #[serde(skip)]
    pub kind: fn(EventKind) -> &'static str,
    #[serde(skip)]
    pub money: fn(&Money) -> String,
    /// Open Graph's name of the language.
    #[serde(skip)]
    pub locale: &'static str,
}

/// One thing to do about an account.
#[derive(Debug, Serialize)]
pub struct Action {
    pub title: &'static str,
    pub text: &'static str,
    pub button: &'static str,
    /// What is true once it was done.
    pub done: &'static str,
}

/// What came of it instead, by the code of the API's problem.
#[derive(Debug, Serialize)]
pub struct Refused {
    pub code_invalid: &'static str,
    pub reset_invalid: &'static str,
    pub link_invalid: &'static str,
    pub invalid: &'static str,
    pub too_many_requests: &'static str,
    /// Nothing answered.
    pub offline: &'static str,
    /// Whatever else.
    pub other: &'static str,
}

/// The words of a language.
pub fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &en::WORDS,
        Language::Ru => &ru::WORDS,
    }
}
