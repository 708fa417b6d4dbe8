//! What can be wrong with a field: a stable code for programs, with its words in English.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;

/// What is wrong with a field, for programs: a code keeps its meaning. More may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// It is missing, or empty.
    Required,
    /// Neither a place nor a link was given.
    PlaceOrLinkRequired,
    /// One of the two is needed, and not both.
    TokenOrTicketRequired,
    /// There is no field of this name.
    UnknownField,
    /// The address says it already.
    PartOfAddress,
    /// It must be text.
    NotText,
    /// It must be a whole number.
    NotAWholeNumber,
    /// It must be a number.
    NotANumber,
    /// It must be true or false.
    NotABoolean,
    /// It must be an object.
    NotAnObject,
    /// It is none of the words that can stand here; `detail` names them.
    NotOneOf,
    /// The number is larger or smaller than can be stored.
    OutOfRange,
    /// The number is smaller than `limit`.
    TooSmall,
    /// The number is larger than `limit`.
    TooLarge,
    /// The text is shorter than `limit` characters.
    TooShort,
    /// The text is longer than `limit` characters.
    TooLong,
    /// It holds a character that can't be shown.
    ControlCharacter,
    /// It is not the readable part of an address.
    NotASlug,
    /// It is not an email address.
    NotAnEmail,
    /// The email address has letters beyond ASCII.
    EmailNotAscii,
    /// It is not a link to a site.
    NotALink,
    /// It is not an id of the kind that is meant; `detail` shows one.
    NotAnId,
    /// It is not the code of a currency.
    NotACurrency,
    /// It is not a local date and time.
    NotATime,
    /// It is not an instant with its offset.
    NotAnInstant,
    /// There is no such time zone.
    ZoneUnknown,
    /// The clocks of the zone skip this time.
    TimeSkipped,
    /// It has passed.
    InThePast,
    /// It is more than `limit` years ahead.
    TooFarAhead,
    /// The end is not after the start.
    EndBeforeStart,
    /// The end is more than `limit` days after the start.
    LastsTooLong,
    /// It is not the user's password.
    WrongPassword,
    /// It is not a cursor that this list gave.
    CursorUnknown,
    /// The file is empty.
    FileEmpty,
    /// The file is larger than `limit` MB.
    FileTooLarge,
    /// Nothing was uploaded yet.
    FileMissing,
    /// The file is no picture of a kind that is taken.
    NotAPicture,
    /// The file can't be read to its end.
    PictureDamaged,
    /// The picture is too small; `detail` says how large it must be.
    PictureTooSmall,
    /// One side of the picture is more than `limit` times the other.
    PictureTooNarrow,
    /// The picture has more than `limit` million pixels.
    TooManyPixels,
    /// Something else, which `detail` says.
    Invalid,
}

