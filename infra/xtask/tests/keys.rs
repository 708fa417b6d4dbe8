//! `cargo xtask keys`, with a script in the place of the AWS CLI, and the signing keys on an embedded AWS. That both work together
//! is shown by `cargo xtask cloud-test`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod script;

use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::time::Duration;
use store::{Access, KeyUse, Location, Store, Used};
use testbed::embedded::sdk_config;
use testbed::{Embedded, Parameters};
use xtask::keys::{Account, keep, keep_signing_keys, revoke_signing_key};

/// A script that keeps what it was asked, and what else it does.
fn aws(name: &str, does: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("guestlist-keys-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("aws");
    let asked = folder.join("asked");
    script::write(&program, &format!("#!/bin/sh\necho \"$@\" >> {}\n{does}", asked.display()));
    program
}

/// What is there of the origin's secret is whole: none of this test's concern.
const ORIGIN: &str = "case \"$*\" in *get-parameter*) echo 'An error occurred (ParameterNotFound)' >&2; exit 254;; \
    *put-parameter*) cat > /dev/null; echo 1; exit 0;; esac\n";

/// What is said, how it ends, and what the AWS CLI was asked.
async fn kept(name: &str, script: &str) -> (Vec<String>, Result<(), String>, String) {
    let account = Account { aws: aws(name, &format!("{ORIGIN}{script}")), region: None, endpoint: None };
    let mut said = Vec::new();
    let ended = keep(&account, "prod", true, |line| said.push(line)).await;
    let asked = std::fs::read_to_string(account.aws.with_file_name("asked")).unwrap();
    assert!(asked.contains("dynamodb describe-table --table-name guestlist-prod-public-keys"), "{asked}");
    std::fs::remove_dir_all(account.aws.parent().unwrap()).unwrap();
    (said, ended, asked)
}

#[tokio::test]
async fn before_the_first_deployment_the_origin_has_its_secret_and_the_rest_waits() {
    let (said, ended, _) = kept("before", "echo 'ResourceNotFoundException: no such table' >&2; exit 254").await;
    assert_eq!((ended, said.len()), (Ok(()), 2));
    assert!(said[0].starts_with("signing keys: prod isn't deployed yet"), "{said:?}");
    assert!(said[1].starts_with("origin secret: made"), "{said:?}");
}

/// What has to be deployed afterwards comes last: a failure leaves it as it was, however often it is tried again.
#[tokio::test]
async fn who_is_not_logged_in_is_told_what_to_do_and_the_origin_s_secret_stays() {
    for (name, script, words) in [
        ("no-region", "[ $2 = get ] && exit 1; echo ACTIVE", "set AWS_REGION"),
        ("logged-out", "[ $2 = get ] && echo eu-central-1 && exit; echo ACTIVE", "log in with the AWS CLI"),
    ] {
        let (said, ended, asked) = kept(name, script).await;
        assert!(ended.unwrap_err().contains(words), "{said:?}");
        assert!(!asked.contains("put-parameter"), "{asked}");
    }
}

/// A failure hides nothing of what was done before it.
#[tokio::test]
async fn what_was_done_before_a_failure_is_said() {
    let stage = Stage::new().await;
    stage.parameters.put(&format!("{KEYS}tickets"), "no key");
    let mut said = Vec::new();
    let why = keep_signing_keys(&stage.store, stage.now, true, |line| said.push(line)).await.unwrap_err();
    assert!(why.starts_with("the key that signs tickets can't be kept") && why.ends_with("run this again."), "{why}");
    assert!(said.len() == 1 && said[0].starts_with("key that signs tokens: "), "{said:?}");
}

/// A deployment's keys, on an embedded AWS.
struct Stage {
    _embedded: Embedded,
    parameters: Parameters,
    store: Store,
    now: Timestamp,
}

const KEYS: &str = "/guestlist/prod/signing-keys/";

impl Stage {
    async fn new() -> Stage {
        let embedded = Embedded::with_tables("guestlist-prod-").await.unwrap();
        let parameters = Parameters::new();
        let location = Location {
            prefix: "guestlist-prod-".to_owned(),
            keys: KEYS.to_owned(),
            dynamodb: Some(embedded.endpoint().to_owned()),
            ssm: Some("http://parameters.test".to_owned()),
        };
        let sdk = sdk_config(parameters.wrap(embedded.http()));
        let store = Store::for_function(&sdk, &location, "keys", Access::to_keep_keys(), Used::default());
        Stage { _embedded: embedded, parameters, store, now: "2026-11-21T12:00:00Z".parse().unwrap() }
    }
}

#[tokio::test]
async fn signing_keys_are_made_kept_and_replaced_and_no_secret_is_said() {
    let Stage { store, now, .. } = &Stage::new().await;
    let mut all = Vec::new();
    for (days, rotate, words) in [
        (0, false, " is new, and signs"),
        (89, false, " is 89 days old, and signs on"),
        (90, false, " is 90 days old and replaced; "),
        (91, false, " is 1 days old, and signs on"),
        (91, true, " is 1 days old and replaced; "),
    ] {
        let mut said = Vec::new();
        let at = *now + SignedDuration::from_hours(24 * days);
        keep_signing_keys(store, at, rotate, |line| said.push(line)).await.unwrap();
        assert_eq!(said.len(), KeyUse::ALL.len());
        assert!(said.iter().all(|line| line.contains(words)), "{said:?}");
        all.extend(said);
    }
    for key_use in KeyUse::ALL {
        let key = store.signing_key(*key_use).await.unwrap().unwrap();
        let published = store.public_keys(*key_use).await.unwrap();
        assert_eq!((published.len(), published[0].id), (3, key.id));
        // Its public half is that of the private one: what it signs verifies.
        assert_eq!(published[0].x, key.x);
        assert!(all.iter().all(|line| !line.contains(&key.pkcs8) && !line.contains(&key.x)), "{all:?}");
        assert!(all.last().unwrap().starts_with("key that signs "));
    }
}

#[tokio::test]
async fn a_key_that_signs_is_replaced_waited_for_and_revoked() {
    let Stage { store, now, .. } = &Stage::new().await;
    keep_signing_keys(store, *now, false, drop).await.unwrap();
    for (key_use, words) in [(KeyUse::Tokens, "door passes have to be made anew"), (KeyUse::Tickets, "book anew")] {
        let id = format!("{:08x}", store.signing_key(key_use).await.unwrap().unwrap().id);
        let mut said = Vec::new();
        let mut step = async |seconds: i64| {
            let at = *now + SignedDuration::from_secs(seconds);
            revoke_signing_key(store, &id, at, |line| said.push(line)).await
        };
        assert_eq!(step(0).await.unwrap(), Some(Duration::from_secs(900)));
        assert_eq!(step(899).await.unwrap(), Some(Duration::from_secs(1)));
        assert_eq!(step(900).await.unwrap(), None);
        let why = step(900).await.unwrap_err();
        assert!(why.contains(&format!("no key {id} is published")), "{why}");
        assert!(said.len() == 3 && said[0].contains("another signs") && said[2].contains(words), "{said:?}");
    }
    for id in ["", "7", "nonsense", "+1234567", "123456789"] {
        let why = revoke_signing_key(store, id, *now, drop).await.unwrap_err();
        assert!(why.contains("is no key's id"), "{id}: {why}");
    }
}
