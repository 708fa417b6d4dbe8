//! The keys that sign, and those by which signatures are verified.

use crate::sample::*;
use jiff::Timestamp;
use store::{Error, KeyUse, PublicKey, SigningKey};

fn pair(id: u32, created_at: Timestamp) -> (SigningKey, PublicKey) {
    let signing = SigningKey { id, pkcs8: format!("secret-{id}"), created_at };
    (signing, PublicKey { id, x: format!("public-{id}"), created_at, replaced_at: None })
}

async fn rotate(desk: &Desk, key_use: KeyUse, id: u32, now: Timestamp, forget_before: Timestamp) -> store::Result<()> {
    let (signing, public) = pair(id, now);
    desk.store.rotate_key(key_use, &signing, public, forget_before).await
}

async fn published(desk: &Desk, key_use: KeyUse) -> Vec<(u32, Option<Timestamp>)> {
    let keys = desk.store.public_keys(key_use).await.unwrap();
    keys.iter().map(|key| (key.id, key.replaced_at)).collect()
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_ones_verify_on() {
    let desk = Desk::new().await;
    assert_eq!(desk.store.signing_key(KeyUse::Tokens).await.unwrap(), None);
    assert_eq!(published(&desk, KeyUse::Tokens).await, []);
    let (first, second, third) = (now(), now() + hours(24), now() + hours(48));
    rotate(&desk, KeyUse::Tokens, 1, first, Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(desk.store.signing_key(KeyUse::Tokens).await.unwrap(), Some(pair(1, first).0));
    rotate(&desk, KeyUse::Tokens, 2, second, Timestamp::UNIX_EPOCH).await.unwrap();
    rotate(&desk, KeyUse::Tokens, 3, third, Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(desk.store.signing_key(KeyUse::Tokens).await.unwrap(), Some(pair(3, third).0));
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(3, None), (2, Some(third)), (1, Some(second))]);
    assert_eq!(published(&desk, KeyUse::Tickets).await, [], "each use has its own");

    // What was replaced long ago is published no longer.
    rotate(&desk, KeyUse::Tokens, 4, third + hours(24), third).await.unwrap();
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(4, None), (3, Some(third + hours(24))), (2, Some(third))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_rotates_at_the_same_time_is_overtaken_and_no_key_is_lost() {
    let desk = std::sync::Arc::new(Desk::new().await);
    let running: Vec<_> = (1..=12)
        .map(|id| {
            let desk = desk.clone();
            tokio::spawn(async move { (id, rotate(&desk, KeyUse::Tickets, id, now(), Timestamp::UNIX_EPOCH).await) })
        })
        .collect();
    let mut made = Vec::new();
    for task in running {
        match task.await.unwrap() {
            (id, Ok(())) => made.push(id),
            (_, Err(error)) => assert!(matches!(error, Error::Overtaken), "{error:?}"),
        }
    }
    let mut keys: Vec<u32> = published(&desk, KeyUse::Tickets).await.into_iter().map(|(id, _)| id).collect();
    let signs = desk.store.signing_key(KeyUse::Tickets).await.unwrap().unwrap().id;
    assert_eq!(keys[0], signs, "the key that signs is published, and as the newest");
    keys.sort_unstable();
    made.sort_unstable();
    assert_eq!(keys, made);
}

#[test]
fn a_secret_is_not_printed() {
    assert!(!format!("{:?}", pair(7, now()).0).contains("secret"));
}
