//! The one port for people: the functions' routes, the web apps, the reference, and the workshop under `/dev`.

use crate::apps::serve::{is_functions, missing, wants_page};
use crate::apps::{self, App, Apps};
use crate::clock::Clock;
use crate::docs;
use crate::mailbox::Mailbox;
use crate::pages::{page, when};
use crate::queues::Queues;
use crate::uploads::{self, Uploads};
use crate::workshop;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use kit::{ClientAddress, House, Router};
use minijinja::context;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Notify;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};

/// What API Gateway lets through; the functions have a smaller limit of their own
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
const BODY: usize = 10 * 1024 * 1024;

/// All routes of the functions behind one call. A path that nobody has is answered with a 404 problem.
#[derive(Clone)]
pub struct Api {
    /// What the functions stand on.
    pub house: House,
    /// The routes.
    pub router: Arc<Router>,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Api")
    }
}

impl Api {
    /// One request, from an address.
    pub async fn answer(&self, mut request: http::Request<Bytes>, from: IpAddr) -> http::Response<Bytes> {
        request.extensions_mut().insert(ClientAddress(from));
        self.router.answer(&self.house, request).await
    }

    /// A GET from within the runner, read as JSON; `None` when there is no such thing.
    pub async fn read(&self, path: &str) -> Option<Value> {
        let request = http::Request::get(path).header(header::HOST, "localhost").body(Bytes::new()).ok()?;
        let response = self.answer(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await;
        if !response.status().is_success() {
            return None;
        }
        serde_json::from_slice(response.body()).ok()
    }
}

/// Somebody whom the seed made, to come in as.
#[derive(Clone, Debug, Serialize)]
pub struct DemoAccount {
    /// What the account is good for.
    pub role: &'static str,
    /// The person's name.
    pub name: &'static str,
    /// The address to sign in with.
    pub email: &'static str,
    /// The password.
    pub password: &'static str,
}

/// What the front shows and moves.
#[derive(Clone, Debug)]
pub struct Front {
    /// The functions' routes.
    pub api: Api,
    /// The queues.
    pub queues: Arc<Queues>,
    /// The mails.
    pub mailbox: Mailbox,
    /// The clock.
    pub clock: Clock,
    /// Whom the seed made.
    pub accounts: Arc<[DemoAccount]>,
    /// The data folder, when there is one.
    pub data: Option<String>,
    /// `http://localhost:4040`.
    pub origin: String,
    /// The web apps.
    pub apps: Apps,
    /// Where covers are uploaded to, and pictures.
    pub uploads: Uploads,
    /// Rung when a request that may have written was answered.
    pub written: Arc<Notify>,
    /// The queue of records that could not be published, and the function to try them with again.
    pub unpublished: Option<(String, crate::handler::Handler)>,
}

/// The routes.
pub fn router(front: Front) -> axum::Router {
    let workshop = axum::Router::new()
        .route("/dev", get(workshop::overview))
        .route("/dev/clock", post(workshop::move_clock))
        .route("/dev/clock.json", get(workshop::read_clock))
        .route("/dev/mailbox", get(workshop::mailbox))
        .route("/dev/mailbox.json", get(workshop::mailbox_json))
        .route("/dev/mailbox/{id}", get(workshop::mail))
        .route("/dev/mailbox/{id}/html", get(workshop::mail_html))
        .route("/dev/mailbox/{id}/raw", get(workshop::mail_raw))
        .route("/dev/mailbox/{id}/parts/{number}", get(workshop::mail_part))
        .route("/dev/queues", get(workshop::queues::page_of_all))
        .route("/dev/queues.json", get(workshop::queues::all))
        .route("/dev/queues/{queue}", get(workshop::queues::one))
        .route("/dev/queues/{queue}/redrive", post(workshop::queues::redrive))
        .layer(middleware::from_fn(local_only));
    let uploads = uploads::public(front.uploads.clone());
    axum::Router::new()
        .route("/docs", get(reference))
        .merge(workshop)
        .fallback(anything_else)
        // As CloudFront does it: what isn't compressed already. The fonts' format is.
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::new("font/woff2"))))
        .with_state(front)
        .merge(uploads)
}

