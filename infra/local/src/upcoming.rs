//! The next events, as the runner's own pages list them.

use crate::front::Api;
use serde::Serialize;
use serde_json::Value;

/// An event to come.
#[derive(Debug, Serialize)]
pub(crate) struct Upcoming {
    href: String,
    name: String,
    when: String,
    place: String,
    zone: String,
}

/// The next dozen.
pub(crate) async fn read(api: &Api) -> Vec<Upcoming> {
    api.read("/api/events?limit=12").await.map(|list| upcoming(&list)).unwrap_or_default()
}

/// Reads the list of events as the API gives it; what isn't there isn't shown.
fn upcoming(list: &Value) -> Vec<Upcoming> {
    let items = list.get("items").and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|event| {
            let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
            let starts: jiff::civil::DateTime = text("/starts")?.parse().ok()?;
            Some(Upcoming {
                href: format!("/e/{}", text("/slug")?),
                name: text("/name")?.to_owned(),
                when: starts.strftime("%a %-d %b, %H:%M").to_string(),
                place: text("/place/name").unwrap_or("online").to_owned(),
                zone: text("/zone").unwrap_or_default().to_owned(),
            })
        })
        .collect()
}
