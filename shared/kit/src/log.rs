//! One JSON line per invocation, with its business metrics in CloudWatch's embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//! No secret, token or address of a person is ever in it: ids only.

use crate::{Cx, Error, Token};
use serde_json::{Value, json};
use std::sync::PoisonError;
use store::Cost;

/// The line of an invocation that ended with `status`: an HTTP status, or a word.
pub(crate) fn line(cx: &Cx, status: Value, error: Option<&Error>, cost: &Cost) -> String {
    let mut line = json!({
        "function": cx.bench.function,
        "request_id": cx.request_id,
        "caller": cx.asked.token.as_ref().map(Token::bearer),
        "status": status,
        "duration_ms": (cx.started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0,
        "round_trips": cost.round_trips,
        "calls": cost.calls,
        "items_written": cost.items_written,
        "read_units": cost.read_units,
        "write_units": cost.write_units,
    });
    if let Some(error) = error {
        let (http_status, problem, _) = error.told();
        line["problem"] = json!(problem);
        // What a caller did wrong is theirs to know.
        if http_status >= 500 || status.is_string() {
            line["error"] = json!(error.to_string());
        }
    }
    let note = cx.note.lock().unwrap_or_else(PoisonError::into_inner);
    if !note.is_empty() {
        line["note"] = json!(*note);
    }
    let sums = cx.metrics.lock().unwrap_or_else(PoisonError::into_inner);
    if !sums.is_empty() {
        let metrics: Vec<Value> = sums.keys().map(|name| json!({ "Name": name, "Unit": "Count" })).collect();
        // Each deployment has its own, so that two in one account don't add up; no dimensions, since each metric costs.
        let namespace = cx.house.settings().store.prefix.trim_end_matches('-');
        line["_aws"] = json!({
            "Timestamp": cx.now().as_millisecond(),
            "CloudWatchMetrics": [{ "Namespace": namespace, "Dimensions": [[]], "Metrics": metrics }],
        });
        sums.iter().for_each(|(name, value)| line[*name] = json!(value));
    }
    line.to_string()
}
