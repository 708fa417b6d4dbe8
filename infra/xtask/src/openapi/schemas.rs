//! Schemas: those of requests as they are read, those of replies as they are written. A type may be both and look different:
//! what has a default may be left out of a request, and is always in a reply.

use crate::Result;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where a document has its schemas.
const HOME: &str = "/components/schemas";
/// Where those of replies are said to be until the document is whole.
const REPLIES: &str = "/components/replies";

/// The schemas of all types.
pub struct Schemas {
    requests: SchemaGenerator,
    replies: SchemaGenerator,
    more: Map<String, Value>,
}

type Describe = fn(&mut SchemaGenerator) -> Schema;

impl Schemas {
    pub fn new() -> Self {
        let settings =
            |home: &'static str| SchemaSettings::draft2020_12().with(|own| own.definitions_path = home.into());
        Self {
            requests: settings(HOME).for_deserialize().into_generator(),
            replies: settings(REPLIES).for_serialize().into_generator(),
            more: Map::new(),
        }
    }

    /// A request, as it is read.
    pub fn request(&mut self, describe: Describe) -> Schema {
        describe(&mut self.requests)
    }

    /// A reply, as it is written.
    pub fn reply(&mut self, describe: Describe) -> Schema {
        describe(&mut self.replies)
    }

    /// A schema that no type has.
    pub fn insert(&mut self, name: &str, schema: Value) {
        self.more.insert(name.to_owned(), schema);
    }

    /// The JSON type of what a request's schema describes, where it has one.
    pub fn json_type(&self, schema: &Value) -> Option<String> {
        let named = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next());
        let schema = named.and_then(|name| self.requests.definitions().get(name)).unwrap_or(schema);
        schema["type"].as_str().map(str::to_owned)
    }

    /// Puts the schemas that a document needs into it. A reply's type that looks different as a request is called `...View`.
    ///
    /// # Errors
    /// That name is taken.
    pub fn settle(&self, document: &mut Value) -> Result<()> {
        let mut held: BTreeMap<String, Value> = BTreeMap::new();
        self.collect(document, &mut held);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut settled: BTreeMap<String, Value> = BTreeMap::new();
        for (path, schema) in &held {
            let name = path.rsplit('/').next().unwrap_or_default();
            let as_request = held.get(&format!("#{HOME}/{name}"));
            let is_reply = path.starts_with(&format!("#{REPLIES}/"));
            let differs =
                is_reply && as_request.is_some_and(|request| at_home(request.clone()) != at_home(schema.clone()));
            let name = if differs { format!("{name}View") } else { name.to_owned() };
            names.insert(path.clone(), format!("#{HOME}/{name}"));
            let before = settled.insert(name.clone(), schema.clone());
            if before.is_some_and(|before| at_home(before) != at_home(schema.clone())) {
                return Err(format!("two types are called {name} in the API's description"));
            }
        }
        let mut schemas = Value::Object(settled.into_iter().collect());
        rename(&mut schemas, &names);
        rename(document, &names);
        document["components"]["schemas"] = schemas;
        Ok(())
    }

    /// The schemas that a value refers to, and those that they refer to, by path.
    fn collect(&self, value: &Value, held: &mut BTreeMap<String, Value>) {
        for path in references(value) {
            if held.contains_key(path) {
                continue;
            }
            let Some(schema) = self.schema(path) else { continue };
            held.insert(path.to_owned(), schema.clone());
            self.collect(&schema, held);
        }
    }

    fn schema(&self, path: &str) -> Option<Value> {
        if let Some(name) = path.strip_prefix(&format!("#{REPLIES}/")) {
            return self.replies.definitions().get(name).cloned().map(never_null);
        }
        let name = path.strip_prefix(&format!("#{HOME}/"))?;
        self.requests.definitions().get(name).or_else(|| self.more.get(name)).cloned()
    }
}

/// What need not be in a reply is left out of it where there is nothing to say, and never null.
fn never_null(mut schema: Value) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            if !required.iter().any(|held| held == name) {
                *property = without_null(property.take());
            }
        }
    }
    schema
}

/// A schema without the choice of null.
pub fn without_null(mut schema: Value) -> Value {
    let Some(object) = schema.as_object_mut() else { return schema };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.shift_remove("anyOf");
            object.extend(only);
        }
    }
    if object.get("default") == Some(&Value::Null) {
        object.shift_remove("default");
    }
    schema
}

/// The schemas that a value refers to, by path.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => vec![],
    }
}

/// A schema as it would be among those of requests, for telling whether two differ.
fn at_home(schema: Value) -> String {
    schema.to_string().replace(&format!("#{REPLIES}/"), &format!("#{HOME}/"))
}

fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(path)) = map.get_mut("$ref")
                && let Some(name) = names.get(path)
            {
                path.clone_from(name);
            }
            map.values_mut().for_each(|value| rename(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| rename(value, names)),
        _ => {}
    }
}
