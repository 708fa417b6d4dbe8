//! The contention model, through the real SDK: each rule, and what happens without it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{DeleteRequest, Get, PutRequest, TransactGetItem, WriteRequest};
use common::{TABLE, count_up, counted, database, put_in_transaction, s};
use std::time::Duration;
use testbed::Embedded;
use testbed::contention::{Contention, Model};
use tokio::task::{JoinHandle, JoinSet};

/// A client under `contention` that doesn't retry, so that every refusal is seen.
fn under(contention: &Contention, embedded: &Embedded) -> Client {
    let config = embedded.config_through(contention.wrap(embedded.http()));
    Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}

/// The codes of the reasons for which a transaction was cancelled; empty when it went through.
async fn reasons(
    transaction: aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder,
) -> Vec<String> {
    let Err(error) = transaction.send().await else { return Vec::new() };
    let error = error.into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = &error
    else {
        panic!("{error:?}")
    };
    let reasons = cancelled.cancellation_reasons();
    reasons.iter().map(|reason| reason.code().unwrap().to_owned()).collect()
}

/// Runs `parallel` transactions on one item at once; how many went through.
async fn race(client: &Client, parallel: usize) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..parallel {
        let client = client.clone();
        tasks.spawn(async move { count_up(&client, &["hot"]).send().await.is_ok() });
    }
    tasks.join_all().await.into_iter().filter(|ok| *ok).count()
}

/// Starts a transaction on `pk` that holds its item, without having written it, until it is aborted.
async fn begin(contention: &Contention, embedded: &Embedded, pk: &'static str) -> JoinHandle<()> {
    let endless = contention.with(Model { service_time: Duration::from_secs(3_600), ..Model::default() });
    let before = contention.counts().transactions;
    let client = under(&endless, embedded);
    let running = tokio::spawn(async move { drop(count_up(&client, &[pk]).send().await) });
    while contention.counts().transactions == before {
        tokio::task::yield_now().await;
    }
    running
}

/// Gives up what [`begin`] or another task began.
async fn give_up<T>(running: JoinHandle<T>) {
    running.abort();
    assert!(running.await.is_err_and(|error| error.is_cancelled()));
}

#[tokio::test]
async fn transactions_that_overlap_on_an_item_conflict() {
    let embedded = database().await;
    let contention = Contention::default();
    let through = race(&under(&contention, &embedded), 16).await;
    let counts = contention.counts();
    assert!(counts.conflicts > 0, "{counts:?}");
    assert_eq!(through as u64, counts.transactions);
    assert_eq!(counts.transactions + counts.conflicts, 16);
    assert_eq!(counted(&embedded, "hot").await as usize, through);
}

/// The control: without the model the same race meets no conflict, which is why the model is needed.
#[tokio::test]
async fn without_the_model_nothing_conflicts() {
    let embedded = database().await;
    let config = embedded.config_through(embedded.http()).retry_config(RetryConfig::disabled()).build();
    assert_eq!(race(&Client::from_conf(config), 16).await, 16);
    assert_eq!(counted(&embedded, "hot").await, 16);
}

#[tokio::test]
async fn the_reason_stands_at_the_action_that_conflicts() {
    let embedded = database().await;
    let contention = Contention::default();
    let client = under(&contention, &embedded);
    let running = begin(&contention, &embedded, "b").await;
    let none = "None".to_owned();
    let seen = reasons(count_up(&client, &["a", "b", "c"])).await;
    assert_eq!(seen, [none.clone(), "TransactionConflict".into(), none]);
    give_up(running).await;
    // A refused transaction wrote nothing, and what is given up is let go.
    assert_eq!(counted(&embedded, "a").await, 0);
    assert!(reasons(count_up(&client, &["a", "b", "c"])).await.is_empty());
}

