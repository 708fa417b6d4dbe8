//! The handlers under `/dev`: mailbox, queues and clock, as pages for people and as JSON for scripts.

pub mod queues;

use crate::apps::State as AppsState;
use crate::clock::parse_span;
use crate::front::{Front, at, message, problem};
use crate::letter::{self, Letter};
use crate::mailbox::Mail;
use crate::pages::{page, span, when};
use crate::queues::Depth;
use crate::upcoming;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use minijinja::value::Serde;
use minijinja::{Value as View, context};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many mails one page shows.
const PAGE: u32 = 100;

fn broken(error: &rusqlite::Error) -> Response {
    problem(StatusCode::INTERNAL_SERVER_ERROR, "disk", &format!("The data folder can't be used: {error}"))
}

fn missing(what: &str) -> Response {
    message(StatusCode::NOT_FOUND, "There is nothing here.", what)
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// The fields of a form or of a flat JSON object.
fn fields(headers: &HeaderMap, body: &Bytes) -> Result<BTreeMap<String, String>, String> {
    if is_form(headers) {
        return Ok(form_urlencoded::parse(body).into_owned().collect());
    }
    if body.is_empty() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_slice(body).map_err(|error| format!("The body is no JSON object of texts: {error}"))
}

/// `GET /dev`
pub async fn overview(State(front): State<Front>) -> Response {
    let depths = match queues::depths(&front) {
        Ok(depths) => depths,
        Err(error) => return broken(&error),
    };
    let all = |depth: &Depth| depth.waiting + depth.delayed + depth.in_flight;
    let sum = |failures: bool| -> u64 {
        depths.iter().filter(|(spec, _)| spec.keeps_failures(&front) == failures).map(|(_, depth)| all(depth)).sum()
    };
    let context = context! {
        here => "/dev",
        local => true,
        clock => context! { now => when(front.clock.now()), ahead => span(front.clock.ahead()) },
        mails => front.mailbox.count().unwrap_or_default(),
        busy => sum(false),
        dead => sum(true),
        data => front.data,
        accounts => View::from(Serde(&front.accounts[..])),
        events => View::from(Serde(&upcoming::read(&front.api).await)),
        apps => !matches!(front.apps.state(), AppsState::Absent),
        origin => front.origin,
    };
    page(StatusCode::OK, "dev.html", context)
}

/// `GET /dev/clock.json`
pub async fn read_clock(State(front): State<Front>) -> Json<Value> {
    Json(json!({ "now": front.clock.now().to_string(), "ahead_seconds": front.clock.ahead().as_secs() }))
}

/// `POST /dev/clock`, with `forward` as `1h` or `1d12h`
pub async fn move_clock(State(front): State<Front>, headers: HeaderMap, body: Bytes) -> Response {
    let moved = fields(&headers, &body).and_then(|fields| {
        let by = parse_span(fields.get("forward").map(String::as_str).unwrap_or_default())?;
        front.clock.forward(by)
    });
    match moved {
        Ok(()) if is_form(&headers) => Redirect::to("/dev#clock").into_response(),
        Ok(()) => read_clock(State(front)).await.into_response(),
        Err(reason) if is_form(&headers) => message(StatusCode::BAD_REQUEST, "The clock stays where it is.", &reason),
        Err(reason) => problem(StatusCode::BAD_REQUEST, "invalid_request", &reason),
    }
}

/// What a list of mails can be narrowed by.
#[derive(Debug, Default, Deserialize)]
pub struct MailFilter {
    to: Option<String>,
    before: Option<i64>,
    limit: Option<u32>,
}

impl MailFilter {
    fn list(&self, front: &Front) -> rusqlite::Result<Vec<Mail>> {
        front.mailbox.list(self.to.as_deref(), self.before, self.limit.unwrap_or(PAGE).clamp(1, PAGE))
    }
}

/// `GET /dev/mailbox`
pub async fn mailbox(State(front): State<Front>, Query(filter): Query<MailFilter>) -> Response {
    let mails = match filter.list(&front) {
        Ok(mails) => mails,
        Err(error) => return broken(&error),
    };
    let to = filter.to.clone().unwrap_or_default();
    let older = mails.last().filter(|_| mails.len() >= PAGE as usize).map(|last| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("to", &to)
            .append_pair("before", &last.id.to_string())
            .finish();
        format!("/dev/mailbox?{query}")
    });
    let rows: Vec<_> = mails
        .iter()
        .map(|mail| {
            let subject = letter::read(&mail.raw).subject;
            context! { id => mail.id, subject, when => at(mail.received_at), to => mail.recipients.join(", ") }
        })
        .collect();
    let count = front.mailbox.count().unwrap_or_default();
    page(
        StatusCode::OK,
        "mailbox.html",
        context! { here => "/dev/mailbox", local => true, mails => rows, older, to, count },
    )
}

