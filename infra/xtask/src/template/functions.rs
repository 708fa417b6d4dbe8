//! Functions, what starts them, and each noun's log.

use super::alarms::{Over, alarm};
use super::queues::FAILED_TICKS;
use super::{NAMESPACE, Resource, policy, queues, rollout, tables};
use crate::{Result, pascal_case, source};
use kit::{Function, Grant, Kind, Queue, Source, Table, UNPUBLISHED};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Records that no fact ever comes from (`domain::facts::facts`), by their tag. Their changes don't even invoke the
/// function behind the stream: a booking writes a calendar each time. What is new goes through, so that forgetting
/// this list costs an invocation and never a fact.
pub const SILENT_RECORDS: &[&str] = &[
    "calendar",
    "door_pass",
    "email_claim",
    "event_claim",
    "pool",
    "scan",
    "short_link",
    "slug_claim",
    "token_family",
    "user",
];

/// The route that takes what no other takes is this function's, so that an unknown address gets a problem as
/// everywhere else: it touches nothing, and its router knows no other path.
const OTHERWISE: &str = "read_openapi";

/// How many records of a stream are taken at once.
const STREAM_BATCH: u32 = 100;
/// How often a batch of a stream is tried. It is halved each time, so a bad record ends up alone and goes to
/// `unpublished`.
const STREAM_TRIES: u32 = 20;
/// Until when records are tried: half of what a stream keeps, so that there is time to read what went to `unpublished`.
const STREAM_SECONDS: u32 = 12 * 3600;
/// From which age of the oldest record on somebody is told.
const LATE_MILLISECONDS: u32 = 5 * 60 * 1000;
/// How long a tick is worth anything: the next one comes in a minute and finds what is due all the same. (60 is the
/// least that AWS takes.)
const TICK_SECONDS: u32 = 60;
/// What the kit's line of a failure looks like.
const FAILED: &str = r#"($.status >= 500) || ($.status = "failed")"#;
/// Lambda's own, of an invocation that crashed or ran out of time. It doesn't say of which function. A tick or a batch that fails
/// as a whole has both lines, and counts twice: better than not at all.
const CRASHED: &str = r#"($.record.status = "error") || ($.record.status = "timeout")"#;
/// The functions whose failures have an alarm of their own, "bookings-fail".
const BOOK_AND_CANCEL: [&str; 2] = ["book_place", "cancel_booking"];
/// All but what is no sign that they are broken: what keeps our state says that it has no room. `busy` is told, too, where there is no
/// answer, and where others were faster time and again: it was tried for eleven seconds then (docs/decisions/0006-conflicts.md),
/// as it is where a condition never holds. The words are those of `store::Error`.
const NO_RUSH: &str = r#"($.problem != "busy") || ($.error = "no answer*") || ($.error = "overtaken*")"#;
/// What Lambda takes for a description.
const DESCRIPTION: usize = 256;

/// The binary that functions are in where they don't say otherwise (`Globals` in infra/aws/parameters.yaml).
const FIRST: &str = "functions";

/// Where the binary of this crate is put to be sent: the folder is the zip.
pub fn code(home: &str) -> String {
    format!("target/lambda/{home}/")
}

/// The logical id of a noun's log group.
pub fn log_id(noun: &str) -> String {
    format!("{}Log", pascal_case(noun))
}

/// How many routes the API has.
pub fn routes(all: &[Function]) -> usize {
    let routes = all.iter().filter(|function| matches!(function.kind, Kind::Route { .. })).count();
    let looked_at = all.iter().filter(|function| is_looked_at(function.kind)).count();
    routes + looked_at + all.iter().filter(|function| function.name == OTHERWISE).count()
}

/// Whether something starts by a request for a page or a picture. Others look at those by HEAD before they fetch
/// them, such as messengers that show a card for a link, and an HTTP API takes HEAD for a method of its own. (The kit
/// answers it as a GET.)
pub fn is_looked_at(kind: Kind) -> bool {
    let of_programs =
        |path: &str| ["/api/", "/.well-known/", "/openapi.json"].iter().any(|root| path.starts_with(root));
    matches!(kind, Kind::Route { method: "GET", path, .. } if !of_programs(path))
}

