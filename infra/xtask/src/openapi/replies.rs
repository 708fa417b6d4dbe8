//! What a route answers: its reply, with an example, and the problems that it can answer with.

use super::Operation;
use super::problems::{self, reference};
use crate::problems::{Codes, recorded};
use crate::{Result, read};
use schemars::Schema;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Where tests have written down what routes answered to their samples.
const REPLIES: &str = "events/replies.json";

/// What tests have written down of the routes, by their names.
pub struct Known {
    replies: Map<String, Value>,
    problems: BTreeMap<String, Codes>,
}

impl Known {
    /// # Errors
    /// A file can't be read.
    pub fn read(root: &Path) -> Result<Self> {
        let replies = serde_json::from_str(&read(&root.join(REPLIES))?).map_err(|why| format!("{REPLIES}: {why}"))?;
        Ok(Self { replies, problems: recorded(root)? })
    }
}

/// The answers of an operation.
pub fn responses(operation: &Operation, known: &Known) -> Value {
    let name = operation.function.name;
    let mut headers = json!({ "x-request-id": { "$ref": "#/components/headers/RequestId" } });
    for (name, says) in operation.docs.headers {
        headers[*name] = json!({ "description": says, "schema": { "type": "string" } });
    }
    let mut good = json!({ "description": good_words(operation.docs.status), "headers": headers });
    if !operation.media.is_empty() {
        let described = |schema: &Option<Schema>| {
            let mut described = json!({});
            if let Some(schema) = schema {
                described["schema"] = json!(schema);
                if let Some(example) = known.replies.get(name) {
                    described["example"] = example.clone();
                }
            }
            described
        };
        let content = operation.media.iter().map(|(name, schema)| ((*name).to_owned(), described(schema)));
        good["content"] = Value::Object(content.collect());
    }
    let mut codes = problems::declared(operation);
    for (status, more) in known.problems.get(name).into_iter().flatten() {
        codes.entry(*status).or_default().extend(more.iter().cloned());
    }
    let mut responses = Map::new();
    responses.insert(operation.docs.status.to_string(), good);
    for (status, codes) in codes {
        responses.insert(status.to_string(), reference(status, &codes));
    }
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    Value::Object(responses)
}

fn good_words(status: u16) -> &'static str {
    match status {
        201 => "Made.",
        202 => "Taken; it will happen.",
        204 => "Done.",
        302 => "It is elsewhere.",
        _ => "As asked.",
    }
}
