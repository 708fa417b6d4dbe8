//! Problems (RFC 9457), described once and referred to.

use super::Operation;
use super::schemas::Schemas;
use crate::problems::Codes;
use domain::refusal::{FieldError, Refusal};
use kit::{Caller, Grant, Table, write};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Every status that a problem is described for: its name here, and what it means.
const PROBLEMS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request can't be read: no JSON, or a header that isn't of its form."),
    (401, "Unauthenticated", "Nobody is signed in, or what was shown for it doesn't hold."),
    (403, "Forbidden", "You are known, and this isn't for you."),
    (404, "NotFound", "There is no such thing, or you may not know of it."),
    (409, "Conflict", "Not possible as things are: sold out, cancelled, overlapping; `code` says which."),
    (412, "Changed", "It changed since you read it: read it again, and decide anew."),
    (413, "TooLarge", "The body is larger than 64 KiB."),
    (415, "UnsupportedMediaType", "The body must be JSON."),
    (422, "Invalid", "Fields are at fault: `errors` names each. Or an Idempotency-Key was used for another request."),
    (429, "TooOften", "Too often: wait for as long as `Retry-After` says."),
    (503, "Busy", "Too much at once. Nothing is lost: try again after `Retry-After`."),
];

pub fn schema(schemas: &mut Schemas) -> Value {
    let fault = schemas.reply(|schemas| schemas.subschema_for::<FieldError>());
    json!({
        "type": "object",
        "description": "A problem, as RFC 9457 has it. Some carry further members, which their `detail` speaks of.",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "Where this kind of problem is described." },
            "title": { "type": "string", "description": "What the status means." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status." },
            "code": { "type": "string", "description": "Which problem it is, for programs: it doesn't change." },
            "detail": { "type": "string", "description": "What happened and what to do, for people." },
            "request_id": { "type": "string", "description": "Names this request in our log." },
            "errors": {
                "type": "array",
                "description": "The fields at fault.",
                "items": fault,
            },
        },
    })
}

pub fn responses() -> Value {
    let problem = |description: &str, waits: bool, asks: bool| {
        let mut headers = json!({ "x-request-id": { "$ref": "#/components/headers/RequestId" } });
        if waits {
            let schema = json!({ "type": "integer", "minimum": 0 });
            headers["retry-after"] = json!({ "description": "How many seconds to wait.", "schema": schema });
        }
        if asks {
            let schema = json!({ "type": "string", "const": "Bearer" });
            headers["www-authenticate"] = json!({ "description": "What would be taken.", "schema": schema });
        }
        let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        json!({ "description": description, "headers": headers, "content": content })
    };
    let mut responses = Map::new();
    for (status, name, description) in PROBLEMS {
        responses.insert((*name).to_owned(), problem(description, matches!(status, 429 | 503), *status == 401));
    }
    responses.insert("Problem".to_owned(), problem("Any other problem.", false, false));
    Value::Object(responses)
}

/// An answer of this status, with the codes that it can have here.
pub fn reference(status: u16, codes: &BTreeSet<String>) -> Value {
    let known = PROBLEMS.iter().find(|(known, ..)| *known == status);
    let (name, description) = known.map_or(("Problem", "Any other problem."), |(_, name, words)| (*name, *words));
    let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    json!({
        "$ref": format!("#/components/responses/{name}"),
        "description": format!("{description} Codes: {}.", codes.join(", ")),
    })
}

/// The problems that a route can answer with by its declaration alone: what the kit says before the function runs, and what
/// comes of what it is granted. What a function itself refuses, its tests have seen (`crate::problems`).
pub fn declared(operation: &Operation) -> Codes {
    let Operation { function, caller, split, if_match, idempotent, .. } = operation;
    let (has_body, reads_token) = (split.has_body(), caller.reads_token());
    let is_for_users = matches!(caller, Caller::User | Caller::Verified | Caller::OrganizerOf(_) | Caller::OwnerOf(_));
    let is_for_somebody = is_for_users || matches!(caller, Caller::DoorOf(_) | Caller::Door);
    let may = [
        (400, "malformed_json", has_body),
        (400, "if_match_invalid", *if_match),
        (400, "idempotency_key_invalid", *idempotent),
        (401, "token_invalid", reads_token),
        (401, "unauthenticated", is_for_somebody),
        (403, "email_unverified", *caller == Caller::Verified),
        (403, "door_pass_only", is_for_users),
        (403, "door_pass_needed", *caller == Caller::Door),
        (403, "foreign_form", has_body),
        (412, "changed_meanwhile", *if_match),
        (413, "body_too_large", has_body),
        (415, "unsupported_media_type", has_body),
        (422, "invalid", split.has_fields()),
        (422, "idempotency_key_reused", *idempotent),
        // Whoever counts how often it is called writes there.
        (429, "too_many_requests", function.grants.contains(&write(Table::Deliveries))),
        (503, "busy", function.grants.iter().any(|grant| matches!(grant, Grant::Store(_)))),
    ];
    let mut codes = Codes::new();
    for (status, code, may) in may {
        if may {
            codes.entry(status).or_default().insert(code.to_owned());
        }
    }
    // A text that can be no such thing's id or name.
    let fields = split.typed_path_fields().map(|field| Refusal::not_found(field).code.to_owned());
    for code in fields {
        codes.entry(404).or_default().insert(code);
    }
    codes
}
