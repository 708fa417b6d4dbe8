//! Distance: an HTTP client whose every call takes a little longer. On loopback a call can be answered before the next of
//! its side-by-side fellows has even begun, and would then be counted as a round trip of its own.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::time::Duration;
use tokio::time::sleep;

/// How far away DynamoDB is where every trip is to be told from every other.
pub const FAR: Duration = Duration::from_millis(20);
/// How far it is where there are so many trips that a longer way would take minutes.
pub const NEAR: Duration = Duration::from_millis(1);

#[derive(Clone, Debug)]
struct Distant<Inner> {
    inner: Inner,
    by: Duration,
}

/// The client `inner`, farther away by so much.
pub fn distant(by: Duration, inner: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Distant { inner, by })
}

impl HttpClient for Distant<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Distant { inner, by: self.by })
    }
}

impl HttpConnector for Distant<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, by) = (self.inner.clone(), self.by);
        HttpConnectorFuture::new(async move {
            sleep(by).await;
            inner.call(request).await
        })
    }
}
