//! The API reference: `openapi.json` as a page.

use domain::markdown;
use minijinja::value::Serde;
use minijinja::{Value as View, context};
use serde::Serialize;
use serde_json::{Map, Value};

/// How deep a field's own fields are listed.
const DEPTH: usize = 3;

#[derive(Serialize)]
struct Group {
    name: String,
    /// HTML.
    about: String,
    routes: Vec<Route>,
}

#[derive(Serialize)]
struct Route {
    id: String,
    method: String,
    path: String,
    summary: String,
    /// HTML.
    description: String,
    caller: String,
    parts: Vec<Part>,
    refusals: Vec<Refusal>,
    curl: String,
}

#[derive(Serialize)]
struct Part {
    title: String,
    rows: Vec<Row>,
    kind: String,
    example: String,
}

#[derive(Serialize)]
struct Row {
    depth: usize,
    name: String,
    kind: String,
    required: bool,
    about: String,
}

#[derive(Serialize)]
struct Refusal {
    status: String,
    about: String,
}

/// What the page of the reference shows. `origin` is where `curl` finds the runner: `http://localhost:4040`.
pub fn view(document: &Value, origin: &str) -> View {
    let mut groups: Vec<Group> = Vec::new();
    for (path, method, operation) in operations(document) {
        let noun = operation.pointer("/tags/0").map_or("other", text_of);
        let route = Reader { document, origin }.route(path, method, operation);
        match groups.iter_mut().find(|group| group.name == noun) {
            Some(group) => group.routes.push(route),
            None => {
                let about = document["tags"].as_array().and_then(|tags| tags.iter().find(|tag| tag["name"] == noun));
                let about = markdown::html(about.map_or("", |tag| text_of(&tag["description"])));
                groups.push(Group { name: noun.to_owned(), about, routes: vec![route] });
            }
        }
    }
    context! {
        here => "/docs",
        local => true,
        title => text_of(&document["info"]["title"]),
        version => text_of(&document["info"]["version"]),
        description => View::from_safe_string(markdown::html(text_of(&document["info"]["description"]))),
        groups => View::from(Serde(&groups)),
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| item.get(method).map(|operation| (path.as_str(), *method, operation)))
    })
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

struct Reader<'d> {
    document: &'d Value,
    origin: &'d str,
}

impl<'d> Reader<'d> {
    fn resolve(&self, value: &'d Value) -> &'d Value {
        let mut value = value;
        // A chain of references is short; a ring of them ends here.
        for _ in 0..8 {
            match value.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#')) {
                Some(pointer) => value = self.document.pointer(pointer).unwrap_or(&Value::Null),
                None => break,
            }
        }
        value
    }

