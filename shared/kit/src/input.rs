//! Reading a request: path, query and body into one struct, with every field at fault named at once.

use crate::{Error, Result};
use bytes::Bytes;
use domain::refusal::{FieldErrors, Refusal};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The largest body.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// A request's idempotency: whose key, and a hash of what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Idempotency {
    pub scope: String,
    pub request_hash: String,
}

/// What came in, before it is a struct.
enum Fields {
    /// JSON, as the body of a POST, PUT or PATCH.
    Json(Map<String, Value>),
    /// Text, as in a query or a form.
    Text(Vec<(String, String)>),
}

impl Fields {
    fn parse<T: DeserializeOwned>(&self) -> std::result::Result<T, (String, String)> {
        match self {
            Fields::Json(map) => {
                let value = Value::Object(map.clone());
                serde_path_to_error::deserialize(value).map_err(|e| (e.path().to_string(), e.into_inner().to_string()))
            }
            Fields::Text(pairs) => {
                // The library that reads a query knows from the struct which text is a number.
                let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
                let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
                serde_path_to_error::deserialize(deserializer)
                    .map_err(|e| (e.path().to_string(), e.into_inner().to_string()))
            }
        }
    }

    fn remove(&mut self, name: &str) -> bool {
        match self {
            Fields::Json(map) => map.shift_remove(name).is_some(),
            Fields::Text(pairs) => {
                let before = pairs.len();
                pairs.retain(|(held, _)| held != name);
                pairs.len() < before
            }
        }
    }
}

/// Reads a request of method `method`.
///
/// # Errors
/// A problem that names each field at fault; a field of the path that can't be an id is "not found".
pub(crate) fn read<T: DeserializeOwned>(
    request: &http::Request<Bytes>,
    path: &[(String, String)],
    from_query: &[&str],
) -> Result<T> {
    let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let query: Vec<(String, String)> = query.into_owned().collect();
    let has_body = matches!(request.method().as_str(), "POST" | "PUT" | "PATCH");
    let mut fields = if has_body {
        let mut fields = body(request)?;
        for (name, value) in query.into_iter().filter(|(name, _)| from_query.contains(&name.as_str())) {
            add(&mut fields, name, value)?;
        }
        fields
    } else {
        Fields::Text(query)
    };
    for (name, value) in path {
        add(&mut fields, name.clone(), value.clone())?;
    }
    parse(fields, path)
}

fn add(fields: &mut Fields, name: String, value: String) -> Result<()> {
    let taken = match fields {
        Fields::Json(map) => map.insert(name.clone(), Value::String(value)).is_some(),
        Fields::Text(pairs) => {
            let taken = pairs.iter().any(|(held, _)| *held == name);
            pairs.push((name.clone(), value));
            taken
        }
    };
    if taken { Err(Refusal::field(&name, "is part of the address and can't be sent besides").into()) } else { Ok(()) }
}

fn body(request: &http::Request<Bytes>) -> Result<Fields> {
    let body = request.body();
    if body.len() > BODY_LIMIT {
        return Err(Error::problem(413, "body_too_large", "The body is larger than 64 KiB."));
    }
    if body.is_empty() {
        return Ok(Fields::Json(Map::new()));
    }
    let media = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "application/json" => match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok(Fields::Json(map)),
            Ok(_) => Err(Error::problem(400, "malformed_json", "The body must be a JSON object.")),
            Err(error) => Err(Error::problem(400, "malformed_json", format!("The body is not JSON: {error}."))),
        },
        "application/x-www-form-urlencoded" => Ok(Fields::Text(form_urlencoded::parse(body).into_owned().collect())),
        _ => Err(Error::problem(415, "unsupported_media_type", "Send the body as application/json.")),
    }
}

/// Serde stops at the first field at fault. So that a person hears of all of them, what was refused is taken out and the rest
/// tried again; a struct's missing fields are found only after all that are there were read.
fn parse<T: DeserializeOwned>(mut fields: Fields, path: &[(String, String)]) -> Result<T> {
    let mut errors = FieldErrors::default();
    let mut refused: Vec<String> = Vec::new();
    loop {
        let (at, why) = match fields.parse::<T>() {
            Ok(read) if refused.is_empty() => return Ok(read),
            Ok(_) => break,
            Err(error) => error,
        };
        let missing = why.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        if let Some(name) = missing {
            if !refused.iter().any(|field| field == name) {
                let parent = if at == "." || at.is_empty() { String::new() } else { format!("{}/", pointer(&at)) };
                errors.add(&format!("{parent}{name}"), "is needed");
            }
            break;
        }
        let top = at.split(['.', '[']).next().unwrap_or_default().to_owned();
        if path.iter().any(|(name, _)| *name == top) {
            // An id that nothing can have.
            return Err(Refusal::not_found(&top).into());
        }
        let known = if let Some(rest) = why.strip_prefix("unknown field `") {
            let name = rest.split('`').next().unwrap_or_default().to_owned();
            let (place, known) = if top.is_empty() || top == "." { (name.clone(), name) } else { (pointer(&at), top) };
            errors.add(&place, "isn't known here");
            known
        } else if top.is_empty() || top == "." {
            let detail = format!("The request can't be read: {why}.");
            return Err(Error::problem(400, "malformed_request", detail));
        } else {
            errors.add(&pointer(&at), in_words(&why));
            top
        };
        if !fields.remove(&known) {
            break;
        }
        refused.push(known);
    }
    errors.finish()?;
    Err(Error::problem(400, "malformed_request", "The request can't be read."))
}