/// A noun's log group, shared by its functions, and what counts the failures in it: lines of the log, since an alarm
/// takes ten metrics at most and there are more functions. Those to book and to cancel are counted by themselves and all
/// others as one, so that two metrics and two alarms do; where it fails, the dashboard says. Nothing is counted where
/// nothing fails, and so nothing paid.
pub fn noun_log(noun: &str) -> Vec<Resource> {
    let id = log_id(noun);
    let failures = format!("{}Failures", pascal_case(noun));
    let log = json!({
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "LogGroupName": { "Fn::Sub": format!("/guestlist/${{Stage}}/{noun}") },
            "RetentionInDays": { "Ref": "LogDays" },
        },
    });
    let filter = |metric: &str, pattern: &str| {
        json!({
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": { "Ref": id },
                "FilterPattern": format!("{{ {pattern} }}"),
                "MetricTransformations": [{
                    "MetricNamespace": { "Fn::Sub": NAMESPACE },
                    "MetricName": metric,
                    "MetricValue": "1",
                }],
            },
        })
    };
    if noun != "bookings" {
        let all = filter("Failures", &format!("{FAILED} || {CRASHED}"));
        return vec![(id, log), (failures, all)];
    }
    let theirs = BOOK_AND_CANCEL.map(|name| format!("($.function = \"{name}\")")).join(" || ");
    let not_theirs = BOOK_AND_CANCEL.map(|name| format!("($.function != \"{name}\")")).join(" && ");
    // Whose a crash is isn't told, so that it counts where it might matter most.
    let ours = filter("BookingFailures", &format!("(({FAILED}) && ({theirs}) && ({NO_RUSH})) || {CRASHED}"));
    let others = filter("Failures", &format!("({FAILED}) && {not_theirs}"));
    vec![(id.clone(), log), ("BookAndCancelFailures".to_owned(), ours), (failures, others)]
}

/// A function with its role and, behind a stream or a schedule, its alarm.
pub fn function(root: &Path, function: &Function) -> Result<Vec<Resource>> {
    let id = function.type_name;
    let doc = source::function_doc(root, function)?;
    let description: String = source::first_sentence(&doc).chars().take(DESCRIPTION).collect();
    let mut properties = json!({
        "FunctionName": { "Fn::Sub": format!("guestlist-${{Stage}}-{}", function.name) },
        "Description": description,
        "Handler": function.name,
        "Role": { "Fn::GetAtt": format!("{id}Role.Arn") },
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout.as_secs(),
        "LoggingConfig": { "LogGroup": { "Ref": log_id(function.noun) }, "LogFormat": "JSON" },
    });
    if function.home != FIRST {
        properties["CodeUri"] = json!(code(function.home));
    }
    if sends_to_itself(function) {
        // It passes on where it stopped. Lambda would take the chain for a mistake and cut it after some 16 rounds
        // (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html); its bound is its own.
        properties["RecursiveLoop"] = json!("Allow");
    }
    if let Kind::Schedule { .. } = function.kind {
        properties["EventInvokeConfig"] = json!({
            "MaximumEventAgeInSeconds": TICK_SECONDS,
            "MaximumRetryAttempts": 0,
            "DestinationConfig": { "OnFailure": { "Type": "SQS", "Destination": arn(FAILED_TICKS) } },
        });
    }
    rollout::add(function, &mut properties);
    properties["Events"] = events(function)?;
    let mut resources = vec![
        (id.to_owned(), json!({ "Type": "AWS::Serverless::Function", "Properties": properties })),
        (format!("{id}Role"), policy::role(function)),
    ];
    match function.kind {
        Kind::Consumer { source: Source::Streams(_) } => resources.push(late_alarm(function)),
        Kind::Schedule { .. } => resources.push(stands_still_alarm(function)),
        _ => {}
    }
    Ok(resources)
}

fn sends_to_itself(function: &Function) -> bool {
    let Kind::Consumer { source: Source::Queue(queue) } = function.kind else { return false };
    function.grants.contains(&Grant::Send(queue))
}