/// A mail for scripts.
#[derive(Debug, Serialize)]
struct Delivered {
    id: i64,
    message_id: String,
    recipients: Vec<String>,
    received_at: String,
    #[serde(flatten)]
    letter: Letter,
}

impl From<Mail> for Delivered {
    fn from(mail: Mail) -> Self {
        Self {
            id: mail.id,
            message_id: mail.message_id,
            recipients: mail.recipients,
            received_at: jiff::Timestamp::from_millisecond(mail.received_at).unwrap_or_default().to_string(),
            letter: letter::read(&mail.raw),
        }
    }
}

/// `GET /dev/mailbox.json`: the newest first, at most 100; `to`, `before` (an id) and `limit` narrow it
pub async fn mailbox_json(State(front): State<Front>, Query(filter): Query<MailFilter>) -> Response {
    match filter.list(&front) {
        Ok(mails) => Json(mails.into_iter().map(Delivered::from).collect::<Vec<_>>()).into_response(),
        Err(error) => broken(&error),
    }
}

/// How a mail is shown.
#[derive(Debug, Deserialize)]
pub struct MailView {
    phone: Option<String>,
}

fn find(front: &Front, id: &str) -> Result<Mail, Response> {
    let found = match id.parse() {
        Ok(id) => front.mailbox.get(id).map_err(|error| broken(&error))?,
        Err(_) => None,
    };
    found.ok_or_else(|| missing("There is no such mail."))
}

/// `GET /dev/mailbox/{id}`
pub async fn mail(State(front): State<Front>, Path(id): Path<String>, Query(view): Query<MailView>) -> Response {
    let mail = match find(&front, &id) {
        Ok(mail) => mail,
        Err(response) => return response,
    };
    let context = context! {
        local => true,
        here => "/dev/mailbox/",
        id => mail.id,
        recipient => mail.recipients.first(),
        when => at(mail.received_at),
        letter => View::from(Serde(letter::read(&mail.raw))),
        phone => view.phone.is_some(),
    };
    page(StatusCode::OK, "mail.html", context)
}

/// `GET /dev/mailbox/{id}/html`: the HTML part alone, locked in: no script, nothing loaded, no way to our pages. Links
/// open in a new window.
pub async fn mail_html(State(front): State<Front>, Path(id): Path<String>) -> Response {
    const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; \
                          sandbox allow-popups allow-popups-to-escape-sandbox";
    let mail = match find(&front, &id) {
        Ok(mail) => mail,
        Err(response) => return response,
    };
    let Some(html) = letter::read(&mail.raw).html else { return missing("This mail has no HTML part.") };
    const BASE: &str = "<base target=\"_blank\">";
    let html = match html.find("<head>") {
        Some(start) => {
            let (before, after) = html.split_at(start + "<head>".len());
            format!("{before}{BASE}{after}")
        }
        None => format!("{BASE}{html}"),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, html).into_response()
}

/// `GET /dev/mailbox/{id}/raw`
pub async fn mail_raw(State(front): State<Front>, Path(id): Path<String>) -> Response {
    match find(&front, &id) {
        Ok(mail) => {
            let headers =
                [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
            (headers, mail.raw).into_response()
        }
        Err(response) => response,
    }
}

/// `GET /dev/mailbox/{id}/parts/{number}`: an attachment, to be saved and never shown in place
pub async fn mail_part(State(front): State<Front>, Path((id, number)): Path<(String, String)>) -> Response {
    let mail = match find(&front, &id) {
        Ok(mail) => mail,
        Err(response) => return response,
    };
    let part = number.parse().ok().and_then(|number| letter::part(&mail.raw, number));
    let Some((part, bytes)) = part else { return missing("This mail has no such part.") };
    let safe: String =
        part.name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let disposition = format!("attachment; filename=\"{safe}\"");
    for (name, value) in [
        (header::CONTENT_TYPE, part.media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}
