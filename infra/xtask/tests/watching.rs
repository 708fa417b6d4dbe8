//! Who is woken knows what to do, and is woken for what functions really log.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
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

/// What the template's metric filters count: the log group, the metric and the pattern of each.
fn filters() -> Vec<[String; 3]> {
    let template = template::text(&root(), pictures::every()).unwrap();
    let filters = template.split("Type: AWS::Logs::MetricFilter\n").skip(1);
    let of = |filter: &str, name: &str| {
        let lines = filter.lines().map(|line| line.trim().trim_start_matches("- "));
        lines.map(|line| line.strip_prefix(name)).find_map(|line| line).unwrap().to_owned()
    };
    let read = |filter| {
        let pattern = serde_json::from_str(&of(filter, "FilterPattern: ")).unwrap();
        [of(filter, "LogGroupName: !Ref "), of(filter, "MetricName: "), pattern]
    };
    filters.map(read).collect()
}

/// The metrics that count a line of a noun's log.
fn counting(noun: &str, line: &Value) -> Vec<String> {
    let mut group = format!("{noun}Log");
    group[..1].make_ascii_uppercase();
    let mut filters = filters();
    filters.retain(|[log, _, _]| *log == group);
    assert!(!filters.is_empty(), "{group}");
    filters.into_iter().filter(|[_, _, pattern]| is_counted(pattern, line)).map(|[_, metric, _]| metric).collect()
}

/// Whether CloudWatch counts the line, as far as our patterns go: comparisons of a JSON field, with "and" or "or" between, in
/// parentheses
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>). What is no number isn't
/// compared with one, and of a field that isn't there nothing is true.
fn is_counted(pattern: &str, line: &Value) -> bool {
    let all = pattern.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }")).expect("a JSON pattern");
    holds(all, line)
}

fn holds(term: &str, line: &Value) -> bool {
    let (parts, signs) = parts(term);
    match (parts.as_slice(), signs.as_slice()) {
        ([one], []) => match one.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(within) => holds(within, line),
            None => compares(one, line),
        },
        (parts, ["||", more @ ..]) if more.iter().all(|sign| *sign == "||") => {
            parts.iter().any(|part| holds(part, line))
        }
        (parts, ["&&", more @ ..]) if more.iter().all(|sign| *sign == "&&") => {
            parts.iter().all(|part| holds(part, line))
        }
        _ => panic!("which comes first? {term}"),
    }
}

/// What stands between the signs "and" and "or" outside of parentheses, and these.
fn parts(term: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut parts, mut signs, mut depth, mut start) = (Vec::new(), Vec::new(), 0, 0);
    for (at, letter) in term.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 && (term[at..].starts_with(" || ") || term[at..].starts_with(" && ")) => {
                parts.push(&term[start..at]);
                signs.push(&term[at + 1..at + 3]);
                start = at + 4;
            }
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{term}");
    parts.push(&term[start..]);
    (parts, signs)
}

fn compares(term: &str, line: &Value) -> bool {
    let [field, sign, wanted] = term.splitn(3, ' ').collect::<Vec<_>>().try_into().expect("three words");
    let pointer = field.strip_prefix('$').expect("a field").replace('.', "/");
    let Some(held) = line.pointer(&pointer) else { return false };
    let same = |held: &str| match wanted.trim_matches('"').split_once('*') {
        Some((start, "")) => held.starts_with(start),
        Some(_) => panic!("{wanted} isn't known here"),
        None => held == wanted.trim_matches('"'),
    };
    match sign {
        "=" => held.as_str().is_some_and(same),
        "!=" => held.as_str().is_some_and(|held| !same(held)),
        ">=" => held.as_f64().is_some_and(|held| held >= wanted.parse().unwrap()),
        _ => panic!("{sign} isn't known here"),
    }
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
    let counted = async || {
        let lines = std::mem::take(&mut *lines.lock().unwrap());
        assert!(!lines.is_empty(), "nothing was logged");
        lines.iter().map(|line| !counting("events", line).is_empty()).collect::<Vec<_>>()
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
        for noun in pictures::every().iter().map(|function| function.noun) {
            assert_eq!(counting(noun, &line).len(), usize::from(wanted), "{noun}: {line}");
        }
    }
}

/// Each function's failure is counted once; "bookings-fail" counts those to book and to cancel.
#[tokio::test]
async fn failures_to_book_and_to_cancel_are_counted_by_themselves() {
    let (mut stage, lines) = house().await;
    let metric_of = |function: &str| {
        if ["book_place", "cancel_booking"].contains(&function) { "BookingFailures" } else { "Failures" }
    };
    // It is run anew only as long as there is time.
    stage.house = stage.house.clone().with_time_limit(Duration::from_secs(4));
    let failed = async |calls, fault| {
        stage.faults.from(calls, 0, fault);
        let status = asked(&stage, "POST", "/api/users", ada()).await;
        stage.faults.clear();
        let line = lines.lock().unwrap().pop().unwrap();
        assert!(status >= 500 && line["status"] == status, "{line}");
        line
    };
    // What these look like is the same for all routes.
    let refused = failed(Calls::Any, Fault::Refused).await;
    let no_answer = failed(Calls::Any, Fault::Drop).await;
    let busy = failed(Calls::Any, Fault::Throttled).await;
    // As where a condition never holds.
    let overtaken = failed(Calls::To("TransactWriteItems"), Fault::TransactionConflict).await;
    for line in [&no_answer, &overtaken, &busy] {
        assert_eq!(line["problem"], "busy", "people are told the same");
    }
    let as_if = |function: &str, line: &Value| {
        let mut line = line.clone();
        line["function"] = json!(function);
        line
    };
    for function in pictures::every() {
        let counting = |line: &Value| counting(function.noun, &as_if(function.name, line));
        assert_eq!(counting(&refused), [metric_of(function.name)], "{}", function.name);
        assert_eq!(counting(&no_answer), [metric_of(function.name)], "{}", function.name);
        assert_eq!(counting(&overtaken), [metric_of(function.name)], "{}: a condition that never holds", function.name);
    }
    for function in ["book_place", "cancel_booking"] {
        assert!(pictures::every().iter().any(|known| known.name == function && known.noun == "bookings"), "{function}");
        assert!(counting("bookings", &as_if(function, &busy)).is_empty(), "a rush is no failure of {function}");
    }
}

/// What the runbook has one look for in the access log is in it: API Gateway puts its values where the format has their names.
#[test]
fn the_runbook_finds_failures_in_the_access_log() {
    let template = template::text(&root(), pictures::every()).unwrap();
    let format = template.lines().find_map(|line| line.trim().strip_prefix("Format: '")?.strip_suffix('\'')).unwrap();
    let line = |status: &str| -> Value { serde_json::from_str(&format.replace("$context.status", status)).unwrap() };
    for field in ["error", "integration_error", "request_id"] {
        assert!(line("500")[field].as_str().is_some_and(|value| value.starts_with("$context.")), "no {field}");
    }
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
