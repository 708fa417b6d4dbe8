//! What one release stored, another reads: items that lie in the tables of a deployment are older than its code, and
//! after a step back they are newer. `docs/TABLE_CHANGES.md` says how a change is made so that this holds.
//!
//! `items/RELEASE.json` are items as that release wrote them, by table. They are never changed. To keep those of a release:
//! `GUESTLIST_RELEASE=name cargo test -p store --test store keeps_what_this_release_stores`.

use crate::records::every_record;
use crate::sample::*;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Change, Record};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use store::from_stream_image;
use store::tables::Table;

fn here(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/store").join(name)
}

/// An item as DynamoDB's JSON has it, with the types of values.
fn typed(item: HashMap<String, AttributeValue>) -> Value {
    let value = |value: AttributeValue| serde_dynamo::AttributeValue::from(value);
    let item: HashMap<String, serde_dynamo::AttributeValue> =
        item.into_iter().map(|(name, held)| (name, value(held))).collect();
    serde_json::to_value(serde_dynamo::Item::from(item)).unwrap()
}

async fn stored(desk: &Desk, table: Table) -> Vec<Value> {
    let found = desk.embedded.client().scan().table_name(format!("{PREFIX}{}", table.name())).send().await.unwrap();
    let mut items: Vec<Value> = found.items.unwrap_or_default().into_iter().map(typed).collect();
    items.sort_by_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
    items
}

async fn stored_everywhere(desk: &Desk) -> BTreeMap<String, Vec<Value>> {
    let mut all = BTreeMap::new();
    for table in Table::ALL {
        all.insert(table.name().to_owned(), stored(desk, *table).await);
    }
    all.retain(|_, items| !items.is_empty());
    all
}

/// What each release stored.
fn releases() -> Vec<(String, BTreeMap<String, Vec<Value>>)> {
    let files = std::fs::read_dir(here("items")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = files
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    all.sort_by_key(|(name, _)| name.clone());
    assert!(!all.is_empty());
    all
}

/// Today's items, written down where `GUESTLIST_RELEASE` gives a name; else only that they could be.
#[tokio::test]
async fn keeps_what_this_release_stores() {
    let desk = Desk::new().await;
    desk.put(every_record()).await;
    let items = stored_everywhere(&desk).await;
    let count: usize = items.values().map(Vec::len).sum();
    assert_eq!(count, every_record().len(), "each lies somewhere");
    if let Ok(name) = std::env::var("GUESTLIST_RELEASE") {
        let text = serde_json::to_string_pretty(&items).unwrap() + "\n";
        std::fs::write(here("items").join(format!("{name}.json")), text).unwrap();
    }
}

/// Read by today's code and written again, each item of each release lies where it lay, in the same places of the
/// same indexes, and nothing that it held is lost or changed.
#[tokio::test]
async fn items_of_every_release_are_read_and_lie_where_they_lay() {
    for (release, tables) in releases() {
        let desk = Desk::new().await;
        for items in tables.values() {
            for item in items {
                let record = from_stream_image(item).unwrap_or_else(|why| panic!("{release}: {why}: {item}"));
                desk.put([record]).await;
            }
        }
        let now = stored_everywhere(&desk).await;
        for (table, items) in &tables {
            let held = now.get(table).map_or(&[][..], Vec::as_slice);
            for item in items {
                let again = held.iter().find(|held| held["pk"] == item["pk"] && held["sk"] == item["sk"]);
                let again = again.unwrap_or_else(|| panic!("{release}: {item} lies elsewhere now"));
                for (name, value) in item.as_object().unwrap() {
                    assert_eq!(again.get(name), Some(value), "{release}, {table}: {name} of {item}");
                }
            }
        }
    }
}

/// Where a field that this release doesn't know may not be, since the type is also that of a request, which refuses
/// what it doesn't know. A new field there takes two releases: one that reads it, and then one that writes it.
const CLOSED: &[&str] = &["event.place", "event.price", "user.mails"];

/// All objects within a record's JSON, as paths, with a way to put something into each.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.push(path.to_owned());
            for (name, value) in map {
                objects(value, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                objects(value, &format!("{path}/{at}"), found);
            }
        }
        _ => {}
    }
}

