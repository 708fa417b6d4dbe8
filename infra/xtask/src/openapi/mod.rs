//! `openapi.json`: the API's description (OpenAPI 3.1.1, <https://spec.openapis.org/oas/v3.1.1>), from the registry, the
//! requests' and replies' schemas, the doc comments and the samples in `events/`.

mod parameters;
mod problems;
mod replies;
mod samples;
mod schemas;

use crate::problems::Codes;
use crate::{Result, source};
use kit::{Caller, Function, Kind, RouteDocs};
use parameters::Split;
use replies::Known;
use samples::Sample;
use schemars::Schema;
use schemas::Schemas;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A route, with what is known of it.
struct Operation<'a> {
    function: &'a Function,
    method: &'static str,
    path: &'static str,
    caller: Caller,
    idempotent: bool,
    /// Whether it takes `If-Match`: it changes a thing that is read, here or by its reply, with an `ETag`.
    if_match: bool,
    split: Split,
    docs: RouteDocs,
    /// What it may answer with, each with what it looks like.
    media: Vec<(&'static str, Option<Schema>)>,
    sample: Option<Sample>,
}

/// The description's text.
///
/// # Errors
/// A schema, a doc comment or a sample isn't as it should be.
pub fn text(root: &Path, all: &[Function]) -> Result<String> {
    let mut text = serde_json::to_string_pretty(&document(root, all)?).map_err(|why| why.to_string())?;
    text.push('\n');
    Ok(text)
}

fn document(root: &Path, all: &[Function]) -> Result<Value> {
    let mut schemas = Schemas::new();
    let mut paths: Map<String, Value> = Map::new();
    let known = Known::read(root)?;
    for operation in operations(root, all, &mut schemas)? {
        let function = operation.function;
        let doc = source::function_doc(root, function)?;
        let entry = paths.entry(operation.path).or_insert_with(|| json!({}));
        entry[operation.method.to_ascii_lowercase()] = described(&operation, &doc, &schemas, &known);
    }
    let tags = tags(root, all)?;
    let problem = problems::schema(&mut schemas);
    schemas.insert("Problem", problem);
    let mut document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Guestlist",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Events end to end: book a place, get a ticket, be reminded, be let in.",
            "description": INTRODUCTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "Where this description is." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token from `POST /api/tokens`, good for 15 minutes; at a door, a door pass.",
                },
            },
            "parameters": parameters::shared(),
            "headers": {
                "RequestId": {
                    "description": "Names this request in our log.",
                    "schema": { "type": "string" },
                },
            },
            "responses": problems::responses(),
        },
    });
    schemas.settle(&mut document)?;
    Ok(document)
}

const INTRODUCTION: &str = "\
Times are RFC 3339 instants, or a wall time with its IANA zone. Money is integer minor units with an ISO 4217 currency. \
Ids are a prefix and a ULID.\n\n\
Errors are problems (RFC 9457) with a stable `code`; `errors` names the fields at fault by JSON pointer, \
each with a `code` of its own.\n\n\
Lists come in pages: send `cursor` as the page before gave it; a page without a `cursor` is the last.\n\n\
A POST that takes an `Idempotency-Key` may be repeated safely: same key and request, same answer.\n\n\
What a caller may not see is absent.";

/// The problems that each route can answer with by its declaration alone, by name: status and code.
///
/// # Errors
/// A schema or a sample isn't as it should be.
pub fn declared_problems(root: &Path, all: &[Function]) -> Result<BTreeMap<String, Codes>> {
    let operations = operations(root, all, &mut Schemas::new())?;
    Ok(operations.iter().map(|operation| (operation.function.name.to_owned(), problems::declared(operation))).collect())
}

fn operations<'a>(root: &Path, all: &'a [Function], schemas: &mut Schemas) -> Result<Vec<Operation<'a>>> {
    let tagged: BTreeSet<&str> = tagged_paths(all);
    let operations = all.iter().map(|function| operation(root, function, &tagged, schemas));
    operations.filter_map(Result::transpose).collect()
}

fn tagged_paths(all: &[Function]) -> BTreeSet<&'static str> {
    let tagged = |function: &Function| match (function.kind, function.docs) {
        (Kind::Route { path, method: "GET", .. }, Some(docs)) => is_tagged(docs).then_some(path),
        _ => None,
    };
    all.iter().filter_map(tagged).collect()
}

/// Whether a reply carries its thing's version.
fn is_tagged(docs: RouteDocs) -> bool {
    docs.headers.iter().any(|(name, _)| *name == "etag")
}

