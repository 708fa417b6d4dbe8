//! Problems (RFC 9457), described once and referred to.

use serde_json::{Map, Value, json};

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

pub fn schema() -> Value {
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
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": { "type": "string", "format": "json-pointer", "description": "Where in the request." },
                        "detail": { "type": "string", "description": "What is wrong with it; reads on from its name." },
                    },
                },
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

pub fn reference(status: u16) -> Value {
    let name = PROBLEMS.iter().find(|(known, ..)| *known == status).map_or("Problem", |(_, name, _)| name);
    json!({ "$ref": format!("#/components/responses/{name}") })
}