impl FaultCode {
    /// What it says, reading on from the field's name. `{limit}` stands for the number that goes with it.
    fn words(self) -> &'static str {
        match self {
            FaultCode::Required => "is needed",
            FaultCode::PlaceOrLinkRequired => "is needed, unless there is an online_link",
            FaultCode::TokenOrTicketRequired => "or ticket is needed, and not both",
            FaultCode::UnknownField => "isn't known here",
            FaultCode::PartOfAddress => "is part of the address and can't be sent besides",
            FaultCode::NotText => "must be text",
            FaultCode::NotAWholeNumber => "must be a whole number",
            FaultCode::NotANumber => "must be a number",
            FaultCode::NotABoolean => "must be true or false",
            FaultCode::NotAnObject => "must be an object with its fields",
            FaultCode::NotOneOf => "is not one of the words that can stand here",
            FaultCode::OutOfRange => "is out of range",
            FaultCode::TooSmall => "must be at least {limit}",
            FaultCode::TooLarge => "can be at most {limit}",
            FaultCode::TooShort => "is too short: at least {limit} characters",
            FaultCode::TooLong => "is too long: at most {limit} characters",
            FaultCode::ControlCharacter => "holds a control character, which can't be shown",
            FaultCode::NotASlug => "may hold lower-case letters a to z, digits and single hyphens between them",
            FaultCode::NotAnEmail => "is not an email address, such as ada@example.org",
            FaultCode::EmailNotAscii => {
                "may hold only ASCII characters; write an international domain in its xn-- form"
            }
            FaultCode::NotALink => "is not a link that begins with https:// or http://",
            FaultCode::NotAnId => "is not an id of this kind",
            FaultCode::NotACurrency => "is not a currency code of three capital letters, such as EUR",
            FaultCode::NotATime => {
                "is not a local date and time such as 2026-12-24T19:30 (no zone: that has its own field)"
            }
            FaultCode::NotAnInstant => "must be an instant such as 2026-12-24T18:30:00Z",
            FaultCode::ZoneUnknown => {
                "is not a time zone of the IANA database, such as Europe/Berlin or Asia/Kathmandu"
            }
            FaultCode::TimeSkipped => {
                "doesn't exist in its zone: the clocks go forward then. Choose an hour earlier or later"
            }
            FaultCode::InThePast => "lies in the past",
            FaultCode::TooFarAhead => "is more than {limit} years ahead",
            FaultCode::EndBeforeStart => "must be after the start",
            FaultCode::LastsTooLong => "must be within {limit} days of the start",
            FaultCode::WrongPassword => "is not your password",
            FaultCode::CursorUnknown => "is not one that this list gave",
            FaultCode::FileEmpty => "must be at least 1: the file is empty",
            FaultCode::FileTooLarge => "is larger than {limit} MB; a smaller version of it will do",
            FaultCode::FileMissing => "isn't there: post the file first. What was posted is kept for a day",
            FaultCode::NotAPicture => "is not a JPEG, PNG or WebP file, whatever it is called",
            FaultCode::PictureDamaged => "is damaged or incomplete: it can't be read as a picture",
            FaultCode::PictureTooSmall => "is too small a picture",
            FaultCode::PictureTooNarrow => "is too long for a cover; cut it so that no side is {limit} times the other",
            FaultCode::TooManyPixels => "has more than {limit} million pixels; a smaller version of it will do",
            FaultCode::Invalid => "can't be read",
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// What it is, for programs.
    pub code: FaultCode,
    /// What it is and what to do, in English; reads on from the field's name.
    pub detail: String,
    /// The number that the code speaks of: the most characters, the longest in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
}

impl Fault {
    /// A fault whose code goes with a number.
    pub fn limited(code: FaultCode, limit: i64) -> Self {
        Self { code, detail: code.words().replace("{limit}", &limit.to_string()), limit: Some(limit) }
    }

    /// A fault of which more is to be said than its code does.
    pub fn saying(code: FaultCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), limit: None }
    }

    /// Whether a number lies within its limits.
    ///
    /// # Errors
    /// It doesn't: which limit it oversteps.
    pub fn unless_within(number: i64, limits: &RangeInclusive<i64>) -> Result<(), Fault> {
        if number < *limits.start() {
            return Err(Fault::limited(FaultCode::TooSmall, *limits.start()));
        }
        if number > *limits.end() {
            return Err(Fault::limited(FaultCode::TooLarge, *limits.end()));
        }
        Ok(())
    }
}

impl From<FaultCode> for Fault {
    fn from(code: FaultCode) -> Self {
        Fault::saying(code, code.words())
    }
}

/// As JSON. Of what a type has against a value, serde hands on nothing but its text; `kit` reads the fault back from that.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_words_of_its_own() {
        let schema = schemars::schema_for!(FaultCode).to_value();
        let codes: Vec<FaultCode> = schema["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| serde_json::from_value(code["const"].clone()).unwrap())
            .collect();
        assert_eq!(codes.first().zip(codes.last()), Some((&FaultCode::Required, &FaultCode::Invalid)));
        let words: BTreeSet<&str> = codes.iter().map(|code| code.words()).collect();
        assert_eq!(words.len(), codes.len());
    }

    #[test]
    fn a_fault_is_read_back_from_its_text() {
        for fault in [
            Fault::limited(FaultCode::TooLong, 80),
            Fault::saying(FaultCode::NotOneOf, "must be `free` or \"paid\""),
            FaultCode::ZoneUnknown.into(),
        ] {
            assert_eq!(serde_json::from_str::<Fault>(&fault.to_string()).unwrap(), fault);
        }
    }

    #[test]
    fn the_limit_is_in_the_words_and_beside_them() {
        let within = |number| Fault::unless_within(number, &(1..=20)).map_err(|fault| (fault.code, fault.detail));
        assert_eq!(within(0), Err((FaultCode::TooSmall, "must be at least 1".to_owned())));
        assert_eq!((within(1), within(20)), (Ok(()), Ok(())));
        assert_eq!(within(21), Err((FaultCode::TooLarge, "can be at most 20".to_owned())));
    }
}
