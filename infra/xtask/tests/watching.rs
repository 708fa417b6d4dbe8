//! Who is woken knows what to do, and is woken for what functions really log.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use testbed::Stage;
use testbed::faults::{Calls, Fault};
use xtask::{root, template};

/// The alarms' names in the runbook: headings of second level that are in backticks, one or several.
fn pages() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/RUNBOOK.md")).unwrap();
    let headings = text.lines().filter_map(|line| line.strip_prefix("## ")).filter(|heading| heading.starts_with('`'));
    headings.flat_map(|heading| heading.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_alarm_has_its_page_in_the_runbook_and_every_page_its_alarm() {
    let pages = pages();
    let alarms = template::alarms(&root(), pictures::every()).unwrap();
    let (written, made): (BTreeSet<_>, BTreeSet<_>) = (pages.iter().collect(), alarms.iter().collect());
    assert_eq!((written.len(), made.len()), (pages.len(), alarms.len()), "each once: {pages:?}, {alarms:?}");
    let missing: Vec<_> = made.difference(&written).collect();
    assert!(
        missing.is_empty(),
        "docs/RUNBOOK.md has no page for these alarms: write a heading ## `NAME` for {missing:?}"
    );
    let stale: Vec<_> = written.difference(&made).collect();
    assert!(stale.is_empty(), "docs/RUNBOOK.md has pages for alarms that there aren't: {stale:?}");
}

/// The template's pattern for lines of failures.
fn pattern() -> String {
    let template = template::text(&root(), pictures::every()).unwrap();
    let patterns: BTreeSet<&str> =
        template.lines().filter_map(|line| line.trim().strip_prefix("FilterPattern: ")).collect();
    assert_eq!(patterns.len(), 1, "one for all logs");
    serde_json::from_str(patterns.first().unwrap()).unwrap()
}

/// Whether CloudWatch counts the line, as far as our pattern goes: comparisons of a JSON field, with "or" between
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>). What is no number isn't
/// compared with one.
fn is_counted(pattern: &str, line: &Value) -> bool {
    let alternatives = pattern.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }")).expect("a JSON pattern");
    alternatives.split(" || ").any(|term| {
        let term = term.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).expect("in parentheses");
        let [field, sign, wanted] = term.splitn(3, ' ').collect::<Vec<_>>().try_into().expect("three words");
        let pointer = field.strip_prefix('$').expect("a field").replace('.', "/");
        let Some(held) = line.pointer(&pointer) else { return false };
        match sign {
            "=" => held.as_str().is_some_and(|held| match wanted.trim_matches('"').split_once('*') {
                Some((start, "")) => held.starts_with(start),
                Some(_) => panic!("{wanted} isn't known here"),
                None => held == wanted.trim_matches('"'),
            }),
            ">=" => held.as_f64().is_some_and(|held| held >= wanted.parse().unwrap()),
            _ => panic!("{sign} isn't known here"),
        }
    })
}

/// A house and the lines that it logs.
async fn house() -> (Stage, Arc<Mutex<Vec<Value>>>) {
    let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
    let kept = lines.clone();
    let log = move |line: &str| kept.lock().unwrap().push(serde_json::from_str(line).unwrap());
    (Stage::new(pictures::every(), "guestlist-test-", |embedded| embedded.http(), log).await.unwrap(), lines)
}

async fn asked(stage: &Stage, method: &str, path: &str, body: Value) -> u16 {
    let request = http::Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.body(Bytes::from(body.to_string())).unwrap();
    stage.router.answer(&stage.house, request).await.status().as_u16()
}

fn ada() -> Value {
    json!({ "email": "ada@example.org", "password": "an engine that weaves numbers", "name": "Ada Lovelace" })
}

