//! Schemas: those of requests as they are read, those of replies as they are written. A type may be both, and look different:
//! what has a default may be left out of a request, and is always in a reply.

use kit::RouteDocs;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const HOME: &str = "/components/schemas";

/// The schemas of all types.
pub struct Schemas {
    requests: SchemaGenerator,
    replies: SchemaGenerator,
    more: Map<String, Value>,
}

type Docs = fn(&mut SchemaGenerator) -> RouteDocs;

impl Schemas {
    pub fn new() -> Self {
        let settings = || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = HOME.into());
        Self {
            requests: settings().for_deserialize().into_generator(),
            replies: settings().for_serialize().into_generator(),
            more: Map::new(),
        }
    }

    /// A route, with its request as it is read.
    pub fn requests(&mut self, docs: Docs) -> RouteDocs {
        docs(&mut self.requests)
    }

    /// A route, with its reply as it is written.
    pub fn replies(&mut self, docs: Docs) -> RouteDocs {
        docs(&mut self.replies)
    }

    pub fn insert(&mut self, name: &str, schema: Value) {
        self.more.insert(name.to_owned(), schema);
    }

    /// The definitions that a document needs, by name. Where a type looks different in requests and replies, the document's
    /// references must tell them apart; see [`Self::clashes`].
    pub fn used_by(&self, document: &Value) -> Map<String, Value> {
        let mut known = self.requests.definitions().clone();
        known.extend(self.replies.definitions().clone());
        known.extend(self.more.clone());
        let mut wanted = BTreeSet::new();
        let mut open = references(document);
        while let Some(name) = open.pop() {
            if let Some(schema) = known.get(&name)
                && wanted.insert(name)
            {
                open.extend(references(schema));
            }
        }
        wanted.into_iter().filter_map(|name| known.get(&name).map(|schema| (name.clone(), schema.clone()))).collect()
    }
}

/// The names of the schemas that a value refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/components/schemas/"));
            own.map(str::to_owned).into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => vec![],
    }
}
