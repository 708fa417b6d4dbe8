//! What the functions logged, and what rests where failures go.

use super::api::{call_aws, look};
use super::stand_in::StandIn;
use crate::Result;
use serde_json::{Value, json};

/// Fails where a function logged an error, or a message came to rest among the dead.
pub async fn check(stand_in: &StandIn) -> Result<()> {
    let logged = failures(stand_in).await?;
    if !logged.is_empty() {
        return Err(format!("the functions logged failures:\n{}", logged.join("\n")));
    }
    let resting = resting(stand_in).await?;
    if !resting.is_empty() {
        return Err(format!("messages rest in {}", resting.join(", ")));
    }
    Ok(())
}

/// The failures that were logged, for who reads why something else failed.
pub async fn told(stand_in: &StandIn) -> String {
    match failures(stand_in).await {
        Ok(lines) if lines.is_empty() => "none".to_owned(),
        Ok(lines) => lines.join("\n"),
        Err(why) => format!("they can't be read: {why}"),
    }
}

async fn failures(stand_in: &StandIn) -> Result<Vec<String>> {
    let call =
        async |action: &str, body: Value| call_aws(stand_in, "logs", &format!("Logs_20140328.{action}"), &body).await;
    let groups = call("DescribeLogGroups", json!({})).await?;
    let mut lines = Vec::new();
    for group in groups["logGroups"].as_array().into_iter().flatten() {
        let found = call("FilterLogEvents", json!({ "logGroupName": group["logGroupName"] })).await?;
        let messages = found["events"].as_array().into_iter().flatten().filter_map(|event| event["message"].as_str());
        lines.extend(messages.filter(|message| is_failure(message)).map(str::to_owned));
    }
    Ok(lines)
}

/// Whether the template's alarms would count this line.
fn is_failure(line: &str) -> bool {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    line["level"] == "ERROR"
        || line["status"] == "failed"
        || line["status"].as_u64().is_some_and(|status| status >= 500)
        || line["record"]["status"] == "error"
        || line["record"]["status"] == "timeout"
}

/// The queues for what failed that hold something.
async fn resting(stand_in: &StandIn) -> Result<Vec<String>> {
    let seen = look(stand_in, "/_ministack/sqs/messages").await?;
    // By account and region, then by the queue's address.
    let accounts = seen["messages"].as_object().into_iter().flat_map(|accounts| accounts.values());
    let regions = accounts.filter_map(Value::as_object).flat_map(|regions| regions.values());
    let queues: Vec<_> = regions.filter_map(Value::as_object).flatten().collect();
    if queues.is_empty() {
        return Err(format!("ministack tells of no queues: {seen}"));
    }
    let for_failures = queues.into_iter().filter(|(url, _)| url.ends_with("-dead") || url.ends_with("-unpublished"));
    let held = for_failures.filter(|(_, messages)| messages.as_array().is_none_or(|messages| !messages.is_empty()));
    Ok(held.map(|(url, messages)| format!("{url}: {messages}")).collect())
}
