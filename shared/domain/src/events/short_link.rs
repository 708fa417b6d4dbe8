//! Short links: an event's address in a few letters, for mails, posters and telling.

use super::Event;
use crate::base32;
use crate::fault::{Fault, FaultCode};
use crate::ids::EventId;
use crate::text::Slug;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many letters and digits a code has: with five bits each, 34 thousand million codes.
const LENGTH: usize = 7;

/// The code of a short link: Crockford's base32 in lower case, which has no `i`, `l`, `o` and `u`. Who types them all the
/// same, or shouts, is understood.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9a-hjkmnp-tv-z]{7}$"))]
pub struct ShortCode(String);

impl ShortCode {
    /// The code that random bytes make.
    pub fn of(random: &[u8; 32]) -> Self {
        let mut code = base32::encode(random).to_ascii_lowercase();
        code.truncate(LENGTH);
        ShortCode(code)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ShortCode {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |letter: char| match letter.to_ascii_lowercase() {
            'o' => Some('0'),
            'i' | 'l' => Some('1'),
            'u' => None,
            other => other.is_ascii_alphanumeric().then_some(other),
        };
        let code: Option<String> = text.chars().map(plain).collect();
        code.filter(|code| code.len() == LENGTH).map(ShortCode).ok_or_else(|| FaultCode::NotAnId.into())
    }
}
impl TryFrom<String> for ShortCode {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
impl From<ShortCode> for String {
    fn from(code: ShortCode) -> String {
        code.0
    }
}
impl fmt::Display for ShortCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The claim on a code, and where it leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShortLink {
    /// The code.
    pub code: ShortCode,
    /// Which event holds it.
    pub event: EventId,
    /// Where it leads; nowhere while the event is a draft, of which nobody may know.
    pub slug: Option<Slug>,
}

impl Event {
    /// The claim on its code that this event holds.
    pub fn short_link(&self) -> ShortLink {
        let slug = self.is_visible().then(|| self.slug.clone());
        ShortLink { code: self.code.clone(), event: self.id, slug }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_short_and_comes_back(random: [u8; 32]) {
            let code = ShortCode::of(&random);
            prop_assert_eq!(code.as_str().len(), LENGTH);
            prop_assert!(!code.as_str().contains(['i', 'l', 'o', 'u']));
            prop_assert_eq!(code.as_str().parse(), Ok(code.clone()));
            prop_assert_eq!(code.as_str().to_uppercase().parse(), Ok(code));
        }
    }

    #[test]
    fn other_bytes_make_another_code() {
        let codes: std::collections::BTreeSet<ShortCode> = (0..=255).map(|byte| ShortCode::of(&[byte; 32])).collect();
        assert_eq!(codes.len(), 256);
    }

    #[test]
    fn what_is_misread_is_understood_and_nonsense_is_not() {
        assert_eq!("7KOIL2X".parse(), "7k0112x".parse::<ShortCode>());
        for nonsense in ["", "7k0112", "7k0112xx", "7k0112u", "7k-112x", "7k0112ж", "../../x"] {
            assert!(nonsense.parse::<ShortCode>().is_err(), "{nonsense}");
        }
    }
}
