//! The simplest HTTP client that can put load on the local runner: one connection, one request at a time.

use crate::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;
use tokio::net::TcpSocket;

/// No answer takes this long; a runner that hangs fails the bench instead of holding it up.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The method.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// The bearer token.
    pub token: Option<String>,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
    /// The body.
    pub body: Option<Value>,
}

impl Ask {
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
    pub fn by(self, token: &str) -> Self {
        Ask { token: Some(token.to_owned()), ..self }
    }

    /// The same, with an `Idempotency-Key`.
    #[must_use]
    pub fn once(self, key: impl Into<String>) -> Self {
        Ask { key: Some(key.into()), ..self }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as JSON, if the status is this.
    ///
    /// # Errors
    /// Another status; says what the answer was.
    pub fn expect(&self, status: u16) -> Result<Value> {
        if self.status == status {
            return Ok(self.json());
        }
        Err(format!("{status} was expected, but it was {}: {}", self.status, String::from_utf8_lossy(&self.body))
            .into())
    }
}

/// A connection to the runner.
#[derive(Debug)]
pub struct Client {
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    /// Connects from a loopback address of one's own, since some limits are by network address.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn connect(port: u16, from: Ipv4Addr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::V4(SocketAddrV4::new(from, 0)))?;
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Ends when the sender is dropped or the runner closes.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// The connection broke, or nothing came within half a minute.
    pub async fn send(&mut self, ask: &Ask) -> Result<Answer> {
        let mut request = http::Request::builder().method(ask.method).uri(&ask.path).header("host", "localhost");
        if let Some(token) = &ask.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        let body = match &ask.body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        let request = request.body(Full::new(body))?;
        let answered = tokio::time::timeout(PATIENCE, async {
            self.sender.ready().await?;
            let (parts, body) = self.sender.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Answer { status: parts.status.as_u16(), body })
        });
        Ok(answered.await.map_err(|_| format!("{} {} got no answer", ask.method, ask.path))??)
    }
}
