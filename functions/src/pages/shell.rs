//! What all pages share: the templates, the look, and how a page is filled in.

use super::html::Html;
use super::policy::{NO_DEVICES, app_policy, page_policy, source_hash};
use super::words::{Words, words};
use domain::Language;
use kit::{Answer, Error, Media, Reply, Result};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use serde_json::json;
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

/// The style of every page: the look that the apps stand on too, and what only these pages have.
const STYLE: &str = concat!(
    "\n",
    include_str!("../../../web/shared/styles/tokens.css"),
    include_str!("../../../web/shared/styles/base.css"),
    include_str!("../../../web/shared/styles/components.css"),
    include_str!("templates/pages.css"),
);

static ENVIRONMENT: LazyLock<std::result::Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // A misspelt variable is an error, not an empty space.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    environment.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
});

static POLICY: LazyLock<String> = LazyLock::new(|| page_policy(&source_hash(STYLE), None));
static FORM_POLICY: LazyLock<String> = LazyLock::new(|| page_policy(&source_hash(STYLE), Some(&source_hash(SCRIPT))));
static APP_POLICY: LazyLock<String> = LazyLock::new(|| app_policy("", &source_hash(STYLE)));

/// What runs on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// Nothing.
    Nothing,
    /// The script that sends its forms.
    Forms,
    /// The attendees' app, which takes the page over.
    App,
}

/// One page, before it is filled in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    pub template: &'static str,
    pub status: u16,
    /// Which of the colours of the shared style.
    pub hue: u8,
    pub runs: Runs,
    /// Which fonts' Cyrillic letters are fetched at once, besides the Latin ones.
    pub cyrillic: Cyrillic,
}

/// Where on a page there are Cyrillic letters.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Cyrillic {
    /// In what is set in the text's font.
    pub text: bool,
    /// In what is set in the display font.
    pub display: bool,
}

impl Cyrillic {
    /// Looks for them in what is set in the display font, and in what is set in the text's.
    pub fn of(display: &[&str], text: &[&str]) -> Self {
        let any =
            |texts: &[&str]| texts.iter().any(|text| text.contains(|letter| matches!(letter, '\u{400}'..='\u{4FF}')));
        Cyrillic { text: any(text), display: any(display) }
    }
}

impl Sheet {
    pub fn new(template: &'static str) -> Self {
        Sheet { template, status: 200, hue: 0, runs: Runs::Nothing, cyrillic: Cyrillic::default() }
    }

    /// The page, with what there is to show.
    ///
    /// # Errors
    /// The template and what it shows don't fit together: a fault of ours.
    pub fn filled(self, language: Language, view: &impl Serialize) -> Result<Html> {
        let environment = ENVIRONMENT.as_ref().map_err(Error::internal)?;
        let russian = language == Language::Ru;
        let cyrillic = Cyrillic { text: self.cyrillic.text || russian, display: self.cyrillic.display || russian };
        let context = context! {
            lang => language.code(),
            words => Value::from(Serde(words(language))),
            hue => self.hue,
            scripted => self.runs == Runs::Forms,
            app => self.runs == Runs::App,
            cyrillic => Value::from(Serde(cyrillic)),
            ..Value::from(Serde(view))
        };
        let template = environment.get_template(self.template).map_err(Error::internal)?;
        // The whole chain of reasons: a template's error names its line in there.
        let page = template.render(context).map_err(|error| Error::internal(format!("{error:#}")))?;
        let policy = match self.runs {
            Runs::Nothing => &POLICY,
            Runs::Forms => &FORM_POLICY,
            Runs::App => &APP_POLICY,
        };
        Ok(Html { status: self.status, page, policy: policy.to_string() })
    }
}

/// A page that the app takes over.
#[derive(Debug)]
pub struct AppPage {
    /// The page.
    pub html: Html,
    /// How long who may keep it.
    pub cache: &'static str,
}

impl Reply for AppPage {
    const STATUS: u16 = Html::STATUS;
    const MEDIA: &[Media] = Html::MEDIA;
    fn answer(&self) -> Result<Answer> {
        let mut answer = self.html.answer()?;
        answer.headers.retain(|(name, _)| name != "cache-control");
        Ok(answer
            .header("cache-control", self.cache)
            // It is written in the reader's language.
            .header("vary", "accept-language")
            .header("permissions-policy", NO_DEVICES))
    }
}

/// JSON for between `<script>` tags: there no entity is read, and `</script>` and `<!--` would end or change it (HTML
/// Standard, "Restrictions for contents of script elements").
pub(super) fn in_script(data: &serde_json::Value) -> String {
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// A span of time that isn't broken at its dash: with a word joiner (U+2060) on each side of it.
pub(super) fn unbroken(when: &str) -> String {
    when.replace('–', "\u{2060}–\u{2060}")
}

/// A page that says why there is nothing else to show.
pub(super) fn nothing_here(language: Language, of: fn(&Words) -> &super::words::Told) -> Result<Html> {
    problem(Runs::Nothing, language, of)
}

/// The same, where the app may know more: a draft is there for its organizer.
pub(super) fn nothing_here_but_the_app(language: Language, of: fn(&Words) -> &super::words::Told) -> Result<AppPage> {
    Ok(AppPage { html: problem(Runs::App, language, of)?, cache: "no-store" })
}

fn problem(runs: Runs, language: Language, of: fn(&Words) -> &super::words::Told) -> Result<Html> {
    let sheet = Sheet { status: 404, runs, ..Sheet::new("problem.html") };
    let page_data = in_script(&json!({ "language": language }));
    sheet.filled(language, &context! { told => Value::from(Serde(of(words(language)))), page_data })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_template_misses_is_an_error() {
        assert!(Sheet::new("event.html").filled(Language::En, &context! {}).is_err());
    }

    #[test]
    fn the_style_ends_where_its_element_does() {
        assert!(!STYLE.contains("</"), "it would end before");
        assert!(!STYLE.contains("@import") && !STYLE.contains("://"), "nothing comes from elsewhere");
    }

    #[test]
    fn only_a_page_that_may_change_by_the_second_is_kept_by_nobody() {
        let page = nothing_here_but_the_app(Language::En, |words| &words.no_event).unwrap().answer().unwrap();
        let header = |name: &str| {
            let held: Vec<&str> =
                page.headers.iter().filter(|(held, _)| held == name).map(|(_, value)| value.as_str()).collect();
            held.join("|")
        };
        assert_eq!((page.status, header("cache-control").as_str()), (404, "no-store"));
        assert_eq!(header("vary"), "accept-language");
    }
}
