//! Tables, from `store::tables`.

use super::Resource;
use crate::pascal_case;
use kit::Table;
use serde_json::{Value, json};
use store::tables::TTL;

/// A table's logical id.
pub fn id(table: Table) -> String {
    format!("{}Table", pascal_case(table.name()))
}

pub fn table(table: Table) -> Resource {
    let key = |partition: &str, sort: &str| json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }]);
    let mut attributes = vec!["pk", "sk"];
    attributes.extend(table.indexes().iter().flat_map(|index| [index.partition, index.sort]));
    attributes.sort_unstable();
    attributes.dedup();
    let attributes: Vec<Value> =
        attributes.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect();
    let mut properties = json!({
        "TableName": { "Fn::Sub": format!("guestlist-${{Stage}}-{}", table.name()) },
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": key("pk", "sk"),
        "DeletionProtectionEnabled": true,
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        // Encrypted in any case: with one's own key where there is one, else with the key that AWS owns.
        "SSESpecification": { "Fn::If": [
            "OwnKey",
            { "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": { "Ref": "TableKeyArn" } },
            { "Ref": "AWS::NoValue" },
        ] },
    });
    if !table.indexes().is_empty() {
        let indexes = table.indexes().iter().map(|index| {
            json!({
                "IndexName": index.name,
                "KeySchema": key(index.partition, index.sort),
                "Projection": { "ProjectionType": "ALL" },
            })
        });
        properties["GlobalSecondaryIndexes"] = indexes.collect();
    }
    if table.has_stream() {
        properties["StreamSpecification"] = json!({ "StreamViewType": "NEW_AND_OLD_IMAGES" });
    }
    if table.has_ttl() {
        properties["TimeToLiveSpecification"] = json!({ "AttributeName": TTL, "Enabled": true });
    }
    let table_resource = json!({
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    });
    (id(table), table_resource)
}