fn events(function: &Function) -> Result<Value> {
    let mut events = Map::new();
    match function.kind {
        Kind::Route { method, path, .. } => {
            let properties = json!({ "ApiId": { "Ref": "Api" }, "Method": method, "Path": path });
            events.insert("Route".to_owned(), json!({ "Type": "HttpApi", "Properties": properties }));
            if is_looked_at(function.kind) {
                let properties = json!({ "ApiId": { "Ref": "Api" }, "Method": "HEAD", "Path": path });
                events.insert("Look".to_owned(), json!({ "Type": "HttpApi", "Properties": properties }));
            }
            if function.name == OTHERWISE {
                let properties = json!({ "ApiId": { "Ref": "Api" } });
                events.insert("Otherwise".to_owned(), json!({ "Type": "HttpApi", "Properties": properties }));
            }
        }
        Kind::Schedule { every } => {
            let minutes = every.as_secs() / 60;
            if minutes == 0 || every.as_secs() % 60 != 0 {
                return Err(format!("{}: EVERY must be whole minutes", function.name));
            }
            let rate = if minutes == 1 { "rate(1 minute)".to_owned() } else { format!("rate({minutes} minutes)") };
            let properties = json!({
                "Schedule": rate,
                "RetryPolicy": { "MaximumEventAgeInSeconds": TICK_SECONDS, "MaximumRetryAttempts": 1 },
                "DeadLetterConfig": { "Arn": arn(FAILED_TICKS) },
            });
            events.insert("Tick".to_owned(), json!({ "Type": "Schedule", "Properties": properties }));
        }
        Kind::Consumer { source: Source::Queue(queue) } => {
            events.insert("Messages".to_owned(), json!({ "Type": "SQS", "Properties": messages(queue) }));
        }
        Kind::Consumer { source: Source::Streams(tables) } => {
            if !function.grants.contains(&Grant::Send(UNPUBLISHED)) {
                return Err(format!("{} takes from a stream, so it needs the grant send(UNPUBLISHED)", function.name));
            }
            for table in tables {
                let event = json!({ "Type": "DynamoDB", "Properties": records(*table) });
                events.insert(pascal_case(table.name()), event);
            }
        }
    }
    Ok(Value::Object(events))
}

fn messages(queue: Queue) -> Value {
    let mut messages = json!({
        "Queue": { "Fn::GetAtt": format!("{}.Arn", queues::id(queue)) },
        "BatchSize": queue.batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    });
    // Lambda asks a quiet queue with a bound by five pollers instead of two, and each asking is billed
    // (docs/decisions/0021-cost.md).
    if let Some(most) = queue.concurrency {
        messages["ScalingConfig"] = json!({ "MaximumConcurrency": most });
    }
    messages
}

fn records(table: Table) -> Value {
    let pattern = json!({ "dynamodb": { "NewImage": { "record": { "S": [{ "anything-but": SILENT_RECORDS }] } } } });
    json!({
        "Stream": { "Fn::GetAtt": format!("{}.StreamArn", tables::id(table)) },
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": STREAM_BATCH,
        "BisectBatchOnFunctionError": true,
        "MaximumRetryAttempts": STREAM_TRIES,
        "MaximumRecordAgeInSeconds": STREAM_SECONDS,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "DestinationConfig": {
            "OnFailure": { "Type": "SQS", "Destination": arn(&queues::id(UNPUBLISHED)) },
        },
        "FilterCriteria": { "Filters": [{ "Pattern": pattern.to_string() }] },
    })
}

fn arn(id: &str) -> Value {
    json!({ "Fn::GetAtt": format!("{id}.Arn") })
}

/// Missing data: nothing was read, since nothing changed.
fn late_alarm(function: &Function) -> Resource {
    let says = "What changed in the tables is read late: mails wait.";
    let watched = json!({
        "Namespace": "AWS/Lambda",
        "MetricName": "IteratorAge",
        "Dimensions": [{ "Name": "FunctionName", "Value": { "Ref": function.type_name } }],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 5,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": LATE_MILLISECONDS,
        "TreatMissingData": "notBreaching",
    });
    let (id, name) = (format!("{}LateAlarm", function.type_name), format!("{}-is-late", function.name));
    alarm(id, &name, says, Over::Told, watched)
}

/// Missing data is what it is about: there is a tick every minute, whether anything is due or not.
fn stands_still_alarm(function: &Function) -> Resource {
    let says = "No tick has started this schedule for a quarter of an hour: what is due isn't seen.";
    let watched = json!({
        "Namespace": "AWS/Lambda",
        "MetricName": "Invocations",
        "Dimensions": [{ "Name": "FunctionName", "Value": { "Ref": function.type_name } }],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": 1,
        "TreatMissingData": "breaching",
    });
    let (id, name) = (format!("{}StillAlarm", function.type_name), format!("{}-stands-still", function.name));
    alarm(id, &name, says, Over::Told, watched)
}
