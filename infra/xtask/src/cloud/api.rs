//! Requests to the stand-in: to the deployed HTTP API as people send them, and to AWS.

use super::deployment::Deployment;
use super::stand_in::{REGION, ROOT_KEY, StandIn};
use crate::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::net::TcpStream;

/// No answer takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
pub struct Ask<'a> {
    pub method: &'a str,
    pub path: String,
    /// The bearer token.
    pub token: Option<&'a str>,
    /// The `Idempotency-Key`.
    pub key: Option<&'a str>,
    pub body: Option<Value>,
}

impl<'a> Ask<'a> {
    pub fn get(path: impl Into<String>) -> Self {
        Ask { method: "GET", path: path.into(), token: None, key: None, body: None }
    }

    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Ask { method: "POST", body: Some(body), ..Ask::get(path) }
    }

    pub fn by(self, token: &'a str) -> Self {
        Ask { token: Some(token), ..self }
    }

    pub fn once(self, key: &'a str) -> Self {
        Ask { key: Some(key), ..self }
    }
}

/// An answer.
pub struct Answer {
    /// What was asked, for who reads of a failure.
    asked: String,
    pub status: u16,
    pub media: String,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as JSON, if the status is this.
    pub fn expect(self, status: u16) -> Result<Value> {
        if self.status == status {
            return Ok(self.json());
        }
        Err(format!("{} answered {}, not {status}: {}", self.asked, self.status, String::from_utf8_lossy(&self.body)))
    }
}

/// The deployed HTTP API.
#[derive(Clone)]
pub struct Api {
    port: u16,
    host: String,
}

impl Api {
    pub fn new(stand_in: &StandIn, deployment: &Deployment) -> Self {
        let port = stand_in.port();
        Self { port, host: format!("{}.execute-api.localhost:{port}", deployment.api) }
    }

    pub async fn send(&self, ask: Ask<'_>) -> Result<Answer> {
        let mut request = http::Request::builder().method(ask.method).uri(&ask.path).header("host", &self.host);
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
        let asked = format!("{} {}", ask.method, ask.path);
        send(self.port, request, body, asked).await
    }
}

/// Calls an AWS service that speaks JSON, as who owns the account.
pub async fn call_aws(stand_in: &StandIn, service: &str, target: &str, body: &Value) -> Result<Value> {
    let scope = format!("Credential={ROOT_KEY}/20260101/{REGION}/{service}/aws4_request");
    let request = http::Request::builder()
        .method("POST")
        .uri("/")
        .header("host", format!("127.0.0.1:{}", stand_in.port()))
        .header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target);
    send(stand_in.port(), request, Bytes::from(body.to_string()), target.to_owned()).await?.expect(200)
}

/// Asks ministack itself.
pub async fn look(stand_in: &StandIn, path: &str) -> Result<Value> {
    let request = http::Request::builder().uri(path).header("host", format!("127.0.0.1:{}", stand_in.port()));
    send(stand_in.port(), request, Bytes::new(), format!("GET {path}")).await?.expect(200)
}

async fn send(port: u16, request: http::request::Builder, body: Bytes, asked: String) -> Result<Answer> {
    let failed = |why: &dyn std::fmt::Display| format!("{asked} got no answer: {why}");
    let request = request.body(Full::new(body)).map_err(|why| failed(&why))?;
    let answered = tokio::time::timeout(PATIENCE, async {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.map_err(|why| failed(&why))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|why| failed(&why))?;
        // Ends when the sender is dropped or the other side closes.
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.map_err(|why| failed(&why))?.into_parts();
        let body = body.collect().await.map_err(|why| failed(&why))?.to_bytes();
        let media = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
        let (status, media) = (parts.status.as_u16(), media.unwrap_or_default().to_owned());
        Ok(Answer { asked: asked.clone(), status, media, body })
    });
    answered.await.map_err(|_| failed(&"it took too long"))?
}
