//! What the guard counts and notes of an invocation's calls.

use crate::sample::*;
use store::{Access, Cost, Store, Table, Used, Verb, counted};
use testbed::Embedded;
use testbed::embedded::sdk_config;

#[tokio::test]
async fn units_are_counted_and_only_what_succeeded_is_noted_as_used() {
    let embedded = Embedded::with_tables(PREFIX).await.unwrap();
    let reads = Access { table: Table::Accounts, verb: Verb::Read };
    let writes = Access { table: Table::Accounts, verb: Verb::Write };
    let used = Used::default();
    let granted = [reads, writes].into_iter().collect();
    let sdk = sdk_config(embedded.http());
    let store = Store::for_function(&sdk, Some(embedded.endpoint()), PREFIX, "test", granted, used.clone());

    let (found, cost) = counted(store.email_claim("ada@example.org")).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!((cost.round_trips, cost.calls, cost.items_written), (1, 1, 0));
    assert!(cost.read_units > 0.0 && cost.write_units == 0.0, "{cost:?}");
    assert_eq!(used.lock().unwrap().iter().copied().collect::<Vec<_>>(), [reads]);

    // One after the other: each is a trip of its own.
    let (_, cost) = counted(async {
        store.email_claim("ada@example.org").await.unwrap();
        store.count("login#ada", 60, now()).await.unwrap_err();
        store.email_claim("ada@example.org").await.unwrap();
    })
    .await;
    assert_eq!((cost.round_trips, cost.calls), (2, 2), "what was refused is no call: {cost:?}");
    assert_eq!(used.lock().unwrap().len(), 1, "nor is it a use");

    let (_, cost) = counted(async {}).await;
    assert_eq!(cost, Cost::default());
}
