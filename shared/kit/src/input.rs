//! Reading a request: path, query and body into one struct, with every field at fault named at once.

use crate::serve::{PathFields, Request};
use crate::{Error, Kind, Result};
use domain::refusal::{FieldErrors, Refusal};
use domain::{Fault, FaultCode};
use serde::de::DeserializeOwned;
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// The largest body.
const BODY_LIMIT: usize = 64 * 1024;

/// What a function is given: a request's fields, a message, or nothing with a tick.
pub(crate) struct Input {
    pub given: Value,
    /// Which fields are the path's.
    path: Vec<String>,
    /// Which fields a request can't do without.
    needed: &'static [&'static str],
    /// Whether all values are texts, as those of a query or a form.
    texts: bool,
}

impl From<Value> for Input {
    fn from(given: Value) -> Self {
        Self { given, path: Vec::new(), needed: &[], texts: false }
    }
}

impl Input {
    /// The fields of a request, with those of its path.
    ///
    /// # Errors
    /// A body that can't be read, or a field that is said twice.
    pub fn of(request: &Request, kind: Kind, path: PathFields) -> Result<Self> {
        let Kind::Route { method, query: from_query, needed, .. } = kind else { return Ok(Value::Null.into()) };
        let query = texts(request.uri().query().unwrap_or_default().as_bytes());
        let (mut fields, texts) = if matches!(method, "POST" | "PUT" | "PATCH") {
            let (mut fields, texts) = body(request)?;
            for (name, value) in query.into_iter().filter(|(name, _)| from_query.contains(&name.as_str())) {
                add(&mut fields, name, value)?;
            }
            (fields, texts)
        } else {
            (query, true)
        };
        let names = path.iter().map(|(name, _)| name.clone()).collect();
        for (name, value) in path {
            add(&mut fields, name, value.into())?;
        }
        Ok(Self { given: Value::Object(fields), path: names, needed, texts })
    }

    /// The request's struct.
    ///
    /// # Errors
    /// A problem that names each field at fault; a field of the path that can't be an id is "not found".
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let mut read = None;
        self.check(&mut |given| match serde_path_to_error::deserialize(given) {
            Ok(value) => {
                read = Some(value);
                None
            }
            Err(error) => Some((error.path().to_string(), error.into_inner().to_string())),
        })?;
        read.ok_or_else(|| Error::problem(400, "malformed_request", "The request can't be read."))
    }

    /// Serde stops at the first field at fault. So that a person hears of all of them, what was refused is taken out and the
    /// rest tried again; a struct's missing fields are found only after all that are there were read. `fault` says where
    /// reading stops, and why.
    fn check(&self, fault: &mut dyn FnMut(Value) -> Option<(String, String)>) -> Result<()> {
        let mut given = self.given.clone();
        let mut errors = FieldErrors::default();
        let mut refused: Vec<String> = Vec::new();
        while let Some((at, why)) = fault(given.clone()) {
            let Some(fields) = given.as_object_mut() else { break };
            let named = |start| Some(why.strip_prefix(start)?.split('`').next()?.to_owned());
            let (missing, unknown) = (named("missing field `"), named("unknown field `"));
            let top = at.split(['.', '[']).next().unwrap_or_default().to_owned();
            if let (true, Some(name)) = (top.is_empty(), &missing) {
                let others = self.needed.iter().filter(|other| *other != name);
                for name in std::iter::once(name.as_str()).chain(others.copied()) {
                    if !fields.contains_key(name) && !refused.iter().any(|field| field == name) {
                        errors.add(name, FaultCode::Required);
                    }
                }
                break;
            }
            if self.path.contains(&top) {
                // An id that nothing can have.
                return Err(Refusal::not_found(&top).into());
            }
            // Which texts are numbers, only the struct knows.
            let value = fields.get_mut(&top).filter(|_| self.texts);
            if let Some(Value::String(text)) = value.as_deref()
                && let Ok(plain @ (Value::Bool(_) | Value::Number(_))) = serde_json::from_str(text)
            {
                value.into_iter().for_each(|value| *value = plain.clone());
                continue;
            }
            let (place, fault) = match (&unknown, missing) {
                (Some(name), _) if top.is_empty() => (name.clone(), FaultCode::UnknownField.into()),
                (None, _) if top.is_empty() => break,
                (Some(_), _) => (pointer(&at), FaultCode::UnknownField.into()),
                (None, Some(name)) => (format!("{}/{name}", pointer(&at)), FaultCode::Required.into()),
                (None, None) => (pointer(&at), fault_in(&why)),
            };
            errors.add(&place, fault);
            let top = unknown.filter(|_| top.is_empty()).unwrap_or(top);
            if fields.shift_remove(&top).is_none() {
                break;
            }
            refused.push(top);
        }
        Ok(errors.finish()?)
    }
}