fn operation<'a>(
    root: &Path,
    function: &'a Function,
    tagged: &BTreeSet<&str>,
    schemas: &mut Schemas,
) -> Result<Option<Operation<'a>>> {
    let (Kind::Route { method, path, caller, idempotent, query, .. }, Some(docs)) = (function.kind, function.docs)
    else {
        return Ok(None);
    };
    let request = schemas.request(docs.request);
    let split = Split::new(method, path, query, &request).map_err(|why| format!("{}: {why}", function.name))?;
    let if_match = method != "GET" && (is_tagged(docs) || tagged.contains(path));
    let media = docs.media.iter().map(|media| (media.name, media.schema.map(|schema| schemas.reply(schema)))).collect();
    let sample = Sample::read(root, function, path)?;
    Ok(Some(Operation { function, method, path, caller, idempotent, if_match, split, docs, media, sample }))
}

fn described(operation: &Operation, doc: &str, schemas: &Schemas, known: &Known) -> Value {
    let Operation { function, caller, split, sample, .. } = operation;
    let summary = source::first_sentence(doc);
    let who = who(*caller);
    let mut described = json!({
        "operationId": function.name,
        "tags": [function.noun],
        "summary": summary.trim_end_matches('.'),
        "description": format!("{doc}\n\n{who}"),
        "x-caller": caller_name(*caller),
    });
    described["security"] = security(*caller);
    let mut parameters = split.parameters(sample.as_ref(), |schema| schemas.json_type(schema));
    if operation.idempotent {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    if operation.if_match {
        parameters.push(json!({ "$ref": "#/components/parameters/IfMatch" }));
    }
    if !parameters.is_empty() {
        described["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = split.body(sample.as_ref()) {
        described["requestBody"] = body;
    }
    described["responses"] = replies::responses(operation, known);
    described
}

fn security(caller: Caller) -> Value {
    match caller {
        Caller::Anyone | Caller::Internal => json!([]),
        Caller::AnyoneOrUser | Caller::HolderOf(_) => json!([{}, { "bearer": [] }]),
        Caller::User
        | Caller::Verified
        | Caller::OrganizerOf(_)
        | Caller::OwnerOf(_)
        | Caller::DoorOf(_)
        | Caller::Door => json!([{ "bearer": [] }]),
    }
}

fn caller_name(caller: Caller) -> String {
    match caller {
        Caller::OrganizerOf(field) => format!("organizer of {field}"),
        Caller::OwnerOf(field) => format!("owner of {field}"),
        Caller::HolderOf(field) => format!("holder of {field}"),
        Caller::DoorOf(field) => format!("door of {field}"),
        Caller::Door => "door".to_owned(),
        Caller::Anyone => "anyone".to_owned(),
        Caller::AnyoneOrUser => "anyone or user".to_owned(),
        Caller::User => "user".to_owned(),
        Caller::Verified => "verified user".to_owned(),
        Caller::Internal => "internal".to_owned(),
    }
}

fn who(caller: Caller) -> String {
    match caller {
        Caller::Anyone => "Anyone may call it.".to_owned(),
        Caller::AnyoneOrUser => "Anyone may call it; who is signed in may see more.".to_owned(),
        Caller::User => "Whoever is signed in may call it.".to_owned(),
        Caller::Verified => "Whoever is signed in and has verified their address may call it.".to_owned(),
        Caller::OrganizerOf(field) => format!("The organizer of the event in `{field}` may call it."),
        Caller::OwnerOf(field) => {
            format!("The one to whom `{field}` belongs may call it, and the organizer of its event.")
        }
        Caller::HolderOf(field) => {
            format!(
                "The holder of the ticket in `{field}` may call it, the organizer of its event, and whoever has the ticket's \
                 own key."
            )
        }
        Caller::DoorOf(field) => {
            format!(
                "Who stands at the door of the event in `{field}` may call it, with a door pass, and its organizer."
            )
        }
        Caller::Door => "Whoever has a door pass may call it.".to_owned(),
        Caller::Internal => "Nobody may call it from outside.".to_owned(),
    }
}

fn tags(root: &Path, all: &[Function]) -> Result<Vec<Value>> {
    let routes = all.iter().filter(|function| function.docs.is_some());
    let mut nouns: Vec<(&str, &str)> = routes.map(|function| (function.home, function.noun)).collect();
    nouns.dedup();
    let tag =
        |(home, noun): &(&str, &str)| Ok(json!({ "name": noun, "description": source::noun_doc(root, home, noun)? }));
    nouns.iter().map(tag).collect()
}
