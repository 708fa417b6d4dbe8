//! What the functions logged, and what rests where failures go.

use super::api::{call_aws, look};
use super::stand_in::StandIn;
use crate::{Result, redrive};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Fails where a function logged an error, but for those `but` of which it was wanted, or a message came to rest among the dead.
pub async fn check(stand_in: &StandIn, but: &[&str]) -> Result<()> {
    let mut logged = failures(stand_in).await?;
    logged.retain(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        !but.iter().any(|function| line["function"] == *function)
    });
    if !logged.is_empty() {
        return Err(format!("the functions logged failures:\n{}", logged.join("\n")));
    }
    let resting = resting(stand_in).await?;
    if !resting.is_empty() {
        return Err(format!("messages rest in {}", resting.join(", ")));
    }
    Ok(())
}

/// The failures that were logged, each kind once, for who reads why something else failed.
pub async fn told(stand_in: &StandIn) -> String {
    let logged = match failures(stand_in).await {
        Ok(logged) if logged.is_empty() => return "none".to_owned(),
        Ok(logged) => logged,
        Err(why) => return format!("they can't be read: {why}"),
    };
    let mut kinds: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for line in &logged {
        let parsed: Value = serde_json::from_str(line).unwrap_or_default();
        kinds.entry(format!("{} {}", parsed["function"], parsed["error"])).or_insert((0, line)).0 += 1;
    }
    kinds.values().map(|(count, line)| format!("{count} such as {line}")).collect::<Vec<_>>().join("\n")
}

async fn failures(stand_in: &StandIn) -> Result<Vec<String>> {
    Ok(lines(stand_in).await?.into_iter().filter(|line| is_failure(line)).collect())
}

/// All that the functions logged.
pub async fn lines(stand_in: &StandIn) -> Result<Vec<String>> {
    let call =
        async |action: &str, body: Value| call_aws(stand_in, "logs", &format!("Logs_20140328.{action}"), &body).await;
    let groups = call("DescribeLogGroups", json!({})).await?;
    let mut lines = Vec::new();
    for group in groups["logGroups"].as_array().into_iter().flatten() {
        let found = call("FilterLogEvents", json!({ "logGroupName": group["logGroupName"] })).await?;
        let messages = found["events"].as_array().into_iter().flatten().filter_map(|event| event["message"].as_str());
        lines.extend(messages.map(str::to_owned));
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
    let for_failures = queues.into_iter().filter(|(url, _)| is_for_failures(url));
    let held = for_failures.filter(|(_, messages)| messages.as_array().is_none_or(|messages| !messages.is_empty()));
    Ok(held.map(|(url, messages)| format!("{url}: {messages}")).collect())
}

/// Whether no consumer takes messages from this queue: what failed rests there.
fn is_for_failures(url: &str) -> bool {
    !redrive::queues(pictures::every()).iter().any(|queue| url.ends_with(&format!("-{queue}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_that_nobody_takes_from_is_looked_into() {
        let template = include_str!("../../../../template.yaml");
        let names = template.lines().filter_map(|line| line.trim().strip_prefix("QueueName: !Sub guestlist-${Stage}-"));
        let (failures, taken): (Vec<&str>, Vec<&str>) =
            names.partition(|name| is_for_failures(&format!("http://127.0.0.1/000000000000/guestlist-test-{name}")));
        assert_eq!(taken, ["bounces", "facts", "mails"]);
        for name in failures.iter().filter(|name| !name.ends_with("-dead")) {
            assert!(["unpublished", "failed-ticks"].contains(name), "{name}");
        }
        assert_eq!(failures.len(), taken.len() + 2, "{failures:?}");
    }
}