fn add(fields: &mut Map<String, Value>, name: String, value: Value) -> Result<()> {
    let taken = fields.contains_key(&name).then(|| Refusal::field(&name, FaultCode::PartOfAddress));
    fields.insert(name, value);
    taken.map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// The pairs of a query or a form. What is said twice becomes a list, which no field takes.
fn texts(text: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text) {
        match fields.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(Value::String(value.into_owned()))),
            Entry::Occupied(mut entry) => drop(entry.insert(Value::Array(Vec::new()))),
        }
    }
    fields
}

/// The fields of a body, and whether they are texts.
fn body(request: &Request) -> Result<(Map<String, Value>, bool)> {
    let body = request.body();
    if body.len() > BODY_LIMIT {
        return Err(Error::problem(413, "body_too_large", "The body is larger than 64 KiB."));
    }
    if body.is_empty() {
        return Ok((Map::new(), false));
    }
    let media = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "application/json" => match serde_json::from_slice(body) {
            Ok(Value::Object(map)) => Ok((map, false)),
            Ok(_) => Err(Error::problem(400, "malformed_json", "The body must be a JSON object.")),
            Err(error) => Err(Error::problem(400, "malformed_json", format!("The body is not JSON: {error}."))),
        },
        "application/x-www-form-urlencoded" => Ok((texts(body), true)),
        _ => Err(Error::problem(415, "unsupported_media_type", "Send the body as application/json.")),
    }
}

/// `place.latitude` and `list[2]` as a JSON pointer's path.
fn pointer(path: &str) -> String {
    path.replace('[', "/").replace(']', "").replace('.', "/")
}

