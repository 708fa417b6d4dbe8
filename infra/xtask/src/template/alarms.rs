//! Alarms on what the registry lists: queues, streams, schedules. Those on everything at once are in
//! `infra/aws/alarms.yaml`.
//!
//! Each costs $0.10 a month beyond the first ten of an account, so there is one only where somebody would get up for
//! it.

use super::Resource;
use serde_json::{Value, json};

/// Whether somebody is told, too, when it is over. What a person ends by their own hand needs no mail about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// They are told.
    Told,
    /// They are not.
    Untold,
}

/// An alarm called `guestlist-{stage}-{name}`, with `watched` as its metric and bounds. What missing data means is
/// for each to say.
/// `docs/RUNBOOK.md` has a page for every one, under its name.
pub fn alarm(id: String, name: &str, says: &str, over: Over, watched: Value) -> Resource {
    let mut properties = json!({
        "AlarmName": { "Fn::Sub": format!("guestlist-${{Stage}}-{name}") },
        "AlarmDescription": format!("{says} What to do: docs/RUNBOOK.md, {name}."),
        "ActionsEnabled": true,
        "AlarmActions": [{ "Ref": "AlarmTopic" }],
    });
    if over == Over::Told {
        properties["OKActions"] = json!([{ "Ref": "AlarmTopic" }]);
    }
    if let (Some(properties), Value::Object(watched)) = (properties.as_object_mut(), watched) {
        properties.extend(watched);
    }
    (id, json!({ "Type": "AWS::CloudWatch::Alarm", "Properties": properties }))
}