/// `/tickets/0/admission` of a booking as `booking.tickets.admission`.
fn place(kind: &str, path: &str) -> String {
    let steps = path.split('/').filter(|step| !step.is_empty() && step.parse::<u8>().is_err());
    std::iter::once(kind).chain(steps).collect::<Vec<_>>().join(".")
}

/// A release that is gone back to reads what the newer one stored: a field that it doesn't know is no fault, anywhere
/// but in those few places.
#[test]
fn a_field_of_a_newer_release_is_no_fault() {
    let mut closed = BTreeSet::new();
    for record in every_record() {
        let plain = serde_json::to_value(&record).unwrap();
        let kind = plain["record"].as_str().unwrap();
        let mut paths = Vec::new();
        objects(&plain, "", &mut paths);
        for path in paths {
            // A map from ids to things has no fields.
            if kind == "calendar" && path == "/entries" {
                continue;
            }
            let mut newer = plain.clone();
            let object = newer.pointer_mut(&path).and_then(Value::as_object_mut).unwrap();
            object.insert("of_a_newer_release".to_owned(), json!({ "a": [1, "b"] }));
            let read = serde_json::from_value::<Record>(newer);
            match read {
                Ok(read) => assert_eq!(read, record, "{kind}{path}"),
                Err(_) => drop(closed.insert(place(kind, &path))),
            }
        }
    }
    let told: BTreeSet<String> = CLOSED.iter().map(|place| (*place).to_owned()).collect();
    assert_eq!(closed, told, "docs/TABLE_CHANGES.md lists the places where an unknown field is a fault: mend both");
}

/// What it does to such an item: whole writes (`Change::Replace`, `Change::Put`) drop the field, since it isn't part
/// of what was read; changes in place (of a pool, an address, a password) leave it. The document says what follows
/// from that.
#[tokio::test]
async fn an_older_release_drops_a_newer_field_where_it_writes_the_item_whole() {
    let desk = Desk::new().await;
    let one = user(1);
    desk.put([Record::User(one.clone()), Record::Pool(pool(event_id(1), 0, 5))]).await;
    let newer = AttributeValue::S("of a newer release".to_owned());
    let (users, pools) = (format!("{PREFIX}accounts"), format!("{PREFIX}pools"));
    let client = desk.embedded.client();
    for table in [&users, &pools] {
        for item in client.scan().table_name(table).send().await.unwrap().items.unwrap_or_default() {
            let put = client.put_item().table_name(table).set_item(Some(item)).item("newer", newer.clone());
            put.send().await.unwrap();
        }
    }
    let kept = async |table| {
        let items = stored(&desk, table).await;
        assert_eq!(items.len(), 1);
        items[0].get("newer").is_some()
    };

    desk.done(Change::VerifyAddress { user: one.id, at: now() }).await;
    desk.done(Change::Admit { event: event_id(1), pool: 0, people: 1 }).await;
    assert!(kept(Table::Accounts).await && kept(Table::Pools).await, "changes in place leave it");

    let read = desk.store.user(one.id).await.unwrap().unwrap();
    let renamed = domain::accounts::User { version: read.version + 1, name: text("Ada King"), ..read };
    desk.done(Change::Replace(Record::User(renamed))).await;
    assert!(!kept(Table::Accounts).await, "a whole write drops it");
}

/// Keys and indexes are what can't be changed in place. Who changes them follows `docs/TABLE_CHANGES.md` first, and
/// then writes down here what there is now.
#[test]
fn keys_and_indexes_change_only_by_the_written_way() {
    let table = |table: &Table| {
        let mut indexes = Map::new();
        for index in table.indexes() {
            indexes.insert(index.name.to_owned(), json!([index.partition, index.sort]));
        }
        let told = json!({
            "keys": ["pk", "sk"], "indexes": indexes, "stream": table.has_stream(), "ttl": table.has_ttl()
        });
        (table.name().to_owned(), told)
    };
    let now: Map<String, Value> = Table::ALL.iter().map(table).collect();
    let held: Map<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(here("tables.json")).unwrap()).unwrap();
    assert_eq!(
        now, held,
        "tables.rs and tests/store/tables.json differ. A deployment has these tables with people's bookings in them: follow \
         docs/TABLE_CHANGES.md, then write what is on the left into the file."
    );
}
