//! Queues with their dead letters and alarms, from the registry: every queue that a function sends to or takes from.

use super::Resource;
use crate::pascal_case;
use kit::{Function, Grant, Kind, Queue, Source};
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
                resources.push((dead_id(queue), resting(&dead)));
                resources.push(alarm(
                    &dead_id(queue),
                    &dead,
                    "Messages that failed every try. Mend the cause, then redrive them.",
                ));
            }
            None => {
                resources.push((id(queue), resting(queue.name)));
                resources.push(alarm(
                    &id(queue),
                    queue.name,
                    "Something for a person to look at has come to this queue.",
                ));
            }
        }
    }
    resources
}

fn consumed(queue: Queue, timeout: Duration) -> Value {
    json!({
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Retain",
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
fn resting(name: &str) -> Value {
    json!({
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "QueueName": full_name(name),
            "MessageRetentionPeriod": FOURTEEN_DAYS,
            "SqsManagedSseEnabled": true,
        },
    })
}

fn alarm(queue_id: &str, name: &str, what: &str) -> Resource {
    let alarm = json!({
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": full_name(&format!("{name}-has-messages")),
            "AlarmDescription": what,
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{ "Name": "QueueName", "Value": { "Fn::GetAtt": format!("{queue_id}.QueueName") } }],
            "Statistic": "Maximum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{ "Ref": "AlarmTopic" }],
        },
    });
    (format!("{queue_id}Alarm"), alarm)
}
