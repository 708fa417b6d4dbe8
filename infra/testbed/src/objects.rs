//! A bucket in memory: answers the three calls of S3 that functions make, and passes every other call on. What a browser would
//! post into it a test puts there.

use crate::wire::{Answer, Service, answering, error, other};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The objects of all buckets by key: `pictures/…`. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Objects(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Objects {
    /// An empty bucket.
    pub fn new() -> Self {
        Self::default()
    }

    /// The client `inner`, with S3 answered here. Wrap it in faults, not the other way round.
    pub fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        let this = self.clone();
        answering(inner, &[Service::S3], move |_, operation, request| this.answer(operation, request))
    }

    /// Puts an object there.
    pub fn put(&self, key: impl Into<String>, body: impl Into<Vec<u8>>) {
        self.held().insert(key.into(), body.into());
    }

    /// An object.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.held().get(key).cloned()
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.held().keys().cloned().collect()
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, request: &HttpRequest) -> Answer {
        let uri: http::Uri = request.uri().parse().map_err(|_| other("no URI"))?;
        // The bucket's name is the first part of the path.
        let key = uri.path().trim_start_matches('/').split_once('/').map(|(_, key)| key.to_owned()).unwrap_or_default();
        let mut held = self.held();
        match operation {
            "GetObject" => match held.get(&key) {
                Some(body) => answer(200, body.clone()),
                None => error(Service::S3, 404, "NoSuchKey", json!({ "message": "The specified key does not exist." })),
            },
            "PutObject" => {
                let body = request.body().bytes().ok_or_else(|| other("a body in pieces"))?;
                held.insert(key, body.to_vec());
                answer(200, Vec::new())
            }
            "DeleteObject" => {
                held.remove(&key);
                answer(204, Vec::new())
            }
            _ => error(Service::S3, 501, "NotImplemented", json!({ "message": operation })),
        }
    }
}

fn answer(status: u16, body: Vec<u8>) -> Answer {
    let status = StatusCode::try_from(status).map_err(other)?;
    let length = body.len().to_string();
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-length", length);
    Ok(response)
}
