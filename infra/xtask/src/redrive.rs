//! `cargo xtask redrive`: sends a queue's dead letters back to it, once their cause is mended. It asks AWS through its own CLI,
//! which has the credentials of whoever deploys. Locally the runner's page of queues does the same.

use crate::{Result, aws};
use kit::{Function, Kind, Source};
use std::path::Path;

/// The queues that have dead letters.
pub fn queues(all: &[Function]) -> Vec<&'static str> {
    let taken = |function: &Function| match function.kind {
        Kind::Consumer { source: Source::Queue(queue) } => Some(queue.name),
        _ => None,
    };
    all.iter().filter_map(taken).collect()
}

/// Starts to move the dead letters of `queue` in the deployment `stage` back to where they came from, with `program`, the AWS CLI.
/// Gives a line that says what was done.
///
/// # Errors
/// There is no such queue, or AWS says no.
pub fn redrive(program: &Path, known: &[&str], queue: &str, stage: &str) -> Result<String> {
    if !known.contains(&queue) {
        return Err(format!("{queue:?} has no dead letters; these queues do: {}", known.join(", ")));
    }
    let dead = format!("guestlist-{stage}-{queue}-dead");
    let ask = |arguments: &[&str]| aws::ask(program, &[&["sqs"], arguments].concat(), None);
    let url = ask(&["get-queue-url", "--queue-name", &dead, "--query", "QueueUrl"])?;
    let attribute = |name: &str| {
        let wanted = format!("Attributes.{name}");
        ask(&["get-queue-attributes", "--queue-url", &url, "--attribute-names", name, "--query", &wanted])
    };
    let count = attribute("ApproximateNumberOfMessages")?;
    if count == "0" {
        return Ok(format!("{dead} is empty"));
    }
    let arn = attribute("QueueArn")?;
    // Without a destination each goes back to the queue that it came from
    // (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html).
    ask(&["start-message-move-task", "--source-arn", &arn])?;
    Ok(format!("some {count} messages are on their way from {dead} back to guestlist-{stage}-{queue}"))
}
