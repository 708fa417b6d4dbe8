//! `cargo xtask keys`: makes, replaces and revokes what a deployment keeps secret: the keys that sign tokens and tickets, and what proves
//! that a request came through CloudFront. No secret is an argument of a command or printed. The signing keys go through the code
//! that the functions read them with, under the credentials that the AWS CLI has.

use crate::aws::ask;
use crate::{Result, origin};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use jiff::Timestamp;
use kit::{Chance, Clock};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Access, KeyUse, Location, Revoked, Store, Table, Used};

/// The AWS of whoever is logged in with its CLI.
#[derive(Clone, Debug)]
pub struct Account {
    /// The AWS CLI.
    pub aws: PathBuf,
    /// The region, where it isn't the CLI's own.
    pub region: Option<String>,
    /// Where all services answer, where it isn't AWS.
    pub endpoint: Option<String>,
}

impl Account {
    /// As the environment says it, by the CLI's own variables
    /// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html>).
    pub fn of_environment() -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let region = set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION"));
        Self { aws: Path::new("aws").to_owned(), region, endpoint: set("AWS_ENDPOINT_URL") }
    }

    fn sdk(&self) -> Result<SdkConfig> {
        let region = match &self.region {
            Some(region) => region.clone(),
            None => ask(&self.aws, &["configure", "get", "region"], None)
                .map_err(|why| format!("no region: set AWS_REGION, or log in with one ({why})"))?,
        };
        let exported = ask(&self.aws, &["configure", "export-credentials", "--format", "process"], None)?;
        let exported: Value = serde_json::from_str(&exported).unwrap_or_default();
        let part = |name: &str| exported[name].as_str().map(str::to_owned);
        let (Some(id), Some(secret)) = (part("AccessKeyId"), part("SecretAccessKey")) else {
            return Err("`aws configure export-credentials` gives none: log in with the AWS CLI, version 2".to_owned());
        };
        let credentials = Credentials::new(id, secret, part("SessionToken"), None, "the AWS CLI");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        Ok(sdk.build())
    }
}

/// Makes what is missing of a stage's secrets and replaces signing keys that are old; with `rotate`, replaces all. `say` gets a line
/// for each thing as soon as it is done, so that a failure hides nothing of what was done before it. It can be repeated at any
/// time, also after it died in between.
///
/// The tables are part of the stack and the stack needs the origin's secret, so it is called before and after the first deployment.
/// The origin's secret comes last: what has to be deployed afterwards changes only where all else went well.
///
/// # Errors
/// The CLI isn't there or isn't logged in, AWS says no, or the origin's secret can't be rotated before what is there is deployed.
pub async fn keep(account: &Account, stage: &str, rotate: bool, mut say: impl FnMut(String)) -> Result<()> {
    match store(account, stage)? {
        Some(store) => keep_signing_keys(&store, Clock::system().now(), rotate, &mut say).await?,
        None => say(format!("signing keys: {}", undeployed(stage))),
    }
    say(origin::make(&account.aws, stage, rotate)?);
    Ok(())
}

fn undeployed(stage: &str) -> String {
    format!("{stage} isn't deployed yet: deploy it, then run this again, before anybody signs in")
}

/// A stage's keys; `None` before it is deployed.
fn store(account: &Account, stage: &str) -> Result<Option<Store>> {
    let location = Location {
        prefix: format!("guestlist-{stage}-"),
        keys: format!("/guestlist/{stage}/signing-keys/"),
        dynamodb: account.endpoint.clone(),
        ssm: account.endpoint.clone(),
    };
    let table = format!("{}{}", location.prefix, Table::PublicKeys.name());
    match ask(
        &account.aws,
        &["dynamodb", "describe-table", "--table-name", &table, "--query", "Table.TableStatus"],
        None,
    ) {
        Err(why) if why.contains("ResourceNotFoundException") => return Ok(None),
        status => status?,
    };
    let store = Store::for_function(&account.sdk()?, &location, "keys", Access::to_keep_keys(), Used::default());
    Ok(Some(store))
}

/// The part of it that is in Guestlist's own hands.
///
/// # Errors
/// AWS says no, or somebody else replaces a key at the same time.
pub async fn keep_signing_keys(store: &Store, now: Timestamp, rotate: bool, mut say: impl FnMut(String)) -> Result<()> {
    for key_use in KeyUse::ALL {
        let name = key_use.name();
        let failed = |why: &dyn std::fmt::Display| {
            format!("the key that signs {name} can't be kept: {why}. What was begun does no harm: run this again.")
        };
        let new = kit::new_key(&Chance::System, now).map_err(|why| failed(&why))?;
        let kept = store.keep_key(*key_use, new, now, rotate).await.map_err(|why| failed(&why))?;
        say(format!("key that signs {name}: {}", kept.said));
    }
    Ok(())
}

/// Ends a signing key that others may have: replaces it where it still signs, waits until no function signs with it, and takes it
/// out of what is published. `say` gets a line for each thing as soon as it is done. It can be repeated at any time.
///
/// # Errors
/// As [`keep`], or there is no such key.
pub async fn revoke(account: &Account, stage: &str, id: &str, mut say: impl FnMut(String)) -> Result<()> {
    let store = store(account, stage)?.ok_or_else(|| undeployed(stage))?;
    while let Some(wait) = revoke_signing_key(&store, id, Clock::system().now(), &mut say).await? {
        tokio::time::sleep(wait).await;
    }
    Ok(())
}

/// A step of it: gives how long to wait until it can be ended, or nothing where it is.
///
/// # Errors
/// As [`keep_signing_keys`], or there is no such key.
pub async fn revoke_signing_key(
    store: &Store,
    id: &str,
    now: Timestamp,
    mut say: impl FnMut(String),
) -> Result<Option<Duration>> {
    let is_id = id.len() == 8 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let known = u32::from_str_radix(id, 16).ok().filter(|_| is_id);
    let id = known.ok_or_else(|| format!("{id:?} is no key's id, which is eight hexadecimal digits (its `kid`)"))?;
    for key_use in KeyUse::ALL {
        let name = key_use.name();
        let failed = |why: &dyn std::fmt::Display| {
            format!("the key {id:08x} of {name} isn't revoked yet: {why}. What was begun does no harm: run this again.")
        };
        let new = kit::new_key(&Chance::System, now).map_err(|why| failed(&why))?;
        match store.revoke_key(*key_use, id, new, now).await.map_err(|why| failed(&why))? {
            Revoked::Unknown => {}
            Revoked::From(from) => {
                say(format!(
                    "key of {name} {id:08x}: another signs; running functions may sign with it for a quarter of an hour yet. It \
                     is revoked at {from}: wait. Were this cut off, run it again."
                ));
                return Ok(Some(from.duration_since(now).try_into().unwrap_or_default()));
            }
            Revoked::Done => {
                say(format!("key of {name} {id:08x}: revoked. Within five minutes {}", outcome(*key_use)));
                return Ok(None);
            }
        }
    }
    Err(format!("no key {id:08x} is published: it was revoked already, or it is another stage's"))
}

/// What comes of revoking a key of this use, and what to do.
fn outcome(key_use: KeyUse) -> &'static str {
    match key_use {
        KeyUse::Tokens => {
            "no access token, door pass or link in a mail that it signed is taken. The apps get new access tokens by themselves; \
             door passes have to be made anew, and whoever was resetting a password asks for a new link."
        }
        KeyUse::Tickets => {
            "no ticket that it signed is taken by its code, and to send it again doesn't change that. Let these guests in by their \
             names on the door's list, or have them cancel and book anew."
        }
    }
}