#[tokio::test]
async fn transactions_on_different_items_do_not_conflict() {
    let embedded = database().await;
    let contention = Contention::default();
    let client = under(&contention, &embedded);
    let running = begin(&contention, &embedded, "a").await;
    assert!(reasons(count_up(&client, &["b"])).await.is_empty());
    give_up(running).await;
}

#[tokio::test]
async fn plain_writes_and_transactional_reads_conflict_with_a_transaction() {
    let embedded = database().await;
    let contention = Contention::default();
    let client = under(&contention, &embedded);
    let running = begin(&contention, &embedded, "a").await;
    let put = client.put_item().table_name(TABLE).item("pk", s("a")).item("sk", s("-"));
    let error = put.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_transaction_conflict_exception(), "{error:?}");
    let get = Get::builder().table_name(TABLE).key("pk", s("a")).key("sk", s("-")).build().unwrap();
    let get = client.transact_get_items().transact_items(TransactGetItem::builder().get(get).build());
    let error = get.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    give_up(running).await;
    put.send().await.unwrap();
    get.send().await.unwrap();
}

#[tokio::test]
async fn a_transaction_conflicts_with_a_plain_write_under_way() {
    let embedded = database().await;
    let contention = Contention::default();
    let endless = contention.with(Model { write_hold: Duration::from_secs(3_600), ..Model::default() });
    let put = under(&endless, &embedded).put_item().table_name(TABLE).item("pk", s("a")).item("sk", s("-"));
    let running = tokio::spawn(put.send());
    while contention.counts().writes == 0 {
        tokio::task::yield_now().await;
    }
    let client = under(&contention, &embedded);
    assert_eq!(reasons(count_up(&client, &["a"])).await, ["TransactionConflict"]);
    give_up(running).await;
    assert!(reasons(count_up(&client, &["a"])).await.is_empty());
}

#[tokio::test]
async fn plain_writes_to_one_item_never_conflict() {
    let embedded = database().await;
    let contention = Contention::default();
    let client = under(&contention, &embedded);
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let update = client.update_item().table_name(TABLE).key("pk", s("a")).key("sk", s("-"));
        let one = aws_sdk_dynamodb::types::AttributeValue::N("1".into());
        tasks.spawn(update.update_expression("ADD n :n").expression_attribute_values(":n", one).send());
    }
    for done in tasks.join_all().await {
        done.unwrap();
    }
    assert_eq!(counted(&embedded, "a").await, 20);
    assert_eq!(contention.counts().conflicts, 0);
}

#[tokio::test]
async fn a_partition_key_takes_a_thousand_units_a_second() {
    let embedded = database().await;
    let model = Model { window: Duration::from_secs(3_600), ..Model::default() };
    let contention = Contention::new(model);
    let client = under(&contention, &embedded);
    let put = |pk: &str, sk: &str, kilobytes: usize| {
        let put = client.put_item().table_name(TABLE).item("pk", s(pk)).item("sk", s(sk));
        put.item("text", s("x".repeat(kilobytes * 1024 - 100))).send()
    };
    // 400 KB plain and 300 KB in a transaction, which costs double: the second's 1,000 units.
    put("hot", "1", 200).await.unwrap();
    put("hot", "2", 200).await.unwrap();
    let whole = put_in_transaction(&client, "hot", "3", 300 * 1024 - 100);
    assert!(reasons(whole).await.is_empty());

    let error = put("hot", "4", 1).await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("ThrottlingException"));
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ThrottlingException(throttled) = error else {
        panic!("{error:?}")
    };
    let reason = throttled.throttling_reasons()[0].reason().unwrap();
    assert_eq!(reason, "TableWriteKeyRangeThroughputExceeded");
    let seen = reasons(put_in_transaction(&client, "hot", "5", 1)).await;
    assert_eq!(seen, ["ThrottlingError"]);
    // Another partition key has a thousand of its own.
    put("cold", "1", 200).await.unwrap();
    assert_eq!(contention.counts().throttled, 2);

    // What was spent before the window doesn't count.
    let client = under(&contention.with(Model { window: Duration::ZERO, ..model }), &embedded);
    assert!(reasons(put_in_transaction(&client, "hot", "5", 1)).await.is_empty());
}

