//! The keys that sign, and those by which signatures are verified.

use crate::sample::*;
use domain::checkins::LONGEST_USE;
use jiff::{SignedDuration, Timestamp};
use store::{Error, KEYS_REVOKED_AFTER_SECONDS, KeyUse, Revoked, SigningKey};
use testbed::Faults;
use testbed::faults::{Calls, Fault};

fn signing(id: u32, created_at: Timestamp) -> SigningKey {
    SigningKey { id, pkcs8: format!("secret-{id}"), x: format!("public-{id}"), created_at }
}

/// Somebody keeps the keys, with this one as the new one; gives the one that signs.
async fn keep(desk: &Desk, id: u32, now: Timestamp, rotate: bool) -> store::Result<u32> {
    Ok(desk.store.keep_key(KeyUse::Tokens, signing(id, now), now, rotate).await?.id)
}

async fn signs(desk: &Desk) -> Option<u32> {
    desk.store.signing_key(KeyUse::Tokens).await.unwrap().map(|key| key.id)
}

async fn published(desk: &Desk, key_use: KeyUse) -> Vec<(u32, Option<Timestamp>)> {
    let keys = desk.store.public_keys(key_use).await.unwrap();
    keys.iter().map(|key| (key.id, key.replaced_at)).collect()
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_ones_verify_on() {
    let desk = Desk::new().await;
    assert_eq!((signs(&desk).await, published(&desk, KeyUse::Tokens).await), (None, vec![]));
    let (first, second, third) = (now(), now() + hours(24), now() + hours(48));
    for (id, at) in [(1, first), (2, second), (3, third)] {
        assert_eq!(keep(&desk, id, at, true).await.unwrap(), id);
        assert_eq!(desk.store.signing_key(KeyUse::Tokens).await.unwrap(), Some(signing(id, at)));
    }
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(3, None), (2, Some(third)), (1, Some(second))]);
    assert_eq!(published(&desk, KeyUse::Tickets).await, [], "each use has its own");

    // What was replaced longer ago than anything signed is of use is published no longer.
    let last = third + LONGEST_USE;
    keep(&desk, 4, last, true).await.unwrap();
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(4, None), (3, Some(last)), (2, Some(third))]);
}

#[tokio::test]
async fn a_key_signs_for_ninety_days_and_a_lost_one_is_made_anew() {
    let desk = Desk::new().await;
    keep(&desk, 1, now(), false).await.unwrap();
    assert_eq!(keep(&desk, 2, now() + hours(24 * 90 - 1), false).await.unwrap(), 1);
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(1, None)], "nothing was changed");
    let old = now() + hours(24 * 90);
    assert_eq!(keep(&desk, 3, old, false).await.unwrap(), 3);
    desk.parameters.remove(&format!("{KEYS}tokens"));
    let lost = old + hours(1);
    assert_eq!((signs(&desk).await, keep(&desk, 4, lost, false).await.unwrap()), (None, 4));
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(4, None), (3, Some(lost)), (1, Some(old))]);
}

