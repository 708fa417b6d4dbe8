//! Parameter Store in memory: answers the two calls that are made to it, and passes every other call on.

use crate::wire::{Service, answering, body_of, error, json as answer};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The parameters' values by name. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Arc<Mutex<BTreeMap<String, String>>>);

impl Parameters {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The client `inner`, with Parameter Store answered here. Wrap it in faults, not the other way round.
    pub fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        let this = self.clone();
        answering(inner, &[Service::Ssm], move |service, operation, request| {
            match this.answer(operation, &body_of(request)) {
                Ok(body) => answer(&body),
                Err(kind) => error(service, 400, kind, json!({ "message": operation })),
            }
        })
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<String> {
        self.held().get(name).cloned()
    }

    /// Gives a parameter a value, as somebody else would.
    pub fn put(&self, name: &str, value: &str) {
        self.held().insert(name.to_owned(), value.to_owned());
    }

    /// Deletes a parameter.
    pub fn remove(&self, name: &str) {
        self.held().remove(name);
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a call is answered, or the code of its error.
    ///
    /// # Errors
    /// Those of AWS.
    pub fn answer(&self, operation: &str, body: &Value) -> Result<Value, &'static str> {
        let name = body["Name"].as_str().unwrap_or_default();
        match operation {
            "GetParameter" => {
                // As AWS: whoever doesn't ask for it in the clear gets what is encrypted.
                let value = self.get(name).ok_or("ParameterNotFound")?;
                let value = if body["WithDecryption"] == true { value } else { "AQICAHh+encrypted".to_owned() };
                Ok(json!({ "Parameter": { "Name": name, "Type": "SecureString", "Value": value } }))
            }
            "PutParameter" => {
                let mut held = self.held();
                if body["Type"] != "SecureString" {
                    return Err("UnsupportedParameterType");
                }
                if held.contains_key(name) && body["Overwrite"] != true {
                    return Err("ParameterAlreadyExists");
                }
                held.insert(name.to_owned(), body["Value"].as_str().unwrap_or_default().to_owned());
                Ok(json!({ "Tier": "Standard", "Version": 1 }))
            }
            _ => Err("UnknownOperationException"),
        }
    }
}
