//! Which items a DynamoDB request touches, and what writing them costs.

use serde_json::Value;

/// One item: table, partition key and sort key. Every table of Guestlist has the string keys `pk` and `sk`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Item {
    pub table: String,
    pub pk: String,
    pub sk: String,
}

/// An item that a request writes or checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub item: Item,
    /// Write units of one plain write.
    pub units: u32,
}

/// A request, as far as the contention model cares. Where a key isn't found the request is `Other`: DynamoDB refuses
/// a write without its key, so nothing that is written goes unseen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// `TransactWriteItems`: an entry per action, in order.
    Transaction(Vec<Touch>),
    /// `TransactGetItems`: an entry per get, in order.
    ReadTransaction(Vec<Item>),
    /// `PutItem`, `UpdateItem` or `DeleteItem`.
    Write(Touch),
    /// `BatchWriteItem`: an entry per put or delete, with the request as it was written.
    Batch(Vec<(Touch, Value)>),
    /// PartiQL, which the model can't read.
    PartiQl,
    /// Everything else.
    Other,
}

/// Reads the request of `operation` with `body`.
pub(crate) fn call(operation: &str, body: &Value) -> Call {
    let read = match operation {
        "TransactWriteItems" => actions(body).map(Call::Transaction),
        "TransactGetItems" => gets(body).map(Call::ReadTransaction),
        "PutItem" | "UpdateItem" | "DeleteItem" => touch(table(body), body).map(Call::Write),
        "BatchWriteItem" => batch(body).map(Call::Batch),
        "ExecuteStatement" | "ExecuteTransaction" | "BatchExecuteStatement" => Some(Call::PartiQl),
        _ => None,
    };
    read.unwrap_or(Call::Other)
}

fn actions(body: &Value) -> Option<Vec<Touch>> {
    let actions = body["TransactItems"].as_array()?;
    actions
        .iter()
        .map(|action| {
            let action = action.as_object()?.values().find(|action| !action.is_null())?;
            touch(table(action), action)
        })
        .collect()
}

fn gets(body: &Value) -> Option<Vec<Item>> {
    let gets = body["TransactItems"].as_array()?;
    gets.iter().map(|get| item(table(&get["Get"]), &get["Get"]["Key"])).collect()
}

fn batch(body: &Value) -> Option<Vec<(Touch, Value)>> {
    let mut touches = Vec::new();
    for (table, requests) in body["RequestItems"].as_object()? {
        for request in requests.as_array()? {
            let write = request.get("PutRequest").or_else(|| request.get("DeleteRequest"))?;
            touches.push((touch(Some(table), write)?, request.clone()));
        }
    }
    Some(touches)
}

/// A table's name, also where it is given as an ARN.
fn table(request: &Value) -> Option<&str> {
    let name = request["TableName"].as_str()?;
    name.rsplit('/').next()
}

fn touch(table: Option<&str>, write: &Value) -> Option<Touch> {
    let (keys, size) = match write.get("Item") {
        Some(whole) => (whole, size(whole)),
        // The size of the stored item isn't in the request: key and values stand in for it.
        None => (&write["Key"], size(&write["Key"]) + size(&write["ExpressionAttributeValues"])),
    };
    Some(Touch { item: item(table, keys)?, units: units(size) })
}

fn item(table: Option<&str>, keys: &Value) -> Option<Item> {
    let key = |name: &str| keys[name]["S"].as_str().map(str::to_owned);
    Some(Item { table: table?.to_owned(), pk: key("pk")?, sk: key("sk")? })
}

/// One write unit for each 1 KB begun
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>).
fn units(size: usize) -> u32 {
    u32::try_from(size.div_ceil(1024)).unwrap_or(u32::MAX).max(1)
}