/// Wherever it dies: what signs is published, and the next call mends the rest.
#[tokio::test]
async fn a_rotation_that_dies_leaves_a_published_key_that_signs() {
    let faults = Faults::new();
    let desk = Desk::through(|http| faults.wrap(http)).await;
    keep(&desk, 1, now(), false).await.unwrap();
    let day = |n: i64| now() + hours(24 * n);
    for n in 0.. {
        let id = 10 + u32::try_from(n).unwrap();
        faults.clear();
        faults.crash_at(usize::try_from(n).unwrap());
        let died = keep(&desk, id, day(n), true).await.is_err();
        assert_eq!(died, faults.crashed());
        faults.clear();
        let (signs, keys) = (signs(&desk).await.unwrap(), published(&desk, KeyUse::Tokens).await);
        assert!(keys.iter().any(|(id, _)| *id == signs), "{signs} signs, of {keys:?}");
        // Calling it again is enough; it isn't late with the life of the one that signs on.
        assert_eq!(keep(&desk, 99, day(n), false).await.unwrap(), signs);
        let keys = published(&desk, KeyUse::Tokens).await;
        assert_eq!(keys[0], (signs, None), "{keys:?}");
        assert!(keys[1..].iter().all(|(_, replaced_at)| replaced_at.is_some()), "{keys:?}");
        if !died {
            assert!(n > 3, "it makes more calls than that");
            break;
        }
    }
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// Somebody revokes a key, with this one as the new one.
async fn revoke(desk: &Desk, id: u32, new: u32, at: Timestamp) -> Revoked {
    desk.store.revoke_key(KeyUse::Tokens, id, signing(new, at), at).await.unwrap()
}

/// What it signed is worth nothing from then on; so nobody may sign with it any longer by then.
#[tokio::test]
async fn a_revoked_key_is_replaced_where_it_signs_and_published_no_longer() {
    let desk = Desk::new().await;
    assert_eq!(revoke(&desk, 1, 9, now()).await, Revoked::Unknown);
    assert_eq!((signs(&desk).await, published(&desk, KeyUse::Tokens).await), (None, vec![]), "nothing was made");
    keep(&desk, 1, now(), true).await.unwrap();
    keep(&desk, 2, now() + hours(1), true).await.unwrap();

    let at = now() + hours(2);
    let free = at + seconds(KEYS_REVOKED_AFTER_SECONDS);
    assert_eq!(revoke(&desk, 2, 3, at).await, Revoked::From(free));
    let all = [(3, None), (2, Some(at)), (1, Some(now() + hours(1)))];
    assert_eq!((signs(&desk).await, published(&desk, KeyUse::Tokens).await), (Some(3), all.to_vec()));
    assert_eq!(revoke(&desk, 2, 4, free - seconds(1)).await, Revoked::From(free), "repeating it doesn't put it off");
    assert_eq!(published(&desk, KeyUse::Tokens).await, all);
    assert_eq!(revoke(&desk, 2, 4, free).await, Revoked::Done);
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(3, None), (1, Some(now() + hours(1)))]);

    // It doesn't come back, neither by itself nor by a rotation.
    assert_eq!(revoke(&desk, 2, 4, free).await, Revoked::Unknown);
    keep(&desk, 5, free, true).await.unwrap();
    assert!(published(&desk, KeyUse::Tokens).await.iter().all(|(id, _)| *id != 2));
    // One that was replaced long ago is taken out at once, and what signs signs on.
    assert_eq!(revoke(&desk, 1, 6, free).await, Revoked::Done);
    assert_eq!((signs(&desk).await, published(&desk, KeyUse::Tokens).await.len()), (Some(5), 2));
    assert_eq!(published(&desk, KeyUse::Tickets).await, [], "each use has its own");
}

/// Wherever it dies: calling it again ends it.
#[tokio::test]
async fn a_revocation_that_dies_is_ended_by_the_next_call() {
    let faults = Faults::new();
    let desk = Desk::through(|http| faults.wrap(http)).await;
    for n in 0.. {
        let at = now() + hours(n);
        let id = 10 + 10 * u32::try_from(n).unwrap();
        faults.clear();
        keep(&desk, id, at, true).await.unwrap();
        faults.clear();
        faults.crash_at(usize::try_from(n).unwrap());
        drop(desk.store.revoke_key(KeyUse::Tokens, id, signing(id + 1, at), at).await);
        let died = faults.crashed();
        faults.clear();
        let Revoked::From(from) = revoke(&desk, id, id + 2, at).await else { panic!("dead at {n}") };
        assert_eq!(revoke(&desk, id, id + 3, from).await, Revoked::Done, "dead at {n}");
        let keys = published(&desk, KeyUse::Tokens).await;
        assert_eq!(keys[0], (signs(&desk).await.unwrap(), None), "dead at {n}: {keys:?}");
        assert!(keys.iter().all(|(published, _)| *published != id), "dead at {n}: {keys:?}");
        if !died {
            assert!(n > 3, "it makes more calls than that");
            break;
        }
    }
}