/// A page elsewhere may have its name point to 127.0.0.1 and so read what is here (DNS rebinding), or send a form here.
/// The first comes with its own name in Host; the second with an Origin that isn't ours.
async fn local_only(request: Request, next: Next) -> Response {
    if let Err(reason) = allowed(request.method(), request.headers()) {
        return problem(StatusCode::FORBIDDEN, "local_only", reason);
    }
    next.run(request).await
}

fn allowed(method: &Method, headers: &HeaderMap) -> Result<(), &'static str> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // Names of hosts are the same in any case (RFC 9110, 4.2.3); browsers send an Origin in lower case.
    let host = text(header::HOST).unwrap_or_default().to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host.as_str(),
    };
    if !["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        return Err("Pages under /dev answer only to localhost, 127.0.0.1 and [::1].");
    }
    if *method == Method::GET || *method == Method::HEAD {
        return Ok(());
    }
    if text(header::ORIGIN).is_some_and(|origin| origin != format!("http://{host}")) {
        return Err("This request comes from another site.");
    }
    let site = headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("?"));
    match site {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err("This request comes from another site."),
    }
}

/// A problem of the runner itself, in the shape of all others (RFC 9457).
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = json!({
        "type": format!("urn:guestlist:problem:{code}"),
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

async fn reference(State(front): State<Front>) -> Response {
    match front.api.read("/openapi.json").await {
        Some(document) => page(StatusCode::OK, "docs.html", docs::view(&document, &front.origin)),
        None => message(StatusCode::NOT_FOUND, "No reference yet", "GET /openapi.json gave no document to show."),
    }
}

/// A page with one sentence.
pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, "message.html", context! { title, text })
}

/// Everything else is an app's or the functions'.
async fn anything_else(
    State(front): State<Front>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    match App::at(request.uri().path()) {
        Some(app) if reads && front.apps.answers(app, request.uri().path()) => {
            apps::serve::answer(&front, app, &request.into_parts().0).await
        }
        _ => functions(front, from.ip(), request).await,
    }
}

async fn functions(front: Front, from: IpAddr, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is longer than 10 MiB.");
    };
    let writes = parts.method != Method::GET && parts.method != Method::HEAD;
    let wants_page = wants_page(&parts.headers);
    let path = parts.uri.path().to_owned();
    let api = front.api.clone();
    // A task of its own: what was begun is finished also when the caller hangs up, and a panic is one answer lost.
    let answered = tokio::spawn(async move { api.answer(http::Request::from_parts(parts, body), from).await }).await;
    if writes {
        front.written.notify_waiters();
    }
    match answered {
        Ok(response) if response.status() == StatusCode::NOT_FOUND && wants_page && !is_functions(&path) => {
            missing(true)
        }
        Ok(response) => response.map(Body::from).into_response(),
        Err(_) => {
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something broke on our side. Please try again.")
        }
    }
}

/// When something happened, for the pages; milliseconds since the epoch.
pub(crate) fn at(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map(when).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn may(method: Method, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers.iter().map(|(n, v)| (header::HeaderName::from_static(n), v.parse().unwrap())).collect();
        allowed(&method, &headers).is_ok()
    }

    #[test]
    fn only_pages_of_this_machine_reach_the_workshop() {
        for host in ["localhost", "localhost:4040", "127.0.0.1:4040", "[::1]:4040", "[::1]", "LOCALHOST:4040"] {
            assert!(may(Method::GET, &[("host", host)]), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example:4040", "127.0.0.1.evil.example", "evil.example:localhost"]
        {
            assert!(!may(Method::GET, &[("host", host)]), "{host}");
        }
    }

    #[test]
    fn only_our_own_forms_move_anything() {
        let host = ("host", "localhost:4040");
        assert!(may(Method::POST, &[host]), "curl");
        assert!(may(Method::POST, &[host, ("origin", "http://localhost:4040"), ("sec-fetch-site", "same-origin")]));
        assert!(!may(Method::POST, &[host, ("origin", "https://evil.example")]));
        assert!(!may(Method::POST, &[host, ("origin", "null")]));
        assert!(!may(Method::POST, &[host, ("origin", "http://localhost:5173")]), "another port is another site");
        assert!(!may(Method::POST, &[host, ("sec-fetch-site", "cross-site")]));
    }
}
