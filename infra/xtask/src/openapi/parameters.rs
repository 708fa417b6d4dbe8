//! A request's struct, taken apart: what stands in the path, what in the query, what in the body.

use super::samples::Sample;
use super::schemas::without_null;
use crate::Result;
use schemars::Schema;
use serde_json::{Map, Value, json};

/// The parts of a request.
pub struct Split {
    path: Vec<Field>,
    query: Vec<Field>,
    /// The body's schema, where the method has a body and fields are left for it.
    body: Option<Value>,
    body_required: bool,
}

struct Field {
    name: String,
    schema: Value,
    required: bool,
}

impl Split {
    /// Fields named in the path come from there; the others from the query where the method has no body or `query` names
    /// them, else from the body.
    pub fn new(method: &str, path: &str, query: &[&str], request: &Schema) -> Result<Self> {
        let request = request.as_object().ok_or("its request has no schema of an object")?;
        let mut properties = request.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let required: Vec<String> = request
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
            .unwrap_or_default();
        let is_required = |name: &String| required.contains(name);
        let mut in_path = Vec::new();
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let schema = properties.shift_remove(name).ok_or_else(|| format!("no field for {{{name}}} of its path"))?;
            in_path.push(Field { name: name.to_owned(), schema, required: true });
        }
        let has_body = matches!(method, "POST" | "PUT" | "PATCH");
        let (to_query, to_body): (Map<_, _>, Map<_, _>) =
            properties.into_iter().partition(|(name, _)| !has_body || query.contains(&name.as_str()));
        let in_query = to_query
            .into_iter()
            // In a query there is no null: a field is there or it isn't.
            .map(|(name, schema)| Field { required: is_required(&name), schema: without_null(schema), name })
            .collect();
        let needed: Vec<&String> = to_body.keys().filter(|name| is_required(name)).collect();
        let body_required = !needed.is_empty();
        let body = (!to_body.is_empty()).then(|| {
            let mut body = json!({ "type": "object", "properties": to_body, "additionalProperties": false });
            if body_required {
                body["required"] = json!(needed);
            }
            body
        });
        Ok(Self { path: in_path, query: in_query, body, body_required })
    }

    /// The fields of the path that not any text can be.
    pub fn typed_path_fields(&self) -> impl Iterator<Item = &str> {
        let is_typed = |field: &&Field| field.schema.get("$ref").is_some() || field.schema.get("pattern").is_some();
        self.path.iter().filter(is_typed).map(|field| field.name.as_str())
    }

    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    pub fn has_fields(&self) -> bool {
        !self.path.is_empty() || self.has_body() || !self.query.is_empty()
    }

    /// The parameters in path and query, with the sample's values as examples; `json_type` says what a schema describes.
    pub fn parameters(&self, sample: Option<&Sample>, json_type: impl Fn(&Value) -> Option<String>) -> Vec<Value> {
        let of = |field: &Field, place: &str| {
            let mut schema = field.schema.clone();
            let mut parameter = json!({ "name": field.name, "in": place, "required": field.required });
            // Said once, at the parameter.
            if let Some(description) = schema.as_object_mut().and_then(|schema| schema.shift_remove("description")) {
                parameter["description"] = description;
            }
            if let Some(example) = sample.and_then(|sample| sample.parameter(place, &field.name)) {
                parameter["example"] = example_of(example, json_type(&schema).as_deref());
            }
            parameter["schema"] = schema;
            parameter
        };
        let path = self.path.iter().map(|field| of(field, "path"));
        path.chain(self.query.iter().map(|field| of(field, "query"))).collect()
    }

    /// The body, with the sample's as an example.
    pub fn body(&self, sample: Option<&Sample>) -> Option<Value> {
        let mut content = Map::new();
        content.insert("application/json".to_owned(), json!({ "schema": self.body.as_ref()? }));
        if let Some((media, example)) = sample.and_then(Sample::body) {
            content.insert(media.to_owned(), json!({ "schema": self.body.as_ref()?, "example": example }));
        }
        Some(json!({ "required": self.body_required, "content": content }))
    }
}

/// A parameter's text as the JSON value that it stands for.
fn example_of(text: &str, json_type: Option<&str>) -> Value {
    let value = match json_type {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).ok(),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

/// The parameters that several routes share.
pub fn shared() -> Value {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Makes it safe to repeat this request: same key and request, same answer. Another request with the \
                            same key is a 422. 8 to 200 visible ASCII characters, such as a UUID.",
            "schema": { "type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[!-~]+$" },
            "example": "4f7d1c1e-9a37-4a52-9f0c-0d7f3a0e6b1d",
        },
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "required": false,
            "description": "The `ETag` that you read: if it changed since, nothing is done and the answer is 412.",
            "schema": { "type": "string" },
            "example": "\"3\"",
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use schemars::json_schema;

    #[test]
    fn fields_go_where_the_kit_reads_them() {
        let request = json_schema!({
            "type": "object",
            "properties": {
                "event": { "type": "string" },
                "token": { "type": ["string", "null"], "default": null },
                "size": { "type": "integer" },
                "note": { "type": "string" },
            },
            "required": ["event", "size"],
        });
        let split = Split::new("POST", "/api/events/{event}/x", &["token"], &request).unwrap();
        let parameters = split.parameters(None, |_| None);
        assert_eq!(
            parameters[0],
            json!({ "name": "event", "in": "path", "required": true, "schema": { "type": "string" } })
        );
        assert_eq!(
            parameters[1],
            json!({ "name": "token", "in": "query", "required": false, "schema": { "type": "string" } })
        );
        let body = split.body(None).unwrap();
        assert_eq!(body["content"]["application/json"]["schema"]["required"], json!(["size"]));
        assert_eq!(body["required"], true);

        let split = Split::new("GET", "/api/events/{event}", &[], &request).unwrap();
        assert_eq!(split.parameters(None, |_| None).len(), 4);
        assert!(split.body(None).is_none());
        assert!(Split::new("GET", "/api/{other}", &[], &request).is_err());
    }
}