/// A table came back from a backup of before the last rotation.
#[tokio::test]
async fn a_key_that_signs_and_is_not_published_is_published_again() {
    let desk = Desk::new().await;
    keep(&desk, 1, now(), false).await.unwrap();
    let backup = || desk.embedded.client();
    let name = format!("{PREFIX}public-keys");
    let items = backup().scan().table_name(&name).send().await.unwrap().items.unwrap();
    keep(&desk, 2, now() + hours(1), true).await.unwrap();
    for item in items {
        backup().put_item().table_name(&name).set_item(Some(item)).send().await.unwrap();
    }
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(1, None)]);
    let at = now() + hours(2);
    let kept = desk.store.keep_key(KeyUse::Tokens, signing(3, at), at, false).await.unwrap();
    assert_eq!(kept.said, "00000002 is 0 days old, published again, and signs on");
    assert_eq!(published(&desk, KeyUse::Tokens).await, [(2, None), (1, Some(at))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_rotates_at_the_same_time_loses_no_key() {
    let desk = std::sync::Arc::new(Desk::new().await);
    let running: Vec<_> = (1..=12)
        .map(|id| {
            let desk = desk.clone();
            tokio::spawn(async move { (id, keep(&desk, id, now(), true).await) })
        })
        .collect();
    let mut made = Vec::new();
    for task in running {
        match task.await.unwrap() {
            (id, Ok(_)) => made.push(id),
            (_, Err(error)) => assert!(matches!(error, Error::Overtaken), "{error:?}"),
        }
    }
    // Any of them may be the one that signs; all of them verify.
    let keys: Vec<u32> = published(&desk, KeyUse::Tokens).await.into_iter().map(|(id, _)| id).collect();
    let signs = signs(&desk).await.unwrap();
    assert!(made.contains(&signs) && made.iter().all(|id| keys.contains(id)), "{signs} of {made:?}: {keys:?}");
    assert_eq!(keep(&desk, 99, now(), false).await.unwrap(), signs);
    assert_eq!(published(&desk, KeyUse::Tokens).await[0], (signs, None));
}

#[tokio::test]
async fn the_private_key_is_a_parameter_of_its_use_and_in_no_table() {
    let desk = Desk::new().await;
    keep(&desk, 2, now(), false).await.unwrap();
    assert_eq!(desk.store.signing_key(KeyUse::Tickets).await.unwrap(), None);
    let value = desk.parameters.get(&format!("{KEYS}tokens")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&value).unwrap();
    assert_eq!(value, serde_json::json!({ "id": 2, "pkcs8": "secret-2", "x": "public-2", "created_at": now() }));
    let table = desk.embedded.client().scan().table_name(format!("{PREFIX}public-keys")).send().await.unwrap();
    assert!(!format!("{:?}", table.items()).contains("secret"));
}

/// Parameter Store takes 40 calls a second of a whole account: being over that is no fault of a request.
#[tokio::test]
async fn too_many_calls_are_told_as_busy_and_no_answer_as_none() {
    let faults = Faults::new();
    let desk = Desk::through(|http| faults.wrap(http)).await;
    keep(&desk, 1, now(), false).await.unwrap();
    for (fault, busy) in [(Fault::Throttled, true), (Fault::ServerError, false), (Fault::TimeoutBefore, false)] {
        faults.from(Calls::To("GetParameter"), 0, fault);
        let error = desk.store.signing_key(KeyUse::Tokens).await.unwrap_err();
        assert_eq!(matches!(error, Error::Busy(_)), busy, "{fault:?}: {error:?}");
        assert!(busy || matches!(error, Error::Unavailable(_)), "{fault:?}: {error:?}");
        faults.clear();
    }
    // Who has no right to the key is told so, and not to come again.
    faults.from(Calls::To("GetParameter"), 0, Fault::Refused);
    let error = desk.store.signing_key(KeyUse::Tokens).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)) && error.to_string().contains("AccessDenied"), "{error:?}");
    faults.clear();
    faults.from(Calls::To("GetItem"), 0, Fault::Refused);
    let error = desk.store.public_keys(KeyUse::Tokens).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error:?}");
    faults.clear();
    // The SDK itself tries again after a moment.
    faults.next(Calls::To("GetParameter"), 0, Fault::Throttled);
    assert_eq!(desk.store.signing_key(KeyUse::Tokens).await.unwrap(), Some(signing(1, now())));
    assert_eq!(faults.left(), 0);
}

#[tokio::test]
async fn a_secret_is_not_printed() {
    assert!(!format!("{:?}", signing(7, now())).contains("secret"));
    let desk = Desk::new().await;
    keep(&desk, 7, now(), false).await.unwrap();
    for damaged in ["{\"id\":7,\"pkcs8\":\"secret-7\"}", "secret-7", "{\"id\":\"secret-7\"}"] {
        desk.parameters.put(&format!("{KEYS}tokens"), damaged);
        let error = desk.store.signing_key(KeyUse::Tokens).await.unwrap_err();
        assert!(matches!(error, Error::Item { .. }) && !format!("{error:?} {error}").contains("secret"), "{error:?}");
    }
}
