//! `cargo xtask keys`, with a script in the place of the AWS CLI, and the signing keys on an embedded AWS. That both work together
//! is shown by `cargo xtask cloud-test`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod script;

use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use store::{Access, KeyUse, Location, Store, Used};
use testbed::embedded::sdk_config;
use testbed::{Embedded, Parameters};
use xtask::keys::{Account, keep, keep_signing_keys};

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

async fn kept(name: &str, script: &str) -> Result<Vec<String>, String> {
    let account = Account { aws: aws(name, &format!("{ORIGIN}{script}")), region: None, endpoint: None };
    let kept = keep(&account, "prod", false).await;
    let asked = std::fs::read_to_string(account.aws.with_file_name("asked")).unwrap();
    assert!(asked.contains("dynamodb describe-table --table-name guestlist-prod-public-keys"), "{asked}");
    std::fs::remove_dir_all(account.aws.parent().unwrap()).unwrap();
    kept
}

#[tokio::test]
async fn before_the_first_deployment_the_origin_has_its_secret_and_the_rest_waits() {
    let said = kept("before", "echo 'ResourceNotFoundException: no such table' >&2; exit 254").await.unwrap();
    assert!(said[0].starts_with("origin secret: made"), "{said:?}");
    assert_eq!(said.len(), 2);
    assert!(said[1].starts_with("signing keys: prod isn't deployed yet"), "{said:?}");
}

#[tokio::test]
async fn who_is_not_logged_in_is_told_what_to_do() {
    let why = kept("no-region", "[ $2 = get ] && exit 1; echo ACTIVE").await.unwrap_err();
    assert!(why.contains("set AWS_REGION"), "{why}");
    let why = kept("logged-out", "[ $2 = get ] && echo eu-central-1 && exit; echo ACTIVE").await.unwrap_err();
    assert!(why.contains("log in with the AWS CLI"), "{why}");
}

#[tokio::test]
async fn signing_keys_are_made_kept_and_replaced_and_no_secret_is_said() {
    let embedded = Embedded::with_tables("guestlist-prod-").await.unwrap();
    let parameters = Parameters::new();
    let location = Location {
        prefix: "guestlist-prod-".to_owned(),
        keys: "/guestlist/prod/signing-keys/".to_owned(),
        dynamodb: Some(embedded.endpoint().to_owned()),
        ssm: Some("http://parameters.test".to_owned()),
    };
    let sdk = sdk_config(parameters.wrap(embedded.http()));
    let store = Store::for_function(&sdk, &location, "keys", Access::to_keep_keys(), Used::default());
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let mut all = Vec::new();
    for (days, rotate, words) in [
        (0, false, " is new, and signs"),
        (89, false, " is 89 days old, and signs on"),
        (90, false, " is 90 days old and replaced; "),
        (91, false, " is 1 days old, and signs on"),
        (91, true, " is 1 days old and replaced; "),
    ] {
        let said = keep_signing_keys(&store, now + SignedDuration::from_hours(24 * days), rotate).await.unwrap();
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
