//! One JSON line per invocation, with its business metrics in CloudWatch's embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//! No secret, token or address of a person is ever in it: ids only.

use crate::caller::Identity;
use crate::cx::Cx;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;
use store::Cost;

const NAMESPACE: &str = "Guestlist";

pub(crate) fn line(cx: &Cx, status: Value, took: Duration, cost: &Cost, fault: Option<String>) -> String {
    let mut line = Map::new();
    line.insert("function".to_owned(), json!(cx.function));
    line.insert("request_id".to_owned(), json!(cx.request_id));
    line.insert("caller".to_owned(), json!(cx.identity.as_ref().map(Identity::id)));
    line.insert("status".to_owned(), status);
    line.insert("duration_ms".to_owned(), json!((took.as_secs_f64() * 100_000.0).round() / 100.0));
    line.insert("round_trips".to_owned(), json!(cost.round_trips));
    line.insert("calls".to_owned(), json!(cost.calls));
    line.insert("items_written".to_owned(), json!(cost.items_written));
    line.insert("read_units".to_owned(), json!(cost.read_units));
    line.insert("write_units".to_owned(), json!(cost.write_units));
    if let Some(fault) = fault {
        line.insert("error".to_owned(), json!(fault));
    }
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for (name, value) in cx.metrics.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        *sums.entry(name).or_default() += value;
    }
    if !sums.is_empty() {
        let metrics: Vec<Value> = sums.keys().map(|name| json!({ "Name": name, "Unit": "Count" })).collect();
        line.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": cx.now().as_millisecond(),
                "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": metrics }],
            }),
        );
        line.extend(sums.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
    }
    Value::Object(line).to_string()
}