    fn route(&self, path: &str, method: &str, operation: &'d Value) -> Route {
        let mut parts = Vec::new();
        let parameters: Vec<&Value> =
            operation["parameters"].as_array().into_iter().flatten().map(|parameter| self.resolve(parameter)).collect();
        if !parameters.is_empty() {
            let rows = parameters.iter().map(|parameter| self.parameter(parameter)).collect();
            parts.push(Part {
                title: "Path, query and headers".to_owned(),
                rows,
                kind: String::new(),
                example: String::new(),
            });
        }
        let body = self.resolve(&operation["requestBody"]);
        let mut sent = None;
        if let Some((media, content)) = body["content"].as_object().and_then(|content| content.iter().next()) {
            let part = self.content(format!("Request body ({media})"), content);
            sent = example(content).cloned();
            parts.push(part);
        }
        let mut refusals = Vec::new();
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            // A reference may say more than what it refers to: here, the codes of problems.
            let own = response.get("description");
            let response = self.resolve(response);
            let about = text_of(own.unwrap_or(&response["description"]));
            if !status.starts_with(['2', '3']) {
                refusals.push(Refusal { status: status.clone(), about: markdown::html(about) });
                continue;
            }
            let contents = response["content"].as_object();
            if contents.is_none_or(Map::is_empty) {
                parts.push(Part {
                    title: format!("Reply {status}"),
                    rows: Vec::new(),
                    kind: about.to_owned(),
                    example: String::new(),
                });
            }
            for (media, content) in contents.into_iter().flatten() {
                parts.push(self.content(format!("Reply {status} ({media})"), content));
            }
        }
        let summary = text_of(&operation["summary"]).to_owned();
        let description = text_of(&operation["description"]);
        Route {
            id: text_of(&operation["operationId"]).to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            description: markdown::html(description.strip_prefix(&format!("{summary}.\n")).unwrap_or(description)),
            summary,
            caller: caller(operation),
            curl: self.curl(path, method, operation, &parameters, sent.as_ref()),
            parts,
            refusals,
        }
    }

    fn parameter(&self, parameter: &'d Value) -> Row {
        let schema = self.resolve(&parameter["schema"]);
        let about = [&parameter["description"], &schema["description"]].into_iter().find_map(Value::as_str);
        Row {
            depth: 0,
            name: text_of(&parameter["name"]).to_owned(),
            kind: format!("{}, {}", text_of(&parameter["in"]), self.kind(&parameter["schema"])),
            required: parameter["required"] == true,
            about: about.unwrap_or_default().to_owned(),
        }
    }

    fn content(&self, title: String, content: &'d Value) -> Part {
        let mut rows = Vec::new();
        self.fields(&content["schema"], 0, &mut rows);
        let example = match example(content) {
            Some(Value::String(text)) => text.clone(),
            Some(example) => serde_json::to_string_pretty(example).unwrap_or_default(),
            None => String::new(),
        };
        Part { title, kind: self.kind(&content["schema"]), rows, example }
    }

    fn fields(&self, schema: &'d Value, depth: usize, rows: &mut Vec<Row>) {
        let schema = self.plain(schema);
        if schema["type"] == "array" {
            return self.fields(&schema["items"], depth, rows);
        }
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().map(text_of).collect();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let meant = self.plain(field);
            let about = [&field["description"], &meant["description"]].into_iter().find_map(Value::as_str);
            rows.push(Row {
                depth,
                name: name.clone(),
                kind: self.kind(field),
                required: required.contains(&name.as_str()),
                about: about.unwrap_or_default().to_owned(),
            });
            if depth + 1 < DEPTH {
                self.fields(field, depth + 1, rows);
            }
        }
        for choice in schema["oneOf"].as_array().into_iter().flatten() {
            self.fields(choice, depth, rows);
        }
    }

    /// The schema without references and without "or null".
    fn plain(&self, schema: &'d Value) -> &'d Value {
        let schema = self.resolve(schema);
        for choices in ["anyOf", "allOf"] {
            if let Some(choices) = schema[choices].as_array()
                && let Some(choice) = choices.iter().find(|choice| choice["type"] != "null")
            {
                return self.resolve(choice);
            }
        }
        schema
    }

    fn kind(&self, schema: &'d Value) -> String {
        let schema = self.plain(schema);
        let named = match &schema["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => {
                kinds.iter().map(text_of).filter(|kind| *kind != "null").collect::<Vec<_>>().join(" or ")
            }
            _ => String::new(),
        };
        let values: Vec<String> = schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .chain(schema["oneOf"].as_array().into_iter().flatten().filter_map(|choice| choice.get("const")))
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect();
        if named == "array" {
            return format!("list of {}", self.kind(&schema["items"]));
        }
        if !values.is_empty() {
            return values.join(" | ");
        }
        let mut kind = named;
        if let Some(format) = schema["format"].as_str() {
            kind.push_str(&format!(" ({format})"));
        }
        for (limit, sign) in
            [("minimum", "from"), ("maximum", "up to"), ("minLength", "from length"), ("maxLength", "up to length")]
        {
            if let Some(number) = schema[limit].as_number() {
                kind.push_str(&format!(" {sign} {number}"));
            }
        }
        kind
    }

    /// A line that works when its words in capitals are filled in.
    fn curl(&self, path: &str, method: &str, operation: &Value, parameters: &[&Value], body: Option<&Value>) -> String {
        let mut path = path.to_owned();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "path") {
            let name = text_of(&parameter["name"]);
            path = path.replace(&format!("{{{name}}}"), &name.to_uppercase());
        }
        let mut line = match method {
            "get" => format!("curl '{}{path}'", self.origin),
            method => format!("curl -X {} '{}{path}'", method.to_uppercase(), self.origin),
        };
        let open = operation["security"]
            .as_array()
            .is_some_and(|needs| needs.is_empty() || needs.iter().any(|n| *n == Value::Object(Map::new())));
        if !open && operation.get("security").is_some() {
            line.push_str(" \\\n  -H \"authorization: Bearer $TOKEN\"");
        }
        for header in parameters.iter().filter(|parameter| parameter["in"] == "header" && parameter["required"] == true)
        {
            let name = text_of(&header["name"]).to_lowercase();
            line.push_str(&format!(" \\\n  -H '{name}: {}'", name.to_uppercase().replace('-', "_")));
        }
        if let Some(body) = body {
            // Within single quotes a shell has one thing to hide.
            let body = body.to_string().replace('\'', "'\\''");
            line.push_str(&format!(" \\\n  -H 'content-type: application/json' \\\n  -d '{body}'"));
        }
        line
    }
}

fn example(content: &Value) -> Option<&Value> {
    let named = content.get("examples").and_then(Value::as_object).and_then(|examples| examples.values().next());
    content.get("example").or_else(|| named.and_then(|example| example.get("value")))
}

fn caller(operation: &Value) -> String {
    match &operation["x-caller"] {
        Value::String(caller) => caller.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_reference_shows_what_the_document_says() {
        let document = json!({
            "info": {"title": "Guestlist", "version": "1", "description": "One `code`.\n\n<b>Two</b>."},
            "tags": [{"name": "bookings", "description": "Places."}],
            "paths": {"/api/events/{event}/bookings": {"post": {
                "tags": ["bookings"], "operationId": "book_place", "summary": "Book places.",
                "description": "Needs `event`.", "x-caller": "verified user",
                "security": [{"user": []}],
                "parameters": [{"name": "event", "in": "path", "required": true, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Book"}, "example": {"note": "it's me", "party_size": 2}}}},
                "responses": {
                    "201": {"description": "Booked.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ring"}}}},
                    "409": {"description": "sold_out"}}
            }}},
            "components": {"schemas": {
                "Book": {"type": "object", "required": ["party_size"], "properties": {
                    "party_size": {"type": "integer", "minimum": 1, "description": "How many."},
                    "state": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}}},
                "Ring": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Ring"}}}
            }}
        });
        let response = crate::pages::page(http::StatusCode::OK, "docs.html", view(&document, "http://localhost:4040"));
        assert_eq!(response.status(), 200);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let body = runtime.block_on(axum::body::to_bytes(response.into_body(), usize::MAX)).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        for part in [
            "<p>One <code>code</code>.</p>",
            "&lt;b&gt;Two",
            "<p>Needs <code>event</code>.</p>",
            "Places.",
            "book_place",
            "How many.",
            "integer from 1",
            "a | b",
            "verified user",
            "sold_out",
            "EVENT&#x2f;bookings",
            "Bearer",
        ] {
            assert!(body.contains(part), "{part} is missing in {body}");
        }
        assert!(body.contains("it&#x27;\\&#x27;&#x27;s me"), "quoted for the shell");
    }
}
