//! From the tables' streams to facts.

use domain::facts::facts;
use kit::{Consumer, Cx, Error, FACTS, Grant, Result, Source, Table, UNPUBLISHED, send};
use serde::Deserialize;
use serde_json::Value;
use store::from_stream_image;

/// What concerns everybody at an event is found through indexes; they may be behind the table by this many seconds.
const INDEX_DELAY_SECONDS: i32 = 15;

/// Make facts of what changed in the tables. One stream record.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct PublishFacts(Value);

impl Consumer for PublishFacts {
    const SOURCE: Source = Source::Streams(&[Table::Accounts, Table::Events, Table::Bookings]);
    const GRANTS: &[Grant] = &[send(FACTS), send(UNPUBLISHED)];

    async fn run(self, cx: &Cx) -> Result<()> {
        let record = self.0;
        let facts = match read(&record) {
            Ok(facts) => facts,
            Err(error) => {
                // Trying again would make no more of it, and would hold up all that comes after.
                cx.metric("RecordsUnpublished", 1.0);
                let kept = serde_json::json!({ "error": error.to_string(), "record": record });
                return cx.send(UNPUBLISHED, &[kept], 0).await;
            }
        };
        for fact in facts {
            let delay = if fact.what.event_of_all().is_some() { INDEX_DELAY_SECONDS } else { 0 };
            cx.send(FACTS, &[super::fan_out::FanOut::new(fact)], delay).await?;
        }
        Ok(())
    }
}

fn read(record: &Value) -> Result<Vec<domain::facts::Fact>> {
    let image = |name: &str| match record["dynamodb"].get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(image) => from_stream_image(image).map(Some),
    };
    let id = record["eventID"].as_str().ok_or_else(|| Error::internal("a stream record without an id"))?;
    Ok(facts(id, image("OldImage")?.as_ref(), image("NewImage")?.as_ref()))
}
