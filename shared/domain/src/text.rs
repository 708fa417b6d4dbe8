//! Text that people type: names, lines, descriptions, addresses. Each type can only hold what was checked.

use crate::fault::{Fault, FaultCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// Marks that turn the direction of what follows (Unicode Bidirectional Algorithm, UAX #9, section 2): in a name they can
/// make the text around it lie. They and other invisible format characters are taken out; joiners stay, since scripts and
/// emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}' | '\u{00AD}')
}

fn line(text: &str, min: usize, max: usize) -> Result<String, Fault> {
    // Normalised last: what was taken out may have stood between a letter and its accent.
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).nfc().collect();
    let tidy = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if tidy.chars().any(char::is_control) {
        return Err(FaultCode::ControlCharacter.into());
    }
    if min > 0 && !tidy.chars().any(is_seen) {
        return Err(FaultCode::Required.into());
    }
    measured(tidy, min, max)
}

/// Whether a character leaves something on the page by itself. A name of joiners or blank letters can't be read, clicked
/// or called out.
pub fn is_seen(c: char) -> bool {
    !c.is_whitespace()
        && !is_invisible(c)
        && !unicode_normalization::char::is_combining_mark(c)
        && !matches!(c, '\u{200C}' | '\u{200D}' | '\u{180E}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}'
            | '\u{2800}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
}

fn paragraphs(text: &str, min: usize, max: usize) -> Result<String, Fault> {
    let tidy: String = text.replace("\r\n", "\n").chars().filter(|c| !is_invisible(*c)).nfc().collect();
    if tidy.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(FaultCode::ControlCharacter.into());
    }
    measured(tidy.trim().to_owned(), min, max)
}

fn measured(text: String, min: usize, max: usize) -> Result<String, Fault> {
    let length = text.chars().count();
    match length {
        0 if min > 0 => Err(FaultCode::Required.into()),
        _ if length < min => Err(Fault::limited(FaultCode::TooShort, min as i64)),
        _ if length > max => Err(Fault::limited(FaultCode::TooLong, max as i64)),
        _ => Ok(text),
    }
}

fn slug(text: &str, min: usize, max: usize) -> Result<String, Fault> {
    let fits = text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--");
    if !fits {
        return Err(FaultCode::NotASlug.into());
    }
    measured(text.to_owned(), min, max)
}

/// RFC 5321's limits (64 before the @, 254 in all) and a domain of at least two labels. Letters beyond ASCII are refused:
/// SES does not deliver to them (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>).
fn email(text: &str, min: usize, max: usize) -> Result<String, Fault> {
    let text = text.trim();
    if !text.is_ascii() {
        return Err(FaultCode::EmailNotAscii.into());
    }
    let (local, domain) = text.rsplit_once('@').ok_or(FaultCode::NotAnEmail)?;
    let local_fits = (1..=64).contains(&local.len())
        && local.split('.').all(|atom| {
            !atom.is_empty() && atom.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c))
        });
    let labels: Vec<&str> = domain.split('.').collect();
    let domain_fits = labels.len() >= 2
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
        })
        && labels.last().is_some_and(|top| top.bytes().any(|c| c.is_ascii_alphabetic()));
    if !(local_fits && domain_fits) {
        return Err(FaultCode::NotAnEmail.into());
    }
    measured(text.to_owned(), min, max)
}

fn link(text: &str, min: usize, max: usize) -> Result<String, Fault> {
    let text = line(text, min, max)?;
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = host.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']) && !rest.contains(['"', '<', '>', ' ', '\\'])
    });
    if fits { Ok(text) } else { Err(FaultCode::NotALink.into()) }
}

// The types differ in their name, limits and check; one list shows them all.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $check:ident($min:literal, $max:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String", extend("minLength" = $min, "maxLength" = $max))]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl FromStr for $name {
            type Err = Fault;
            fn from_str(text: &str) -> Result<Self, Fault> { $check(text, $min, $max).map(Self) }
        }
        impl TryFrom<String> for $name {
            type Error = Fault;
            fn try_from(text: String) -> Result<Self, Fault> { text.parse() }
        }
        impl From<$name> for String {
            fn from(text: $name) -> String { text.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
    )*};
}

texts! {
    /// A person's name as they write it.
    PersonName = line(1, 80);
    /// An event's name.
    EventName = line(1, 120);
    /// A place's name.
    PlaceName = line(1, 120);
    /// A postal address in one line.
    Address = line(1, 240);
    /// A city's name.
    City = line(1, 80);
    /// What an announcement is about.
    Subject = line(1, 120);
    /// The name of a door, so that a scan says where it was.
    DoorName = line(1, 40);
    /// A description in Markdown (CommonMark); empty where there is none.
    Description = paragraphs(0, 20_000);
    /// A message in plain text of several paragraphs.
    MessageBody = paragraphs(1, 5_000);
    /// A few words about oneself.
    Bio = paragraphs(0, 1_000);
    /// The part of an event's address that people read: `jazz-in-the-park`.
    Slug = slug(3, 80);
    /// An email address, as typed; compare by [`Email::folded`].
    Email = email(6, 254);
    /// A link to another site.
    Link = link(10, 1_000);
}

