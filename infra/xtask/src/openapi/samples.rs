//! Examples, from the sample inputs in `events/`. A sample's placeholders, such as `{{event}}` or `{{token:guest}}`, are
//! filled in by the tests that replay it; here something stands in for them that looks like it.

use crate::{Result, read};
use kit::Function;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The ULID in ids that are examples (from the ULID specification).
const ULID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A sample, as an example.
pub struct Sample {
    path: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    body: Option<(&'static str, Value)>,
}

/// The media type of a form, as RFC 8058 has mail clients send it.
const FORM: &str = "application/x-www-form-urlencoded";

impl Sample {
    /// The sample of a route, where there is one.
    ///
    /// # Errors
    /// It isn't a request of this route.
    pub fn read(root: &Path, function: &Function, path: &str) -> Result<Option<Self>> {
        let file = root.join("events").join(function.noun).join(format!("{}.json", function.name));
        if !file.exists() {
            return Ok(None);
        }
        let bad = |why: &str| format!("{}: {why}", file.display());
        let sample: Value = serde_json::from_str(&filled(&read(&file)?)).map_err(|why| bad(&why.to_string()))?;
        let asked = sample["rawPath"].as_str().ok_or_else(|| bad("it has no rawPath"))?;
        let body = match sample["body"].as_str().filter(|body| !body.is_empty()) {
            Some(body) if sample["headers"]["content-type"] == FORM => Some((FORM, json!(pairs(body)))),
            Some(body) => {
                let json = serde_json::from_str(body).map_err(|why| bad(&format!("its body: {why}")))?;
                Some(("application/json", json))
            }
            None => None,
        };
        let query = sample["rawQueryString"].as_str().unwrap_or_default();
        Ok(Some(Self {
            path: path_values(path, asked).ok_or_else(|| bad(&format!("its rawPath isn't of {path}")))?,
            query: pairs(query),
            body,
        }))
    }

    /// The text of a parameter.
    pub fn parameter(&self, place: &str, name: &str) -> Option<&str> {
        let values = if place == "path" { &self.path } else { &self.query };
        values.get(name).map(String::as_str)
    }

    /// The body, with its media type.
    pub fn body(&self) -> Option<(&'static str, Value)> {
        self.body.clone()
    }
}

fn path_values(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if pattern.len() != path.len() {
        return None;
    }
    let mut values = BTreeMap::new();
    for (part, value) in pattern.into_iter().zip(path) {
        match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => drop(values.insert(name.to_owned(), value.to_owned())),
            None if part == value => {}
            None => return None,
        }
    }
    Some(values)
}

/// The pairs of a query or a form.
fn pairs(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// A sample's text without placeholders.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(&plausible(name.trim()));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn plausible(placeholder: &str) -> String {
    let what = placeholder.split(':').next().unwrap_or(placeholder);
    let id = |prefix: &str| format!("{prefix}_{ULID}");
    match what {
        "event" | "draft" => id("evt"),
        "user" => id("usr"),
        "booking" => id("bkg"),
        "ticket" => format!("tkt_{ULID}-1"),
        "pass" => id("dps"),
        "announcement" => id("ann"),
        "upload" => id("upl"),
        "reset" => id("rst"),
        "scan" => "scan-0001".to_owned(),
        "slug" => "rooftop-cinema".to_owned(),
        "short_code" => "7k2m9qx".to_owned(),
        "code" => "271828".to_owned(),
        "email" => "ada@example.com".to_owned(),
        "password" => "an engine that weaves numbers".to_owned(),
        "token" | "ticket_token" | "refresh_token" | "reset_token" | "unsubscribe_token" => {
            "QVhKT1JWRkxXTkFCUDM3".to_owned()
        }
        "starts" => "2026-12-04T19:00".to_owned(),
        "ends" => "2026-12-04T23:00".to_owned(),
        "now" => "2026-12-04T18:41:00Z".to_owned(),
        other => format!("example-{other}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn placeholders_look_like_what_they_stand_for() {
        assert_eq!(filled("/e/{{slug}}/tickets/{{ticket:guest}}"), format!("/e/rooftop-cinema/tickets/tkt_{ULID}-1"));
        assert_eq!(filled("Bearer {{token:guest}} {{"), "Bearer QVhKT1JWRkxXTkFCUDM3 {{");
    }

    #[test]
    fn values_are_read_from_the_path() {
        let values = path_values("/api/events/{event}/x", "/api/events/evt_1/x").unwrap();
        assert_eq!(values["event"], "evt_1");
        assert!(path_values("/api/events/{event}", "/api/users/evt_1").is_none());
    }
}