/// The fault that serde tells of. What our own types have against a value comes as such; serde's own words are known here.
/// (serde_json adds at which line of the body; of a value that was taken apart that means nothing.)
fn fault_in(why: &str) -> Fault {
    let why = why.split(" at line ").next().unwrap_or(why);
    if let Ok(fault) = serde_json::from_str(why) {
        return fault;
    }
    if let Some((_, known)) = why.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected ")) {
        return Fault::saying(FaultCode::NotOneOf, format!("must be {known}"));
    }
    let expected = why.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "));
    let code = match expected.map_or(why, |(_, expected)| expected) {
        "u8" | "u16" | "u32" | "u64" | "i32" | "i64" | "invalid digit found in string" => FaultCode::NotAWholeNumber,
        "f64" => FaultCode::NotANumber,
        "a string" | "a borrowed string" | "string or map" => FaultCode::NotText,
        "a boolean" | "provided string was not `true` or `false`" => FaultCode::NotABoolean,
        other if other == "a timestamp string" || other.starts_with("failed to") => FaultCode::NotAnInstant,
        other if other.starts_with("struct ") => FaultCode::NotAnObject,
        other if other.starts_with("invalid value: integer") => FaultCode::OutOfRange,
        _ => return Fault::saying(FaultCode::Invalid, why),
    };
    code.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Caller;
    use bytes::Bytes;
    use domain::events::Place;
    use domain::text::PersonName;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is refused is looked at")]
    struct Probe {
        id: domain::ids::EventId,
        name: PersonName,
        email: String,
        size: Option<u8>,
        open: Option<bool>,
        place: Option<Place>,
        language: Option<domain::Language>,
        at: Option<jiff::Timestamp>,
        event: Option<domain::ids::EventId>,
    }

    const ID: &str = "evt_00000000000000000000000001";

    fn read(method: &'static str, request: Request) -> Result<Probe> {
        let (needed, caller) = (&["name", "email"][..], Caller::Anyone);
        let kind =
            Kind::Route { method, path: "/x/{id}", caller, idempotent: false, query: &[], needed, urgent: false };
        Input::of(&request, kind, vec![("id".to_owned(), ID.to_owned())])?.read()
    }

    fn faults(result: Result<Probe>) -> Vec<(String, String)> {
        match result {
            Ok(_) => vec![],
            Err(Error::Refused(refusal)) => refusal.errors.into_iter().map(|e| (e.pointer, e.fault.detail)).collect(),
            Err(Error::Problem { code, detail, .. }) => vec![(code.to_owned(), detail)],
            Err(other) => panic!("{other:?}"),
        }
    }

    fn post(body: &str) -> Vec<(String, String)> {
        let request = http::Request::post("/x").header("content-type", "application/json");
        faults(read("POST", request.body(Bytes::from(body.to_owned())).unwrap()))
    }

    fn get(query: &str) -> Result<Probe> {
        read("GET", http::Request::get(format!("/x?name=Ada&email=a&{query}")).body(Bytes::new()).unwrap())
    }

    fn pointers(errors: &[(String, String)]) -> Vec<&str> {
        errors.iter().map(|(pointer, _)| pointer.as_str()).collect()
    }

    #[test]
    fn every_field_at_fault_is_named_at_once() {
        let errors = post(r#"{"name":" ","email":"a","size":300,"place":{"name":"x","latitude":91},"colour":"red"}"#);
        assert_eq!(pointers(&errors), ["/name", "/size", "/place/latitude", "/colour"], "{errors:?}");
        let nested = post(r#"{"name":"Ada","place":{"name":"x","floor":2}}"#);
        assert_eq!(pointers(&nested), ["/place/floor", "/email"], "{nested:?}");
    }

    #[test]
    fn every_field_that_is_missing_is_named_at_once() {
        assert_eq!(pointers(&post("{}")), ["/name", "/email"]);
        assert_eq!(pointers(&post(r#"{"size":"big"}"#)), ["/size", "/name", "/email"]);
        assert_eq!(pointers(&post(r#"{"name":7}"#)), ["/name", "/email"]);
        assert_eq!(pointers(&post(r#"{"place":{}}"#)), ["/place/name", "/name", "/email"]);
    }

    #[test]
    fn what_serde_says_is_said_in_words() {
        let said = |body: &str| post(body).remove(0).1;
        assert_eq!(said(r#"{"name":"Ada","size":"40"}"#), "must be a whole number");
        assert_eq!(said(r#"{"name":"Ada","size":300}"#), "is out of range");
        assert_eq!(said(r#"{"name":7}"#), "must be text");
        assert_eq!(fault_in("unknown variant `x`, expected `free` or `paid`").detail, "must be `free` or `paid`");
        assert_eq!(fault_in("something new").code, FaultCode::Invalid);
    }

    #[test]
    fn what_serde_says_has_a_code() {
        let code = |body: &str| {
            let request = http::Request::post("/x").header("content-type", "application/json");
            match read("POST", request.body(Bytes::from(body.to_owned())).unwrap()) {
                Err(Error::Refused(refusal)) => refusal.errors[0].fault.code,
                other => panic!("{other:?}"),
            }
        };
        for (body, expected) in [
            (r#"{"email":"a"}"#, FaultCode::Required),
            (r#"{"name":"","email":"a"}"#, FaultCode::Required),
            (r#"{"colour":"red"}"#, FaultCode::UnknownField),
            (r#"{"name":7}"#, FaultCode::NotText),
            (r#"{"name":null}"#, FaultCode::NotText),
            (r#"{"size":"40"}"#, FaultCode::NotAWholeNumber),
            (r#"{"size":1.5}"#, FaultCode::NotAWholeNumber),
            (r#"{"size":-1}"#, FaultCode::OutOfRange),
            (r#"{"open":0}"#, FaultCode::NotABoolean),
            (r#"{"language":"tlh"}"#, FaultCode::NotOneOf),
            (r#"{"language":7}"#, FaultCode::NotText),
            (r#"{"at":"noon"}"#, FaultCode::NotAnInstant),
            (r#"{"at":7}"#, FaultCode::NotAnInstant),
            (r#"{"place":"here"}"#, FaultCode::NotAnObject),
            (r#"{"place":{}}"#, FaultCode::Required),
            (r#"{"place":{"name":"x","latitude":"north"}}"#, FaultCode::NotANumber),
            (r#"{"place":{"name":"x","latitude":-91}}"#, FaultCode::TooSmall),
            (r#"{"event":"evt_1"}"#, FaultCode::NotAnId),
        ] {
            assert_eq!(code(body), expected, "{body}");
        }
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
        let probe = get("size=7&open=true").unwrap();
        assert_eq!((probe.size, probe.open), (Some(7), Some(true)));
        for (query, words) in [
            ("size=many", "must be a whole number"),
            ("size=true", "must be a whole number"),
            ("size=300", "is out of range"),
            ("open=7", "must be true or false"),
            ("open=yes", "must be true or false"),
        ] {
            assert_eq!(faults(get(query)).remove(0).1, words, "{query}");
        }
    }

    #[test]
    fn a_text_that_looks_like_a_number_stays_a_text() {
        let request = http::Request::get("/x?name=7&email=true").body(Bytes::new()).unwrap();
        let probe = read("GET", request).unwrap();
        assert_eq!((probe.name.as_str(), probe.email.as_str()), ("7", "true"));
    }

    #[test]
    fn what_a_query_says_twice_is_refused() {
        assert_eq!(pointers(&faults(get("size=7&size=8"))), ["/size"]);
    }
}