#[tokio::test]
async fn real_lines_of_failures_are_counted_and_no_others() {
    let (stage, lines) = house().await;
    let pattern = pattern();
    let counted = async || {
        let lines = std::mem::take(&mut *lines.lock().unwrap());
        assert!(!lines.is_empty(), "nothing was logged");
        lines.iter().map(|line| is_counted(&pattern, line)).collect::<Vec<_>>()
    };

    assert_eq!(asked(&stage, "POST", "/api/users", ada()).await, 202);
    assert_eq!(asked(&stage, "POST", "/api/users", json!({ "name": 3 })).await, 422);
    assert_eq!(asked(&stage, "GET", "/api/me", Value::Null).await, 401);
    assert_eq!(counted().await, [false; 3], "what callers do wrong is theirs");

    stage.faults.from(Calls::Any, 1, Fault::Refused);
    let status = asked(&stage, "GET", "/api/events", Value::Null).await;
    assert!(status >= 500, "{status}");
    assert_eq!(counted().await, [true], "a request that we couldn't answer");
    let fan_out = pictures::every().iter().find(|function| function.name == "fan_out").unwrap();
    let message = json!({ "Records": [{ "messageId": "1", "body": "nonsense" }] });
    let answer = fan_out.invoke(&stage.house, message).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!(counted().await, [true], "a message that failed");
    let tick = pictures::every().iter().find(|function| function.name == "remind_day_before").unwrap();
    tick.invoke(&stage.house, json!({})).await.unwrap_err();
    assert_eq!(counted().await, [true], "a tick that failed");
    stage.faults.clear();
    tick.invoke(&stage.house, json!({})).await.unwrap();
    assert_eq!(counted().await, [false], "and one that didn't");

    // Lambda's own lines, as its page on JSON logs has them
    // (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
    for (status, wanted) in [("success", false), ("error", true), ("timeout", true)] {
        let line = json!({ "time": "2026-11-21T12:00:00.000Z", "type": "platform.report", "record": {
            "requestId": "79b4f56e-95b1-4643-9700-2807f4e68189", "status": status, "metrics": { "durationMs": 1.0 },
        } });
        assert_eq!(is_counted(&pattern, &line), wanted, "{line}");
    }
}

/// What the runbook has one look for in the access log is in it: API Gateway puts its values where the format has their names.
#[test]
fn the_runbook_finds_failures_in_the_access_log() {
    let template = template::text(&root(), pictures::every()).unwrap();
    let format = template.lines().find_map(|line| line.trim().strip_prefix("Format: '")?.strip_suffix('\'')).unwrap();
    let line = |status: &str| -> Value { serde_json::from_str(&format.replace("$context.status", status)).unwrap() };
    let runbook = std::fs::read_to_string(root().join("docs/RUNBOOK.md")).unwrap();
    let command = runbook.lines().find(|line| line.starts_with("aws logs tail \"/guestlist/$stage/api\"")).unwrap();
    let (_, pattern) = command.split_once("--filter-pattern '").unwrap();
    let term = pattern.trim_end_matches('\'').trim_matches(['{', '}', ' ']);
    for (status, wanted) in [("500", true), ("503", true), ("200", false), ("429", false)] {
        assert_eq!(is_counted(&format!("{{ ({term}) }}"), &line(status)), wanted, "{status}: {term}");
    }
}

#[tokio::test]
async fn business_metrics_are_the_deployments_own_and_each_is_one() {
    let (stage, lines) = house().await;
    asked(&stage, "POST", "/api/users", ada()).await;
    let line = lines.lock().unwrap().pop().unwrap();
    assert_eq!(line["UsersRegistered"], 1.0, "{line}");
    let [directive] = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().as_slice() else { panic!("{line}") };
    assert_eq!(directive["Namespace"], "guestlist-test", "as the dashboard and the alarms have it");
    assert_eq!(directive["Dimensions"], json!([[]]));
    assert_eq!(directive["Metrics"], json!([{ "Name": "UsersRegistered", "Unit": "Count" }]));
    let template = template::text(&root(), pictures::every()).unwrap();
    assert!(template.contains("MetricNamespace: !Sub guestlist-${Stage}\n"));
}
