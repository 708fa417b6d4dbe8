//! What the guard counts and notes of an invocation's calls.

use crate::sample::*;
use store::{Access, Cost, KeyUse, Location, SigningKey, Store, Table, Used, Verb, counted};
use testbed::Embedded;
use testbed::embedded::sdk_config;

#[tokio::test]
async fn units_are_counted_and_only_what_succeeded_is_noted_as_used() {
    let embedded = Embedded::with_tables(PREFIX).await.unwrap();
    let reads = Access::Table(Table::Accounts, Verb::Read);
    let writes = Access::Table(Table::Accounts, Verb::Write);
    let used = Used::default();
    let granted = [reads, writes].into_iter().collect();
    let sdk = sdk_config(embedded.http());
    let store = Store::for_function(&sdk, &location(&embedded), "test", granted, used.clone());

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

#[tokio::test]
async fn who_signs_for_one_use_signs_for_no_other_and_replaces_no_key() {
    let desk = Desk::new().await;
    let key = SigningKey { id: 7, pkcs8: "secret".to_owned(), x: "public".to_owned(), created_at: now() };
    for key_use in KeyUse::ALL {
        desk.store.keep_key(*key_use, key.clone(), now(), false).await.unwrap();
    }
    let tickets = Access::Key(KeyUse::Tickets, Verb::Read);
    let used = Used::default();
    let sdk = sdk_config(desk.parameters.wrap(desk.embedded.http()));
    let granted = std::iter::once(tickets).collect();
    let store = Store::for_function(&sdk, &location(&desk.embedded), "test", granted, used.clone());

    let (read, cost) = counted(store.signing_key(KeyUse::Tickets)).await;
    assert_eq!(read.unwrap(), Some(key.clone()));
    assert_eq!((cost.round_trips, cost.calls, cost.items_written), (1, 1, 0), "a call like any other");
    let refused = store.signing_key(KeyUse::Tokens).await.unwrap_err().to_string();
    assert!(refused.contains("test was not granted Sign tokens"), "{refused}");
    // Who keeps keys may read them and publish; this one may publish, but replace no key.
    let publishes =
        [tickets, Access::Table(Table::PublicKeys, Verb::Read), Access::Table(Table::PublicKeys, Verb::Write)];
    let publisher = Store::for_function(&sdk, &location(&desk.embedded), "test", publishes.into(), Used::default());
    let refused = publisher.keep_key(KeyUse::Tickets, key, now(), true).await.unwrap_err().to_string();
    assert!(refused.contains("test was not granted Write the key of tickets"), "{refused}");
    assert_eq!(used.lock().unwrap().iter().copied().collect::<Vec<_>>(), [tickets]);

    // Another deployment's parameters are none of ours.
    let other = Location { keys: "/guestlist/other/signing-keys/".to_owned(), ..location(&desk.embedded) };
    let store = Store::for_function(&sdk, &other, "test", Access::to_keep_keys(), Used::default());
    assert_eq!(store.signing_key(KeyUse::Tickets).await.unwrap(), None);
}
