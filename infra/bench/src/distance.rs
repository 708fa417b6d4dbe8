//! Distance: an HTTP client whose every call takes a little longer. On loopback a call can be answered before the next of
//! its side-by-side fellows has even begun, and would then be counted as a round trip of its own.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::time::Duration;
use tokio::time::sleep;

/// How far away DynamoDB is.
const DISTANCE: Duration = Duration::from_millis(20);

#[derive(Clone, Debug)]
struct Distant<Inner>(Inner);

/// The client `inner`, farther away.
pub fn distant(inner: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Distant(inner))
}

impl HttpClient for Distant<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Distant(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Distant<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inner = self.0.clone();
        HttpConnectorFuture::new(async move {
            sleep(DISTANCE).await;
            inner.call(request).await
        })
    }
}
