//! The embedded DynamoDB, through the real SDK.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{TABLE, count_up, counted, database, s};
use store::tables::{TTL, Table};

#[tokio::test]
async fn each_test_has_its_own() {
    let (one, other) = (database().await, database().await);
    count_up(&one.client(), &["a"]).send().await.unwrap();
    assert_eq!((counted(&one, "a").await, counted(&other, "a").await), (1, 0));
}

#[tokio::test]
async fn it_stops_when_dropped() {
    let embedded = database().await;
    let client = embedded.client();
    client.list_tables().send().await.unwrap();
    drop(embedded);
    // The server closes when it is next scheduled, which a call to it gives it the time for.
    for _ in 0..100 {
        if client.list_tables().send().await.is_err() {
            return;
        }
    }
    panic!("still answering after its handle was dropped");
}

#[tokio::test]
async fn conditions_hold() {
    let embedded = database().await;
    let put = || {
        let put = embedded.client().put_item().table_name(TABLE).item("pk", s("a")).item("sk", s("-"));
        put.condition_expression("attribute_not_exists(pk)")
    };
    put().send().await.unwrap();
    let error = put().send().await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
}

/// The tables are what `store::tables` says, as the SDK sees them.
#[tokio::test]
async fn tables_have_their_keys_indexes_streams_and_ttl() {
    let embedded = database().await;
    let client = embedded.client();
    for &table in Table::ALL {
        let name = format!("test-{}", table.name());
        let described = client.describe_table().table_name(&name).send().await.unwrap().table.unwrap();
        let keys: Vec<_> = described.key_schema().iter().map(|key| key.attribute_name()).collect();
        assert_eq!(keys, ["pk", "sk"], "{name}");
        let mut indexes: Vec<_> =
            described.global_secondary_indexes().iter().map(|index| index.index_name().unwrap()).collect();
        indexes.sort_unstable();
        let mut expected: Vec<_> = table.indexes().iter().map(|index| index.name).collect();
        expected.sort_unstable();
        assert_eq!(indexes, expected, "{name}");
        assert_eq!(described.latest_stream_arn().is_some(), table.has_stream(), "{name}");
        let ttl = client.describe_time_to_live().table_name(&name).send().await.unwrap();
        let ttl = ttl.time_to_live_description.and_then(|ttl| ttl.attribute_name);
        assert_eq!(ttl.as_deref(), table.has_ttl().then_some(TTL), "{name}");
    }
}
