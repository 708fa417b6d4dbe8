//! AWS within this process: the SDK's HTTP client, whose calls never leave it. A port would answer to everybody on this machine, and to
//! pages from elsewhere that guess it; private keys and tables are their owner's alone.

use crate::database::{Call, Calls};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::header;
use tower_service::Service as _;

/// Where all services are, for the SDK; a name that nobody has (RFC 6761, section 6.4).
pub const ENDPOINT: &str = "http://aws.invalid";

/// What a call to DynamoDB names its operation after (`x-amz-target`).
const DYNAMODB: &str = "DynamoDB_20120810.";

/// A client whose calls to DynamoDB `tables` answer, and all others `wire`.
pub fn client(wire: Router, tables: Calls) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Inside { wire, tables });
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Clone, Debug)]
struct Inside {
    wire: Router,
    tables: Calls,
}

impl HttpConnector for Inside {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inside = self.clone();
        HttpConnectorFuture::new(async move {
            inside.answer(&request).await.map_err(|why| ConnectorError::other(why, None))
        })
    }
}

impl Inside {
    async fn answer(self, request: &HttpRequest) -> Result<HttpResponse, BoxError> {
        let body = request.body().bytes().ok_or("bodies in chunks aren't read here")?.to_vec();
        match request.headers().get("x-amz-target").and_then(|target| target.strip_prefix(DYNAMODB)) {
            Some(operation) => self.dynamodb(operation.to_owned(), body).await,
            None => self.wire(request, body).await,
        }
    }

    async fn dynamodb(self, operation: String, body: Vec<u8>) -> Result<HttpResponse, BoxError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let gone = "the embedded DynamoDB has ended";
        self.tables.send(Call { operation, body, answer }).map_err(|_| gone)?;
        let (status, body) = answered.await.map_err(|_| gone)?;
        let mut response = HttpResponse::new(StatusCode::try_from(status)?, SdkBody::from(body));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        Ok(response)
    }

    async fn wire(mut self, request: &HttpRequest, body: Vec<u8>) -> Result<HttpResponse, BoxError> {
        let mut forwarded = http::Request::builder().method(request.method()).uri(request.uri());
        for (name, value) in request.headers() {
            forwarded = forwarded.header(name, value);
        }
        let Ok(answered) = self.wire.call(forwarded.body(Body::from(body))?).await;
        let (head, body) = answered.into_parts();
        let body: Bytes = axum::body::to_bytes(body, usize::MAX).await?;
        let length = body.len().to_string();
        let mut response = HttpResponse::new(StatusCode::try_from(head.status.as_u16())?, SdkBody::from(body));
        for (name, value) in &head.headers {
            response.headers_mut().append(name.as_str().to_owned(), value.to_str()?.to_owned());
        }
        // A server adds it to what it sends.
        response.headers_mut().insert(header::CONTENT_LENGTH.as_str(), length);
        Ok(response)
    }
}