/// The bytes of some attributes: UTF-8 names and values; a number takes a byte for two digits and one more; a list or
/// map 3 bytes, and 1 for each element
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
fn size(attributes: &Value) -> usize {
    let Some(attributes) = attributes.as_object() else { return 0 };
    attributes.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return 0 };
    let number = |digits: &str| digits.len().div_ceil(2) + 1;
    let binary = |base64: &str| base64.len() / 4 * 3;
    let each = |size: &dyn Fn(&str) -> usize| {
        let values = value.as_array().into_iter().flatten();
        values.map(|value| size(value.as_str().unwrap_or_default())).sum()
    };
    let text = value.as_str().unwrap_or_default();
    match kind.as_str() {
        "S" => text.len(),
        "N" => number(text),
        "B" => binary(text),
        "SS" => each(&str::len),
        "NS" => each(&number),
        "BS" => each(&binary),
        "L" => {
            let elements = value.as_array().into_iter().flatten();
            3 + elements.map(|element| 1 + value_size(element)).sum::<usize>()
        }
        "M" => 3 + size(value) + value.as_object().map_or(0, serde_json::Map::len),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn keys(pk: &str) -> Value {
        json!({ "pk": { "S": pk }, "sk": { "S": "-" } })
    }

    #[test]
    fn every_action_of_a_transaction_is_seen_in_order() {
        let body = json!({ "TransactItems": [
            { "Put": { "TableName": "a", "Item": { "pk": {"S": "1"}, "sk": {"S": "-"}, "n": {"N": "1"} } } },
            { "Update": { "TableName": "b", "Key": keys("2") } },
            { "ConditionCheck": { "TableName": "arn:aws:dynamodb:local:000000000000:table/c", "Key": keys("3") } },
            { "Delete": { "TableName": "d", "Key": keys("4") } },
        ]});
        let Call::Transaction(touches) = call("TransactWriteItems", &body) else { panic!() };
        let seen: Vec<_> = touches.iter().map(|touch| format!("{}/{}", touch.item.table, touch.item.pk)).collect();
        assert_eq!(seen, ["a/1", "b/2", "c/3", "d/4"]);
    }

    #[test]
    fn a_write_costs_a_unit_per_kilobyte_begun() {
        let put = |bytes: usize| {
            // Names (pk, sk, x) and keys take 7 bytes of the item.
            let item = json!({ "pk": {"S": "1"}, "sk": {"S": "-"}, "x": {"S": "x".repeat(bytes - 7)} });
            call("PutItem", &json!({ "TableName": "a", "Item": item }))
        };
        for (bytes, expected) in [(10, 1), (1024, 1), (1025, 2), (10 * 1024, 10)] {
            let Call::Write(Touch { units, .. }) = put(bytes) else { panic!() };
            assert_eq!(units, expected, "{bytes} bytes");
        }
    }

    #[test]
    fn sizes_follow_the_rules_for_each_type() {
        for (value, expected) in [
            (json!({"S": "\u{44f}"}), 2),
            (json!({"N": "1234"}), 3),
            (json!({"B": "AAAA"}), 3),
            (json!({"BOOL": true}), 1),
            (json!({"NULL": true}), 1),
            (json!({"SS": ["a", "bc"]}), 3),
            (json!({"L": [{"S": "a"}, {"S": "b"}]}), 7),
            (json!({"M": {"k": {"S": "v"}}}), 6),
        ] {
            assert_eq!(value_size(&value), expected, "{value}");
        }
    }

    #[test]
    fn batches_and_reads_are_read() {
        let body = json!({ "RequestItems": { "a": [
            { "PutRequest": { "Item": keys("1") } }, { "DeleteRequest": { "Key": keys("2") } },
        ]}});
        let Call::Batch(writes) = call("BatchWriteItem", &body) else { panic!() };
        assert_eq!(writes.len(), 2);
        assert_eq!(writes[1].0.item.pk, "2");
        let body = json!({ "TransactItems": [{ "Get": { "TableName": "a", "Key": keys("1") } }] });
        let Call::ReadTransaction(items) = call("TransactGetItems", &body) else { panic!() };
        assert_eq!(items[0].pk, "1");
        assert_eq!(call("Query", &json!({})), Call::Other);
    }
}
