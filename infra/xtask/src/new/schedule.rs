//! The start of a schedule.

use super::{Start, words};
use crate::Result;
use serde_json::{Value, json};

/// How often, as it is said: `minute` or `5 minutes`.
pub fn read(every: &str) -> Result<Start> {
    let minutes = match every.split_once(' ') {
        None if every == "minute" => Some(1),
        Some((count, "minutes")) => count.parse().ok().filter(|minutes| *minutes > 0),
        _ => None,
    };
    let minutes = minutes.ok_or_else(|| format!("{every:?} isn't how often, such as \"every 5 minutes\""))?;
    Ok(Start::Schedule { minutes })
}

pub fn source(function: &str, type_name: &str, minutes: u32) -> String {
    let words = words(function);
    let every = if minutes == 1 { "60".to_owned() } else { format!("{minutes} * 60") };
    format!(
        "\
//! {words}.

use kit::{{Cx, Grant, Result, Schedule}};
use std::time::Duration;

/// {words}.
pub struct {type_name};

impl Schedule for {type_name} {{
    const EVERY: Duration = Duration::from_secs({every});
    const GRANTS: &[Grant] = &[];

    async fn run(_cx: &Cx) -> Result<()> {{
        // A tick may come twice or late: load what is due from cx.store(), decide in `domain`, commit with a condition.
        Ok(())
    }}
}}
"
    )
}

pub fn sample(function: &str) -> Value {
    let rule = function.replace('_', "-");
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-20T12:00:00Z",
        "region": "eu-central-1",
        "resources": [format!("arn:aws:events:eu-central-1:123456789012:rule/guestlist-{rule}")],
        "detail": {},
    })
}
