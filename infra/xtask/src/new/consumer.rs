//! The start of a consumer, with its queue.

use super::{Start, words};
use crate::{Result, read as text_of, write};
use kit::{Kind, Source};
use serde_json::{Value, json};
use std::path::Path;

const QUEUES: &str = "shared/kit/src/queues.rs";
const KIT: &str = "shared/kit/src/lib.rs";

/// A queue's name, as it is said.
pub fn read(queue: &str) -> Result<Start> {
    let fits = queue.starts_with(|c: char| c.is_ascii_lowercase())
        && queue.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        return Err(format!("{queue:?} isn't a queue's name, such as texts"));
    }
    if let Some(taker) = taker(queue) {
        return Err(format!("{taker} takes from {queue} already, and a message goes to one consumer only"));
    }
    Ok(Start::Consumer { queue: queue.to_owned() })
}

/// The function that takes from a queue.
fn taker(queue: &str) -> Option<&'static str> {
    let takes = |kind| matches!(kind, Kind::Consumer { source: Source::Queue(held) } if held.name == queue);
    pictures::every().iter().find(|function| takes(function.kind)).map(|function| function.name)
}

/// What a queue is called in the sources.
pub fn constant(queue: &str) -> String {
    queue.replace('-', "_").to_uppercase()
}

/// Writes a queue down, where it isn't yet.
///
/// # Errors
/// The kit's sources can't be read or written, or look otherwise than they did.
pub fn queue(root: &Path, queue: &str) -> Result<()> {
    let (queues, kit) = (text_of(&root.join(QUEUES))?, text_of(&root.join(KIT))?);
    let name = constant(queue);
    if queues.contains(&format!("pub const {name}: Queue")) {
        return Ok(());
    }
    let last = queues.rfind("pub const UNPUBLISHED").ok_or_else(|| format!("{QUEUES} has no queue to stand beside"))?;
    let (before, after) = queues.split_at(doc_start(&queues, last));
    let line = format!(
        "/// {}.\npub const {name}: Queue = Queue {{ name: \"{queue}\", tries: 8, batch: 10, concurrency: Some(4) }};\n",
        words(&queue.replace('-', "_")),
    );
    let (start, rest) =
        kit.split_once("pub use queues::{").ok_or_else(|| format!("{KIT} doesn't publish any queue"))?;
    let (names, end) = rest.split_once('}').ok_or_else(|| format!("{KIT} can't be read"))?;
    let mut names: Vec<&str> = names.split(',').map(str::trim).filter(|held| !held.is_empty()).collect();
    names.push(&name);
    names.sort_by_key(|held| held.to_lowercase());
    write(&root.join(QUEUES), &format!("{before}{line}{after}"))?;
    write(&root.join(KIT), &format!("{start}pub use queues::{{{}}}{end}", names.join(", ")))
}

/// Where the doc comment over what stands at `at` begins.
fn doc_start(text: &str, at: usize) -> usize {
    let doc = text[..at].lines().rev().take_while(|line| line.starts_with("///"));
    at - doc.map(|line| line.len() + 1).sum::<usize>()
}

pub fn source(function: &str, type_name: &str, queue: &str) -> String {
    let (words, name) = (words(function), constant(queue));
    format!(
        "\
//! {words}.

use kit::{{Consumer, Cx, Grant, Result, Source, {name}}};
use serde::Deserialize;

/// {words}.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct {type_name} {{}}

impl Consumer for {type_name} {{
    const SOURCE: Source = Source::Queue({name});
    const GRANTS: &[Grant] = &[];

    async fn run(self, _cx: &Cx) -> Result<()> {{
        // A message may come twice and out of order: load from cx.store(), decide in `domain`, commit with a condition.
        Ok(())
    }}
}}
"
    )
}

pub fn sample(queue: &str) -> Value {
    json!({
        "Records": [{
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": "{}",
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795176000000",
                "SenderId": "AROAEXAMPLEID:guestlist",
                "ApproximateFirstReceiveTimestamp": "1795176000021",
            },
            "messageAttributes": {},
            "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-central-1:123456789012:guestlist-{queue}"),
            "awsRegion": "eu-central-1",
        }],
    })
}