impl Email {
    /// The form by which addresses are compared: lower case. Providers that tell upper case from lower in the part
    /// before the @ are not known to us.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

#[expect(clippy::derivable_impls, reason = "one list makes the types; only some may be empty")]
impl Default for Description {
    fn default() -> Self {
        Self(String::new())
    }
}

#[expect(clippy::derivable_impls, reason = "one list makes the types; only some may be empty")]
impl Default for Bio {
    fn default() -> Self {
        Self(String::new())
    }
}

impl PersonName {
    /// The form by which names are searched and sorted.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl EventName {
    /// The form by which two names of one's own events are compared.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// A text without case and accents, for search by prefix: DynamoDB can't fold case. "Ёлка" and "елка" are found alike.
pub fn fold(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c) && !is_invisible(*c));
    bare.collect::<String>().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A password as typed: 10 to 128 characters, any of them (NIST SP 800-63B, section 5.1.1.2: length counts, composition
/// rules don't). Never shown, not even in a log of the struct around it.
#[derive(Clone, PartialEq, Eq, JsonSchema, Deserialize)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("minLength" = 10, "maxLength" = 128))]
pub struct Password(String);

impl Password {
    /// The text, normalised (NFKC, as RFC 8265 asks) so that another keyboard types the same password.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl TryFrom<String> for Password {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        measured(text.nfkc().collect(), 10, 128).map(Self)
    }
}
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(...)")
    }
}

/// Letters of Cyrillic in Latin ones, near to GOST 7.79 System B, so that an address stays readable.
fn latin(c: char) -> &'static str {
    match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'і' | 'ї' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'ß' => "ss",
        'ø' => "o",
        'ł' => "l",
        'æ' => "ae",
        _ => "",
    }
}

/// A slug for an event's name, with a tail that makes it nobody else's: `jazz-in-the-park-7g5fav`.
pub fn slug_for(name: &EventName, tail: &str) -> Slug {
    let mut words = String::new();
    for c in fold(name.as_str()).chars() {
        if c.is_ascii_alphanumeric() {
            words.push(c);
        } else if !latin(c).is_empty() {
            words.push_str(latin(c));
        } else if !matches!(c, 'ъ' | 'ь' | '\'' | '’') && !words.ends_with('-') && !words.is_empty() {
            words.push('-');
        }
        if words.len() >= 48 {
            break;
        }
    }
    let words = words.trim_matches('-');
    let words = if words.is_empty() { "event" } else { words };
    Slug(format!("{words}-{}", tail.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_tidied_and_tricks_taken_out() {
        assert_eq!("  Ada \u{202E} Lovelace ".parse::<PersonName>().unwrap().as_str(), "Ada Lovelace");
        assert_eq!("Ve\u{2060}r\u{206A}a".parse::<PersonName>().unwrap().as_str(), "Vera");
        assert_eq!("a\u{0}b".parse::<PersonName>(), Err(FaultCode::ControlCharacter.into()));
        assert_eq!("\u{200B}".parse::<PersonName>(), Err(FaultCode::Required.into()));
        assert_eq!("x".repeat(81).parse::<PersonName>(), Err(Fault::limited(FaultCode::TooLong, 80)));
        assert_eq!("Line\r\nBcc: all@example.org".parse::<EventName>().unwrap().as_str(), "Line Bcc: all@example.org");
    }

    #[test]
    fn names_leave_something_on_the_page() {
        for blank in ["\u{200D}", "\u{3164}\u{3164}", "\u{2800}", "\u{E0041}", "\u{301}", " \u{200C} "] {
            assert_eq!(blank.parse::<PersonName>(), Err(FaultCode::Required.into()), "{blank:?}");
        }
        for name in ["🎸", "👩\u{200D}🎤", "می\u{200C}خواهم", "李", "!"] {
            assert_eq!(name.parse::<PersonName>().unwrap().as_str(), name);
        }
    }

    proptest::proptest! {
        // What is stored is read through the same check: it must come back as it was.
        #[test]
        fn what_was_accepted_is_accepted_unchanged(
            text in "([a-zÀ-ÿа-я \u{200B}-\u{200F}\u{301}\u{308}\u{202A}-\u{202E}\n]|\\PC){0,20}"
        ) {
            if let Ok(name) = text.parse::<PersonName>() {
                assert_eq!(name.as_str().parse(), Ok(name.clone()));
                assert_eq!(fold(&name.folded()), name.folded());
            }
            if let Ok(bio) = text.parse::<Bio>() {
                assert_eq!(bio.as_str().parse(), Ok(bio.clone()));
            }
        }
    }

    #[test]
    fn email_addresses() {
        for good in ["ada@example.org", "a.b+c@sub.example.co", "o'neil@example.org", "x@xn--e1afmkfd.xn--p1ai"] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "ada",
            "ada@",
            "@example.org",
            "a b@example.org",
            "ada@example",
            "a..b@example.org",
            "ada@-x.org",
            "ada@example.123",
            "ада@example.org",
            "a@b.c\r\nBcc: x@y.zz",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
        assert_eq!("Ada@Example.ORG".parse::<Email>().unwrap().folded(), "ada@example.org");
    }

    #[test]
    fn search_ignores_case_and_accents() {
        assert_eq!(fold("Ёлка  ÉTÉ"), "елка ete");
    }

    #[test]
    fn slugs_read_well_in_any_script() {
        let slug = |name: &str| slug_for(&name.parse().unwrap(), "7G5FAV").to_string();
        assert_eq!(slug("Jazz in the Park!"), "jazz-in-the-park-7g5fav");
        assert_eq!(slug("Ночь кино: «Солярис»"), "noch-kino-solyaris-7g5fav");
        assert_eq!(slug("東京"), "event-7g5fav");
        for name in ["Jazz in the Park!", "— — —", "a".repeat(120).as_str()] {
            assert!(slug(name).parse::<Slug>().is_ok(), "{name}");
        }
    }

    #[test]
    fn links_are_web_links() {
        assert!("https://meet.example.org/x?y=1".parse::<Link>().is_ok());
        assert!("javascript:alert(1)".parse::<Link>().is_err());
        assert!("https://\"onmouseover=".parse::<Link>().is_err());
    }
}
