//! A table and writes to it, as the tests of this crate need them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use testbed::Embedded;

pub const TABLE: &str = "test-pools";

pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub async fn database() -> Embedded {
    Embedded::with_tables("test-").await.unwrap()
}

/// A transaction that counts up each of the items `pks`.
pub fn count_up(client: &Client, pks: &[&str]) -> TransactWriteItemsFluentBuilder {
    pks.iter().fold(client.transact_write_items(), |transaction, pk| {
        let update = Update::builder()
            .table_name(TABLE)
            .key("pk", s(*pk))
            .key("sk", s("-"))
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", AttributeValue::N("1".into()))
            .build()
            .unwrap();
        transaction.transact_items(TransactWriteItem::builder().update(update).build())
    })
}

/// A transaction that puts one item with `bytes` of text.
#[allow(dead_code)]
pub fn put_in_transaction(client: &Client, pk: &str, sk: &str, bytes: usize) -> TransactWriteItemsFluentBuilder {
    let put = Put::builder()
        .table_name(TABLE)
        .item("pk", s(pk))
        .item("sk", s(sk))
        .item("text", s("x".repeat(bytes)))
        .build()
        .unwrap();
    client.transact_write_items().transact_items(TransactWriteItem::builder().put(put).build())
}

/// What the item `pk` has been counted up to.
pub async fn counted(embedded: &Embedded, pk: &str) -> u32 {
    let get = embedded.client().get_item().table_name(TABLE).key("pk", s(pk)).key("sk", s("-"));
    let item = get.consistent_read(true).send().await.unwrap().item;
    item.map_or(0, |item| item["n"].as_n().unwrap().parse().unwrap())
}
