//! The apps' files on the port for people: as they were built, with the headers that CloudFront gives them.

use super::{App, Apps, State};
use crate::front::{Front, message, problem};
use crate::pages::page;
use crate::upcoming;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use functions::pages::{CAMERA, NO_DEVICES, app_cache, app_policy};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use minijinja::value::Serde;
use minijinja::{Value as View, context};
use std::path::Path;
use std::sync::LazyLock;
use tower_http::services::{ServeDir, ServeFile};

/// First parts of paths that belong to the functions, or to what the runner stands in for beside them.
const FUNCTIONS: &[&str] =
    &["api", ".well-known", "e", "s", "account", "covers", "openapi.json", "pictures", "uploads"];
/// First parts of the runner's own.
const RUNNER: &[&str] = &["docs", "dev"];

fn first_part(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// Whether a path belongs to the functions, also one that none of them has: they have an answer of their own to that.
pub(crate) fn is_functions(path: &str) -> bool {
    FUNCTIONS.contains(&first_part(path))
}

static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| app_policy("", "").parse().ok());
/// The scanner's decoder is WebAssembly.
static ORGANIZER_POLICY: LazyLock<Option<HeaderValue>> =
    LazyLock::new(|| app_policy("'wasm-unsafe-eval'", "").parse().ok());

impl App {
    /// Whose path this is; `None` for what belongs to no app.
    pub fn at(path: &str) -> Option<Self> {
        match first_part(path) {
            "organize" => Some(Self::Organizer),
            first if FUNCTIONS.contains(&first) || RUNNER.contains(&first) => None,
            _ => Some(Self::Attendee),
        }
    }

    /// A path of this app as the name of a file in its folder: `/organize/assets/app.js` as `/assets/app.js`.
    fn within(self, path: &str) -> &str {
        path.strip_prefix(self.base().trim_end_matches('/')).unwrap_or(path)
    }

    /// What the browser may ask of the camera and the like; only the door scanner needs any.
    fn permissions(self) -> &'static str {
        match self {
            Self::Attendee => NO_DEVICES,
            Self::Organizer => CAMERA,
        }
    }

    fn policy(self) -> Option<HeaderValue> {
        match self {
            Self::Attendee => POLICY.clone(),
            Self::Organizer => ORGANIZER_POLICY.clone(),
        }
    }
}

impl Apps {
    /// Whether there is something to answer at a path, be it that the app isn't built yet. Without apps only the first
    /// page of each is: it says so.
    pub(crate) fn answers(&self, app: App, path: &str) -> bool {
        self.web.is_some() || app.within(path).trim_matches('/').is_empty()
    }
}

/// Answers a GET of an app's path.
pub(crate) async fn answer(front: &Front, app: App, asked: &Parts) -> Response {
    let path = asked.uri.path();
    if path == app.base().trim_end_matches('/') {
        return Redirect::temporary(app.base()).into_response();
    }
    let home = app.within(path) == "/";
    match (front.apps.state(), &front.apps.web) {
        (State::Ready, Some(web)) => file(&web.join(app.folder()), app, asked).await,
        (state, _) if home || wants_page(&asked.headers) => not_built(front, state).await,
        _ => problem(StatusCode::SERVICE_UNAVAILABLE, "apps_not_built", "The web apps aren't built yet."),
    }
}

pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

/// The file that a path names; where there is none, the app's page, whose router then knows what to show.
async fn file(folder: &Path, app: App, asked: &Parts) -> Response {
    let path = app.within(asked.uri.path());
    let wants_page = wants_page(&asked.headers);
    if path != "/" {
        let files = ServeDir::new(folder).append_index_html_on_directories(false);
        match files.precompressed_br().precompressed_gzip().try_call(request(asked, path)).await {
            Ok(found) if found.status() != StatusCode::NOT_FOUND => {
                return dressed(found.map(Body::new), app, app_cache(path));
            }
            Ok(_) if wants_page && !path.starts_with("/assets/") => {}
            Ok(_) => return missing(wants_page),
            Err(error) => return unreadable(&error),
        }
    }
    let index = ServeFile::new(folder.join("index.html"));
    match index.precompressed_br().precompressed_gzip().try_call(request(asked, "/")).await {
        Ok(found) => dressed(found.map(Body::new), app, app_cache("/")),
        Err(error) => unreadable(&error),
    }
}

/// The same request for a path within the app's folder.
fn request(asked: &Parts, path: &str) -> Request {
    let mut request = Request::new(Body::empty());
    request.method_mut().clone_from(&asked.method);
    request.headers_mut().clone_from(&asked.headers);
    // A part of a path that was read as one is a path.
    *request.uri_mut() = path.parse().unwrap_or_default();
    request
}

fn unreadable(error: &std::io::Error) -> Response {
    problem(StatusCode::INTERNAL_SERVER_ERROR, "disk", &format!("The web apps' files can't be read: {error}"))
}

pub(crate) fn missing(wants_page: bool) -> Response {
    if wants_page {
        let text = "The address may have a typo, or what it named is gone.";
        return message(StatusCode::NOT_FOUND, "There is nothing here.", text);
    }
    problem(StatusCode::NOT_FOUND, "no_such_route", "There is nothing at this address.")
}

fn dressed(mut response: Response, app: App, cache: &'static str) -> Response {
    let headers = response.headers_mut();
    let always = [
        (header::CACHE_CONTROL, cache),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("permissions-policy"), app.permissions()),
        // Each text file lies there in three encodings.
        (header::VARY, "accept-encoding"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.extend(app.policy().map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    response
}

/// The page in an app's place that says why it isn't there, and asks again by itself while it is being built.
async fn not_built(front: &Front, state: State) -> Response {
    let (status, working, trouble) = match state {
        State::Working { what, since } => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(context! { what, seconds => since.elapsed().as_secs() }), None)
        }
        State::Failed(trouble) => (StatusCode::SERVICE_UNAVAILABLE, None, Some(View::from(Serde(&trouble)))),
        State::Absent | State::Ready => (StatusCode::OK, None, None),
    };
    let events = upcoming::read(&front.api).await;
    page(status, "apps.html", context! { working, trouble, events => View::from(Serde(&events)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::Kind;

    #[test]
    fn every_path_is_somebody_s() {
        for path in ["/", "/log-in", "/tickets/tkt_1", "/assets/app.js", "/sw.js", "/events", "/organized", "/x.png"] {
            assert_eq!(App::at(path), Some(App::Attendee), "{path}");
        }
        for path in ["/organize", "/organize/", "/organize/door", "/organize/assets/app.js"] {
            assert_eq!(App::at(path), Some(App::Organizer), "{path}");
        }
        for path in
            ["/api/events", "/api", "/e/solaris", "/s/x", "/docs", "/dev/mailbox", "/pictures/a.webp", "//api/x"]
        {
            assert_eq!(App::at(path), None, "{path}");
        }
    }

    #[test]
    fn no_app_stands_before_a_function() {
        for function in functions::all() {
            if let Kind::Route { path, .. } = function.kind {
                assert!(is_functions(path), "{path} of {}: its first part belongs in FUNCTIONS", function.name);
            }
        }
    }
}
