//! Requests over HTTP and JSON: to a deployment at its public address, and to the stand-in for AWS on this machine.

use crate::Result;
use bytes::Bytes;
use http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

/// How much of an answer is told of a failure: whole pages say less.
const TOLD: usize = 600;
/// No answer takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub path: String,
    /// The bearer token.
    pub token: Option<&'a str>,
    /// The `Idempotency-Key`.
    pub key: Option<&'a str>,
    /// The body.
    pub body: Option<Value>,
}

impl<'a> Ask<'a> {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Ask { method: "GET", path: path.into(), token: None, key: None, body: None }
    }

    /// A POST.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Ask { method: "POST", body: Some(body), ..Ask::get(path) }
    }

    /// The same, by who holds `token`.
    #[must_use]
    pub fn by(self, token: &'a str) -> Self {
        Ask { token: Some(token), ..self }
    }

    /// The same, with an `Idempotency-Key`.
    #[must_use]
    pub fn once(self, key: &'a str) -> Self {
        Ask { key: Some(key), ..self }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// What was asked, for who reads of a failure: without the query, which may hold a ticket's token.
    asked: String,
    /// The HTTP status.
    pub status: u16,
    headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as words.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The beginning of the body, for who reads of a failure.
    pub fn told(&self) -> String {
        self.text().chars().take(TOLD).collect()
    }

    /// A header's value; empty where it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The same answer, if the status is this.
    ///
    /// # Errors
    /// Another status; says what the answer was, where it is a failure. Others may hold tokens, which have no place in a log.
    pub fn with_status(self, status: u16) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let told = if self.status >= 400 { format!(": {}", self.told()) } else { String::new() };
        Err(format!("{} answered {}, not {status}{told}", self.asked, self.status))
    }

    /// The body as JSON, if the status is this.
    ///
    /// # Errors
    /// Another status; says what the answer was.
    pub fn expect(self, status: u16) -> Result<Value> {
        Ok(self.with_status(status)?.json())
    }
}

/// Whoever answers at an address.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme, host and port, without a slash at the end.
    base: String,
    /// What goes with every request.
    headers: HeaderMap,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Site {
    /// At `base`, such as `https://guestlist.example`; every request has these headers. Certificates are judged by what this
    /// machine trusts.
    ///
    /// # Errors
    /// Passwords would go to `base` in the clear, a header isn't one, or this machine has no certificates to trust.
    pub fn new(base: &str, headers: &[(&str, &str)]) -> Result<Self> {
        if !is_private(base) {
            return Err(format!("{base:?} is not https://…, so passwords would go there in the clear"));
        }
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)
            .map_err(|why| format!("the certificates that this machine trusts can't be read: {why}"))?
            .https_or_http()
            .enable_http1()
            .build();
        let mut fixed = HeaderMap::new();
        for (name, value) in headers {
            let failed = |why: &dyn std::fmt::Display| format!("the header {name} can't be sent: {why}");
            let name: http::HeaderName = name.parse().map_err(|why| failed(&why))?;
            fixed.insert(name, value.parse().map_err(|why| failed(&why))?);
        }
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { base: base.trim_end_matches('/').to_owned(), headers: fixed, client })
    }

    /// Whether it is asked by TLS.
    pub fn is_https(&self) -> bool {
        self.base.starts_with("https:")
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Nobody answers, or not within a minute.
    pub async fn send(&self, ask: Ask<'_>) -> Result<Answer> {
        let asked = format!("{} {}", ask.method, ask.path.split('?').next().unwrap_or_default());
        let mut request = Request::builder().method(ask.method).uri(format!("{}{}", self.base, ask.path));
        if let Some(token) = ask.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = ask.key {
            request = request.header("idempotency-key", key);
        }
        if ask.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = ask.body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let mut request = request.body(Full::new(body)).map_err(|why| format!("{asked} can't be asked: {why}"))?;
        // What this site always gets comes last: a call to AWS has a content type of its own.
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let answered = tokio::time::timeout(PATIENCE, async {
            let (parts, body) = self.client.request(request).await.map_err(|why| chain(&why))?.into_parts();
            let body = body.collect().await.map_err(|why| chain(&why))?.to_bytes();
            Ok::<_, String>(Answer {
                asked: asked.clone(),
                status: parts.status.as_u16(),
                headers: parts.headers,
                body,
            })
        });
        let answered = answered.await.unwrap_or_else(|_| Err("it took too long".to_owned()));
        answered.map_err(|why| format!("{asked} at {} got no answer: {why}", self.base))
    }
}

/// Whether nobody between here and there reads along: it is asked by TLS, or on this machine.
fn is_private(base: &str) -> bool {
    let Ok(base) = base.parse::<Uri>() else { return false };
    let host = base.host().unwrap_or_default().trim_matches(['[', ']']);
    match base.scheme_str() {
        Some("https") => true,
        Some("http") => host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        _ => false,
    }
}

/// An error and its causes; the client's own message names the outermost only.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    causes.fold(error.to_string(), |all, cause| format!("{all}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_go_by_tls_or_stay_on_this_machine() {
        for base in ["https://guestlist.example", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost"] {
            assert!(is_private(base), "{base}");
        }
        for base in ["http://guestlist.example", "http://10.0.0.1", "http://127.0.0.1.example", "guestlist.example", ""]
        {
            assert!(!is_private(base), "{base}");
        }
        assert!(Site::new("http://guestlist.example", &[]).is_err());
    }
}
