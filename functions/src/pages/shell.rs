//! What all pages share: the templates, the style, and a policy that lets through nothing but what is on the page.

use super::cover::HUES;
use super::words::{Words, words};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::Language;
use kit::{Error, Html, Result};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use std::fmt::Write;
use std::sync::LazyLock;

const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("templates/layout.html")),
    ("event.html", include_str!("templates/event.html")),
    ("ticket.html", include_str!("templates/ticket.html")),
    ("account.html", include_str!("templates/account.html")),
    ("problem.html", include_str!("templates/problem.html")),
];

/// What sends the forms of the account pages and says what came of it.
const SCRIPT: &str = include_str!("templates/account.js");

/// The style of every page: what is written down, and the colours that an event may have.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let rules = |of: fn(&super::cover::Hue) -> [&'static str; 3]| {
        HUES.iter().enumerate().fold(String::new(), |mut rules, (index, hue)| {
            let [accent, tint, mid] = of(hue);
            // Writing to a String can't fail.
            let _ = writeln!(rules, ".hue{index} {{ --accent: {accent}; --tint: {tint}; --mid: {mid}; }}");
            rules
        })
    };
    let (light, dark) = (rules(|hue| hue.light), rules(|hue| hue.dark));
    let written = include_str!("templates/style.css");
    // Paper is light: only screens go dark.
    format!("\n{written}{light}@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n")
});

static ENVIRONMENT: LazyLock<std::result::Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // A misspelt variable is an error, not an empty space.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_global("style", Value::from_safe_string(STYLE.clone()));
    environment.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
});

/// How a policy names an inline style or script (CSP Level 3, section 2.3.1).
pub(super) fn source_hash(inline: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, inline.as_bytes())))
}

static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| source_hash(&STYLE));
static SCRIPT_SOURCE: LazyLock<String> = LazyLock::new(|| source_hash(SCRIPT));

/// One page, before it is filled in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    pub template: &'static str,
    pub status: u16,
    /// Which of [`HUES`].
    pub hue: usize,
    /// Whether it has a script, and forms that the script sends.
    pub scripted: bool,
    /// Whether it shows a picture from elsewhere.
    pub picture: bool,
}

impl Sheet {
    pub fn new(template: &'static str) -> Self {
        Sheet { template, status: 200, hue: 0, scripted: false, picture: false }
    }

    /// The page, with what there is to show.
    ///
    /// # Errors
    /// The template and what it shows don't fit together: a fault of ours.
    pub fn filled(self, language: Language, view: &impl Serialize) -> Result<Html> {
        let environment = ENVIRONMENT.as_ref().map_err(Error::internal)?;
        let context = context! {
            lang => language.code(),
            words => Value::from(Serde(words(language))),
            hue => self.hue,
            scripted => self.scripted,
            ..Value::from(Serde(view))
        };
        let template = environment.get_template(self.template).map_err(Error::internal)?;
        // The whole chain of reasons: a template's error names its line in there.
        let page = template.render(context).map_err(|error| Error::internal(format!("{error:#}")))?;
        Ok(Html { status: self.status, page, policy: self.policy() })
    }

    fn policy(self) -> String {
        let pictures = if self.picture { "'self' data: https:" } else { "'self' data:" };
        let mut policy = format!("default-src 'none'; style-src {}; img-src {pictures}", *STYLE_SOURCE);
        if self.scripted {
            let _ = write!(policy, "; script-src {}; connect-src 'self'", *SCRIPT_SOURCE);
        }
        policy.push_str("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        policy
    }
}

/// A span of time that isn't broken at its dash: with a word joiner (U+2060) on each side of it.
pub(super) fn unbroken(when: &str) -> String {
    when.replace('–', "\u{2060}–\u{2060}")
}

/// A page that says why there is nothing else to show.
pub(super) fn nothing_here(language: Language, of: fn(&Words) -> &super::words::Told) -> Result<Html> {
    let sheet = Sheet { status: 404, ..Sheet::new("problem.html") };
    sheet.filled(language, &context! { told => Value::from(Serde(of(words(language)))) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// Relative luminance of `#rrggbb` (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let part = |from: usize| {
            let value = f64::from(u8::from_str_radix(&colour[from..from + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The values of a custom property in the style: light, then dark.
    fn values(property: &str) -> [&'static str; 2] {
        let style: &'static str = include_str!("templates/style.css");
        let found: Vec<&str> =
            style.split(&format!("{property}: ")).skip(1).map(|rest| rest.split(';').next().unwrap()).collect();
        [found[0], found[1]]
    }

    #[test]
    fn text_can_be_read_in_both_themes() {
        let [paper, card] = [values("--paper"), values("--card")];
        for theme in [0, 1] {
            for ground in [paper[theme], card[theme]] {
                for text in ["--ink", "--soft", "--good", "--bad", "--warn"] {
                    let text = values(text)[theme];
                    assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
                }
                for hue in HUES {
                    let accent = [hue.light, hue.dark][theme][0];
                    assert!(contrast(accent, ground) >= 4.5, "{accent} on {ground}");
                }
            }
            for hue in HUES {
                let (accent, on) = ([hue.light, hue.dark][theme][0], values("--on-accent")[theme]);
                assert!(contrast(on, accent) >= 4.5, "{on} on {accent}");
            }
        }
    }

    #[test]
    fn a_page_without_a_script_lets_none_run() {
        let policy = Sheet::new("event.html").policy();
        assert!(!policy.contains("script-src") && policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("https:") && !policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn what_a_template_misses_is_an_error() {
        assert!(Sheet::new("event.html").filled(Language::En, &context! {}).is_err());
    }
}
