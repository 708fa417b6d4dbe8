//! The meter: an HTTP client that reads what DynamoDB says each call consumed, table by table, as its bill does.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was consumed of a table, its indexes included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read units.
    pub reads: f64,
    /// Write units: two for each KB in a transaction, one for each in an index.
    pub writes: f64,
}

/// Units by table. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<BTreeMap<String, Units>>>);

impl Meter {
    /// The client `inner`, metered.
    pub fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Metered { inner, meter: self.clone() })
    }

    /// What was consumed since this was last asked.
    pub fn take(&self) -> BTreeMap<String, Units> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, is_write: bool, answer: &Value) {
        let consumed = &answer["ConsumedCapacity"];
        let all = consumed.as_array().map_or_else(|| std::slice::from_ref(consumed), Vec::as_slice);
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in all {
            let (Some(table), Some(units)) = (one["TableName"].as_str(), one["CapacityUnits"].as_f64()) else {
                continue;
            };
            let of_it = tables.entry(table.to_owned()).or_default();
            *(if is_write { &mut of_it.writes } else { &mut of_it.reads }) += units;
        }
    }
}

#[derive(Clone, Debug)]
struct Metered<Inner> {
    inner: Inner,
    meter: Meter,
}

impl HttpClient for Metered<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Metered { inner, meter: self.meter.clone() })
    }
}

impl HttpConnector for Metered<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, meter) = (self.inner.clone(), self.meter.clone());
        HttpConnectorFuture::new(async move {
            let operation = request.headers().get("x-amz-target").unwrap_or_default();
            let reads =
                ["GetItem", "BatchGetItem", "Query"].iter().any(|read| operation.ends_with(&format!(".{read}")));
            let mut answer: HttpResponse = inner.call(request).await?;
            let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
            let read = ByteStream::new(body).collect().await;
            let bytes = read.map_err(|why| ConnectorError::other(why.into(), None))?.into_bytes();
            meter.note(!reads, &serde_json::from_slice(&bytes).unwrap_or_default());
            *answer.body_mut() = SdkBody::from(bytes);
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn units_are_summed_by_table_and_kind() {
        let meter = Meter::default();
        let one = |table: &str, units: f64| json!({ "TableName": table, "CapacityUnits": units });
        meter.note(true, &json!({ "ConsumedCapacity": [one("pools", 2.0), one("bookings", 6.0)] }));
        meter.note(true, &json!({ "ConsumedCapacity": one("bookings", 1.0) }));
        meter.note(false, &json!({ "ConsumedCapacity": one("bookings", 0.5) }));
        meter.note(false, &json!({ "message": "no" }));
        let units = meter.take();
        assert_eq!(units.get("bookings"), Some(&Units { reads: 0.5, writes: 7.0 }));
        assert_eq!(units.get("pools"), Some(&Units { reads: 0.0, writes: 2.0 }));
        assert!(meter.take().is_empty());
    }
}