/// `place.latitude` and `list[2]` as a JSON pointer's path.
fn pointer(path: &str) -> String {
    path.replace('[', "/").replace(']', "").replace('.', "/")
}

/// What serde says of a value, in words for a person; reads on from the field's name. What our own types say is such already.
/// (serde_json adds at which line of the body; of a value that was taken apart that means nothing.)
fn in_words(why: &str) -> String {
    let why = why.split(" at line ").next().unwrap_or(why);
    if why.starts_with("invalid value: integer") {
        return "is out of range".to_owned();
    }
    if let Some((_, known)) = why.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected ")) {
        return format!("must be {known}");
    }
    let expected = why.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "));
    let plain = match expected.map_or(why, |(_, expected)| expected) {
        "u8" | "u16" | "u32" | "u64" | "i32" | "i64" | "invalid digit found in string" => "must be a whole number",
        "f64" => "must be a number",
        "a string" | "a borrowed string" => "must be text",
        "a boolean" | "provided string was not `true` or `false`" => "must be true or false",
        "a timestamp string" => "must be an instant such as 2026-12-24T18:30:00Z",
        other if other.starts_with("failed to") => "must be an instant such as 2026-12-24T18:30:00Z",
        other if other.starts_with("struct ") => "must be an object with its fields",
        _ => return why.to_owned(),
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::events::Place;
    use domain::text::PersonName;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is refused is looked at")]
    struct Probe {
        id: domain::ids::EventId,
        name: PersonName,
        size: Option<u8>,
        place: Option<Place>,
    }

    const ID: &str = "evt_00000000000000000000000001";

    fn post(body: &str) -> Vec<(String, String)> {
        let request = http::Request::post("/x").header("content-type", "application/json");
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        match read::<Probe>(&request, &[("id".to_owned(), ID.to_owned())], &[]) {
            Ok(_) => vec![],
            Err(Error::Refused(refusal)) => refusal.errors.into_iter().map(|e| (e.pointer, e.detail)).collect(),
            Err(Error::Problem(problem)) => vec![(problem.code.clone(), problem.detail.clone())],
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_field_at_fault_is_named_at_once() {
        let errors = post(r#"{"name":" ","size":300,"place":{"name":"x","latitude":91},"colour":"red"}"#);
        let pointers: Vec<&str> = errors.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/size", "/place/latitude", "/colour"], "{errors:?}");
        let nested = post(r#"{"name":"Ada","place":{"name":"x","floor":2}}"#);
        assert_eq!(nested[0].0, "/place/floor", "{nested:?}");
        assert_eq!(post(r#"{"size":"big"}"#).iter().map(|e| e.0.as_str()).collect::<Vec<_>>(), ["/size", "/name"]);
    }

    #[test]
    fn what_serde_says_is_said_in_words() {
        let said = |body: &str| post(body).remove(0).1;
        assert_eq!(said(r#"{"name":"Ada","size":"40"}"#), "must be a whole number");
        assert_eq!(said(r#"{"name":"Ada","size":300}"#), "is out of range");
        assert_eq!(said(r#"{"name":7}"#), "must be text");
        assert_eq!(in_words("unknown variant `x`, expected `free` or `paid`"), "must be `free` or `paid`");
        assert_eq!(in_words("is not a currency code"), "is not a currency code");
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_refused() {
        assert_eq!(post("{")[0].0, "malformed_json");
        assert_eq!(post("[1]")[0].0, "malformed_json");
        assert_eq!(post(&format!("{}1{}", "[".repeat(200), "]".repeat(200)))[0].0, "malformed_json");
        assert_eq!(post(&format!(r#"{{"name":"{}"}}"#, "x".repeat(70_000)))[0].0, "body_too_large");
    }

    #[test]
    fn the_address_wins_and_is_not_sent_twice() {
        assert_eq!(post(&format!(r#"{{"name":"Ada","id":"{ID}"}}"#))[0].0, "/id");
    }

    #[test]
    fn a_query_holds_numbers() {
        let request = http::Request::get("/x?name=Ada&size=7").body(Bytes::new()).unwrap();
        let read: Probe = read(&request, &[("id".to_owned(), ID.to_owned())], &[]).unwrap();
        assert_eq!(read.size, Some(7));
        let request = http::Request::get("/x?name=Ada&size=many").body(Bytes::new()).unwrap();
        assert!(super::read::<Probe>(&request, &[("id".to_owned(), ID.to_owned())], &[]).is_err());
    }
}
