//! Accounts, whole: from sign-up to a lost password, and everything that somebody might try with a token.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../world/mod.rs"]
mod world;

mod input;
mod limits;
mod passwords;
mod sessions;
mod sign_up;
mod tokens;

use bytes::Bytes;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use world::{Reply, World};

/// Answers a request and says what its log line says of it.
async fn logged(world: &World, request: http::Request<Bytes>) -> (Reply, Value) {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = lines.clone();
    let house = world.house.clone().with_log(move |line| kept.lock().unwrap().push(line.to_owned()));
    let reply = Reply::new(world.router.answer(&house, request).await);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1, "one line per invocation: {lines:?}");
    (reply, serde_json::from_str(&lines[0]).unwrap())
}

/// A POST of this JSON.
fn post(path: &str, body: &Value) -> http::Request<Bytes> {
    let request = http::Request::post(path).header("content-type", "application/json");
    request.body(Bytes::from(body.to_string())).unwrap()
}
