//! The queues: what waits, what was given up on, and sending it back.

use super::{broken, fields, is_form};
use crate::disk::machine_now;
use crate::front::{Front, at, problem};
use crate::pages::page;
use crate::queues::{Depth, Listed, QueueSpec};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use minijinja::value::Serde;
use minijinja::{Value as View, context};
use serde::Serialize;
use serde_json::{Value, json};

/// How many messages of a queue are shown.
const SHOWN: usize = 200;

impl QueueSpec {
    /// Whether what lies here was given up on.
    pub(super) fn keeps_failures(&self, front: &Front) -> bool {
        front.queues.specs().any(|other| other.dead_letters.as_ref() == Some(&self.name))
            || front.unpublished.as_ref().is_some_and(|(name, _)| *name == self.name)
    }
}

pub(super) fn depths(front: &Front) -> rusqlite::Result<Vec<(&QueueSpec, Depth)>> {
    let now = machine_now();
    front.queues.specs().map(|spec| Ok((spec, front.queues.depth(&spec.name, now)?))).collect()
}

#[derive(Serialize)]
struct QueueView {
    name: String,
    keeps_failures: bool,
    depth: Depth,
    messages: Vec<MessageView>,
}

#[derive(Serialize)]
struct MessageView {
    when: String,
    #[serde(flatten)]
    message: Listed,
}

fn queue_views(front: &Front) -> rusqlite::Result<Vec<QueueView>> {
    let mut views = Vec::new();
    for (spec, depth) in depths(front)? {
        let messages = front.queues.list(&spec.name, SHOWN)?;
        views.push(QueueView {
            name: spec.name.clone(),
            keeps_failures: spec.keeps_failures(front),
            depth,
            messages: messages
                .into_iter()
                .map(|mut message| {
                    if let Ok(body) = serde_json::from_str::<Value>(&message.body) {
                        message.body = serde_json::to_string_pretty(&body).unwrap_or(message.body);
                    }
                    MessageView { when: at(message.sent_at), message }
                })
                .collect(),
        });
    }
    Ok(views)
}

/// `GET /dev/queues`
pub async fn page_of_all(State(front): State<Front>) -> Response {
    match queue_views(&front) {
        Ok(queues) => {
            let queues = View::from(Serde(&queues));
            page(StatusCode::OK, "queues.html", context! { here => "/dev/queues", local => true, queues })
        }
        Err(error) => broken(&error),
    }
}

/// `GET /dev/queues.json`: how much every queue holds
pub async fn all(State(front): State<Front>) -> Response {
    match depths(&front) {
        Ok(depths) => {
            let list: Vec<Value> = depths
                .iter()
                .map(|(spec, depth)| {
                    json!({
                        "name": spec.name,
                        "waiting": depth.waiting,
                        "delayed": depth.delayed,
                        "in_flight": depth.in_flight,
                        "dead_letters": spec.dead_letters,
                        "keeps_failures": spec.keeps_failures(&front),
                    })
                })
                .collect();
            Json(list).into_response()
        }
        Err(error) => broken(&error),
    }
}

/// `GET /dev/queues/{queue}`: its messages as JSON, the oldest first, at most 200
pub async fn one(State(front): State<Front>, Path(queue): Path<String>) -> Response {
    if front.queues.spec(&queue).is_none() {
        return problem(StatusCode::NOT_FOUND, "not_found", "There is no such queue.");
    }
    match front.queues.list(&queue, SHOWN) {
        Ok(messages) => Json(messages).into_response(),
        Err(error) => broken(&error),
    }
}

/// `POST /dev/queues/{queue}/redrive`: all of them, or the one called `message`. Dead letters go back to their queue;
/// stream records that could not be published are given to their function again.
pub async fn redrive(
    State(front): State<Front>,
    Path(queue): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = match fields(&headers, &body) {
        Ok(fields) => fields,
        Err(reason) => return problem(StatusCode::BAD_REQUEST, "invalid_request", &reason),
    };
    let Some(spec) = front.queues.spec(&queue).filter(|spec| spec.keeps_failures(&front)) else {
        return problem(StatusCode::NOT_FOUND, "not_found", "There is no such queue of failed messages.");
    };
    let one = fields.get("message").map(String::as_str);
    let redriven = match &front.unpublished {
        Some((name, handler)) if *name == spec.name => republish(&front, name, handler, one).await,
        _ => front.queues.redrive(&spec.name, one, machine_now()),
    };
    match redriven {
        Ok(_) if is_form(&headers) => Redirect::to("/dev/queues").into_response(),
        Ok(count) => Json(json!({ "redriven": count })).into_response(),
        Err(error) => broken(&error),
    }
}

async fn republish(
    front: &Front,
    queue: &str,
    handler: &crate::handler::Handler,
    one: Option<&str>,
) -> rusqlite::Result<usize> {
    let mut count = 0;
    for message in front.queues.list(queue, SHOWN)? {
        if one.is_some_and(|id| id != message.message_id) {
            continue;
        }
        let Ok(kept) = serde_json::from_str::<Value>(&message.body) else { continue };
        let record = &kept["record"];
        let answer = handler.call(json!({ "Records": [record] })).await;
        if answer.and_then(|answer| crate::handler::failures(&answer)).is_ok_and(|failed| failed.is_empty()) {
            front.queues.discard(queue, &message.message_id)?;
            count += 1;
        }
    }
    Ok(count)
}
