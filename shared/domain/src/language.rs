//! The languages that pages and mails speak.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language that Guestlist speaks, as its ISO 639-1 code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, and what is spoken where nothing else is known.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: &[Language] = &[Language::En, Language::Ru];

    /// The ISO 639-1 code, as in `lang="ru"`.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Ru => "ru",
        }
    }

    /// The best of our languages for an `Accept-Language` header (RFC 9110, section 12.5.4).
    pub fn accepted(header: &str) -> Option<Language> {
        let mut wanted: Vec<(f32, &str)> = header
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.trim().split(';');
                let tag = pieces.next()?.trim();
                let weight = pieces
                    .find_map(|piece| piece.trim().strip_prefix("q="))
                    .map_or(Some(1.0), |q| q.trim().parse().ok())?;
                (weight > 0.0).then_some((weight, tag))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.iter().find_map(|(_, tag)| {
            let primary = tag.split('-').next()?;
            Language::ALL.iter().copied().find(|language| language.code().eq_ignore_ascii_case(primary))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_by_weight() {
        assert_eq!(Language::accepted("ru-RU,ru;q=0.9,en;q=0.8"), Some(Language::Ru));
        assert_eq!(Language::accepted("de, en;q=0.4, ru;q=0.7"), Some(Language::Ru));
        assert_eq!(Language::accepted("de, ru;q=0"), None);
        assert_eq!(Language::accepted("ru;q=x"), None);
        assert_eq!(Language::accepted(""), None);
    }
}
