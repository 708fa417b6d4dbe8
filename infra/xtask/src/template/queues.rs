//! Queues with their dead letters and alarms, from the registry: every queue that a function sends to or takes from,
//! and the one where ticks end that failed.

use super::Resource;
use super::alarms::{Over, alarm};
use crate::pascal_case;
use kit::{Function, Grant, Kind, MAILS, Queue, Source};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How much longer than its consumer a message stays unseen, as AWS advises
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
const VISIBILITY_PER_TIMEOUT: u64 = 6;
/// The longest that SQS keeps a message, for what only a person looks at.
const FOURTEEN_DAYS: u32 = 14 * 24 * 3600;
/// Half of it for what is on its way: a dead letter's age counts from when it was first sent.
const FOUR_DAYS: u32 = 4 * 24 * 3600;
/// The logical id of where ticks end that failed, or that couldn't be delivered.
pub const FAILED_TICKS: &str = "FailedTicksQueue";
/// How long they stay there. A tick holds nothing that is worth keeping (the next one finds what is due), so what is
/// there is a measure of how often they fail.
const FOUR_HOURS: u32 = 4 * 3600;
/// How many of them in that time are an alarm: one now and then harms nobody.
const FAILED_TICKS_TO_ALARM: u32 = 10;

/// Queues where what comes late harms nobody, so that their age is no alarm. (A dead letter is one all the same, and
/// that bounces aren't heeded shows in their rate, too.)
const UNHURRIED: &[&str] = &["bounces"];
/// The longest that the oldest message of a queue may wait. Mails go out at SES's pace: a large event takes its time.
fn patience(queue: Queue) -> Duration {
    Duration::from_secs(if queue == MAILS { 3600 } else { 15 * 60 })
}

/// A queue's logical id.
pub fn id(queue: Queue) -> String {
    format!("{}Queue", pascal_case(queue.name))
}

/// The logical id of where a queue's dead letters go.
fn dead_id(queue: Queue) -> String {
    format!("{}DeadQueue", pascal_case(queue.name))
}

/// The name in the cloud of a queue, a table or an alarm.
fn full_name(name: &str) -> Value {
    json!({ "Fn::Sub": format!("guestlist-${{Stage}}-{name}") })
}

/// Every queue, with the timeout of its consumer if it has one.
fn used(all: &[Function]) -> BTreeMap<Queue, Option<Duration>> {
    let mut queues: BTreeMap<Queue, Option<Duration>> = BTreeMap::new();
    for function in all {
        for grant in &function.grants {
            if let Grant::Send(queue) = grant {
                queues.entry(*queue).or_default();
            }
        }
        if let Kind::Consumer { source: Source::Queue(queue) } = function.kind {
            queues.insert(queue, Some(function.timeout));
        }
    }
    queues
}

pub fn queues(all: &[Function]) -> Vec<Resource> {
    let mut resources = Vec::new();
    for (queue, consumer) in used(all) {
        match consumer {
            Some(timeout) => {
                resources.push((id(queue), consumed(queue, timeout)));
                let dead = format!("{}-dead", queue.name);
                resources.push((dead_id(queue), resting(&dead, FOURTEEN_DAYS)));
                let says = "Messages failed every try. Mend the cause, then redrive them.";
                resources.push(messages_alarm(&dead_id(queue), &format!("{dead}-has-messages"), says, 1));
                if !UNHURRIED.contains(&queue.name) {
                    resources.push(age_alarm(queue));
                }
            }
            None => {
                resources.push((id(queue), resting(queue.name, FOURTEEN_DAYS)));
                let says = "Something for a person to look at has come to this queue.";
                resources.push(messages_alarm(&id(queue), &format!("{}-has-messages", queue.name), says, 1));
            }
        }
    }
    resources.extend(failed_ticks(all));
    resources
}

/// The names of the queues, for the dashboard: those that are consumed, and those where what failed rests.
pub fn names(all: &[Function]) -> (Vec<String>, Vec<String>) {
    let (mut consumed, mut resting) = (Vec::new(), Vec::new());
    for (queue, consumer) in used(all) {
        match consumer {
            Some(_) => {
                consumed.push(queue.name.to_owned());
                resting.push(format!("{}-dead", queue.name));
            }
            None => resting.push(queue.name.to_owned()),
        }
    }
    resting.push("failed-ticks".to_owned());
    (consumed, resting)
}

/// Where ticks end that failed: Lambda sends those whose function failed, in that function's name, and EventBridge
/// those that it couldn't deliver, which takes a policy of the queue's.
fn failed_ticks(all: &[Function]) -> Vec<Resource> {
    // SAM calls a schedule's rule by the function's id and the event's name.
    let rule = |function: &Function| json!({ "Fn::GetAtt": format!("{}Tick.Arn", function.type_name) });
    let schedules = all.iter().filter(|function| matches!(function.kind, Kind::Schedule { .. }));
    let rules: Vec<Value> = schedules.map(rule).collect();
    if rules.is_empty() {
        return vec![];
    }
    let policy = json!({
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{ "Ref": FAILED_TICKS }],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Sid": "TicksThatCouldNotBeDelivered",
                "Effect": "Allow",
                "Principal": { "Service": "events.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": { "Fn::GetAtt": format!("{FAILED_TICKS}.Arn") },
                "Condition": { "ArnEquals": { "aws:SourceArn": rules } },
            }] },
        },
    });
    let says = "Ticks fail again and again: reminders and what else is due by the clock aren't sent.";
    vec![
        (FAILED_TICKS.to_owned(), resting("failed-ticks", FOUR_HOURS)),
        ("FailedTicksQueuePolicy".to_owned(), policy),
        messages_alarm(FAILED_TICKS, "ticks-fail", says, FAILED_TICKS_TO_ALARM),
    ]
}

fn consumed(queue: Queue, timeout: Duration) -> Value {
    json!({
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "QueueName": full_name(queue.name),
            "VisibilityTimeout": timeout.as_secs() * VISIBILITY_PER_TIMEOUT,
            "MessageRetentionPeriod": FOUR_DAYS,
            "SqsManagedSseEnabled": true,
            "RedrivePolicy": {
                "deadLetterTargetArn": { "Fn::GetAtt": format!("{}.Arn", dead_id(queue)) },
                "maxReceiveCount": queue.tries,
            },
        },
    })
}

/// A queue that nobody but a person takes from.
fn resting(name: &str, seconds: u32) -> Value {
    json!({
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "QueueName": full_name(name),
            "MessageRetentionPeriod": seconds,
            "SqsManagedSseEnabled": true,
        },
    })
}

/// Missing data: SQS measures no queue that has been empty and unasked for six hours.
fn messages_alarm(queue_id: &str, name: &str, says: &str, threshold: u32) -> Resource {
    let watched = json!({
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{ "Name": "QueueName", "Value": { "Fn::GetAtt": format!("{queue_id}.QueueName") } }],
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": threshold,
        "TreatMissingData": "notBreaching",
    });
    alarm(format!("{queue_id}Alarm"), name, says, Over::Untold, watched)
}

/// Missing data: as above, and so nothing waits.
fn age_alarm(queue: Queue) -> Resource {
    let watched = json!({
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{ "Name": "QueueName", "Value": { "Fn::GetAtt": format!("{}.QueueName", id(queue)) } }],
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": patience(queue).as_secs(),
        "TreatMissingData": "notBreaching",
    });
    let says = format!("The oldest message of the queue {} has waited for too long.", queue.name);
    alarm(format!("{}LateAlarm", id(queue)), &format!("{}-are-late", queue.name), &says, Over::Told, watched)
}