#[tokio::test]
async fn the_sdk_retries_throttled_writes() {
    let embedded = database().await;
    let contention = Contention::new(Model { units: 0, ..Model::default() });
    let client = embedded.client_through(contention.wrap(embedded.http()));
    let put = client.put_item().table_name(TABLE).item("pk", s("a")).item("sk", s("-"));
    put.send().await.unwrap_err();
    assert_eq!(contention.counts().throttled, 3);
}

#[tokio::test]
async fn a_batch_returns_what_it_could_not_write() {
    let embedded = database().await;
    let contention = Contention::default();
    let client = under(&contention, &embedded);
    let running = begin(&contention, &embedded, "held").await;
    let put = |pk: &str| {
        let put = PutRequest::builder().item("pk", s(pk)).item("sk", s("-")).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let delete = DeleteRequest::builder().key("pk", s("held")).key("sk", s("-")).build().unwrap();
    let delete = WriteRequest::builder().delete_request(delete).build();
    let batch = client.batch_write_item().request_items(TABLE, vec![put("a"), delete.clone(), put("b")]);
    let done = batch.send().await.unwrap();
    assert_eq!(done.unprocessed_items().unwrap()[TABLE], std::slice::from_ref(&delete));
    let only = client.batch_write_item().request_items(TABLE, vec![delete.clone()]);
    let done = only.send().await.unwrap();
    assert_eq!(done.unprocessed_items().unwrap()[TABLE], [delete]);
    give_up(running).await;
    let items = client.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
    let mut pks: Vec<_> = items.iter().map(|item| item["pk"].as_s().unwrap().as_str()).collect();
    pks.sort_unstable();
    assert_eq!(pks, ["a", "b"]);
}

#[tokio::test]
async fn a_batch_that_is_throttled_whole_fails() {
    let embedded = database().await;
    let contention = Contention::new(Model { units: 0, ..Model::default() });
    let client = under(&contention, &embedded);
    let put = PutRequest::builder().item("pk", s("a")).item("sk", s("-")).build().unwrap();
    let put = WriteRequest::builder().put_request(put).build();
    let batch = client.batch_write_item().request_items(TABLE, vec![put]);
    let error = batch.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("ThrottlingException"));
}

#[tokio::test]
async fn partiql_is_refused() {
    let embedded = database().await;
    let client = under(&Contention::default(), &embedded);
    let error = client.execute_statement().statement("SELECT * FROM \"test-pools\"").send().await.unwrap_err();
    assert!(format!("{error:?}").contains("can't see what ExecuteStatement touches"), "{error:?}");
}

/// Without their line, writes would overlap: the item is held by one at a time.
#[tokio::test]
async fn a_plain_write_waits_for_the_one_before_it() {
    let embedded = database().await;
    let contention = Contention::default();
    let endless = contention.with(Model { write_hold: Duration::from_secs(3_600), ..Model::default() });
    let put = |contention: &Contention, text: &str| {
        let put = under(contention, &embedded).put_item().table_name(TABLE);
        put.item("pk", s("a")).item("sk", s("-")).item("text", s(text)).send()
    };
    let first = tokio::spawn(put(&endless, "first"));
    while contention.counts().writes < 1 {
        tokio::task::yield_now().await;
    }
    let second = tokio::spawn(put(&contention, "second"));
    while contention.counts().writes < 2 {
        tokio::task::yield_now().await;
    }
    // The second stands in line, while calls on another item come and go.
    for _ in 0..3 {
        assert!(reasons(count_up(&under(&contention, &embedded), &["b"])).await.is_empty());
    }
    assert!(!second.is_finished());
    give_up(first).await;
    second.await.unwrap().unwrap();
}
