//! The templates, one environment per language: built once, kept for the life of the process.

use crate::{
    clean,
    languages::{Spoken, spoken},
};
use domain::Language;
use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Rest, Serde, Value},
};
use std::sync::OnceLock;

/// The parts that every language shares.
const SHARED: &[(&str, &str)] = &[
    ("layout.txt", include_str!("../templates/layout.txt")),
    ("layout.html", include_str!("../templates/layout.html")),
    ("parts.txt", include_str!("../templates/parts.txt")),
    ("parts.html", include_str!("../templates/parts.html")),
];

/// How much of an event's name a subject shows. Phones show some 40 characters of a subject, desks some 70.
const NAME_IN_SUBJECT: usize = 50;

/// The environment of a language, or why its templates don't parse.
pub(crate) fn environment(language: Language) -> Result<&'static Environment<'static>, &'static Error> {
    static ENVIRONMENTS: [OnceLock<Result<Environment<'static>, Error>>; Language::ALL.len()] =
        [const { OnceLock::new() }; Language::ALL.len()];
    ENVIRONMENTS[language as usize].get_or_init(|| build(spoken(language))).as_ref()
}

fn build(spoken: &'static Spoken) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    // A misspelt variable is an error, not an empty space.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A tag on a line of its own leaves no trace of the line.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_global("lang", spoken.code);
    environment.add_global("words", Value::from(Serde(&spoken.words)));
    environment.add_filter("plural", |n: u64, forms: Rest<String>| plural(spoken, n, &forms));
    environment.add_filter("short", |text: String| clean::short(&text, NAME_IN_SUBJECT));
    environment.add_filter("capital", |text: String| capital(&text));
    environment.add_test("web_link", |link: String| clean::is_web_link(&link));
    for (name, source) in SHARED.iter().chain(spoken.templates) {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// `{{ n|plural("place", "places") }}`: the form of a noun that goes with a number.
fn plural(spoken: &Spoken, n: u64, forms: &[String]) -> Result<String, Error> {
    if forms.len() != spoken.forms {
        let message = format!("{} has {} plural forms, not {}", spoken.code, spoken.forms, forms.len());
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    Ok(forms[(spoken.plural)(n)].clone())
}

/// The text with a capital at its start; the rest stays as it is.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
