//! The server-rendered pages: one template each, one style for all, no script anywhere.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use minijinja::{Environment, Value};
use std::sync::LazyLock;

/// Nothing is loaded from anywhere; the only frame is a mail.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let templates = [
        ("layout.html", include_str!("pages/layout.html")),
        ("accounts.html", include_str!("pages/accounts.html")),
        ("apps.html", include_str!("pages/apps.html")),
        ("events.html", include_str!("pages/events.html")),
        ("dev.html", include_str!("pages/dev.html")),
        ("mailbox.html", include_str!("pages/mailbox.html")),
        ("mail.html", include_str!("pages/mail.html")),
        ("queues.html", include_str!("pages/queues.html")),
        ("docs.html", include_str!("pages/docs.html")),
        ("message.html", include_str!("pages/message.html")),
    ];
    for (name, source) in templates {
        if let Err(error) = environment.add_template(name, source) {
            // A template that doesn't parse shows on its page and in the tests.
            eprintln!("guestlist: {error:#}");
        }
    }
    environment.add_global("css", Value::from_safe_string(include_str!("pages/style.css").to_owned()));
    environment
        .add_filter("urlencode", |text: String| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
    environment
});

/// Renders `template` with `context`.
pub fn page(status: StatusCode, template: &str, context: Value) -> Response {
    let rendered = TEMPLATES.get_template(template).and_then(|template| template.render(context));
    let (status, body) = match rendered {
        Ok(body) => (status, body),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{template} can't be rendered: {error:#}")),
    };
    let kind = if status == StatusCode::INTERNAL_SERVER_ERROR {
        "text/plain; charset=utf-8"
    } else {
        "text/html; charset=utf-8"
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, body).into_response()
}

/// An instant as the pages show it: `Fri 20 Nov 2026, 22:14:05 UTC`.
pub fn when(instant: Timestamp) -> String {
    instant.strftime("%a %-d %b %Y, %H:%M:%S UTC").to_string()
}

/// A span as the pages show it: `1 day 2 hours`; empty for none.
pub fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 86_400, "day"),
        (seconds % 86_400 / 3_600, "hour"),
        (seconds % 3_600 / 60, "minute"),
        (seconds % 60, "second"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn spans_are_read_out() {
        assert_eq!(span(SignedDuration::from_secs(90_061)), "1 day 1 hour 1 minute 1 second");
        assert_eq!(span(SignedDuration::from_secs(7_200)), "2 hours");
        assert_eq!(span(SignedDuration::ZERO), "");
    }
}
