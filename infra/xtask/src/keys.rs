//! `cargo xtask keys`: makes and replaces what a deployment keeps secret: the keys that sign tokens and tickets, and what proves
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
use store::{Access, KeyUse, Location, Store, Table, Used};

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

/// Makes what is missing of a stage's secrets and replaces signing keys that are old; with `rotate`, replaces all. Gives a line
/// for each that says what was done. It can be repeated at any time, also after it died in between.
///
/// The tables are part of the stack and the stack needs the origin's secret, so it is called before and after the first deployment.
///
/// # Errors
/// The CLI isn't there or isn't logged in, or AWS says no.
pub async fn keep(account: &Account, stage: &str, rotate: bool) -> Result<Vec<String>> {
    let mut said = vec![origin::make(&account.aws, stage, rotate)?];
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
        Err(why) if why.contains("ResourceNotFoundException") => {
            let why = format!("{stage} isn't deployed yet: deploy it, then run this again, before anybody signs in");
            said.push(format!("signing keys: {why}"));
            return Ok(said);
        }
        status => status?,
    };
    let store = Store::for_function(&account.sdk()?, &location, "keys", Access::to_keep_keys(), Used::default());
    said.extend(keep_signing_keys(&store, Clock::system().now(), rotate).await?);
    Ok(said)
}

/// The part of it that is in Guestlist's own hands.
///
/// # Errors
/// AWS says no, or somebody else replaces a key at the same time.
pub async fn keep_signing_keys(store: &Store, now: Timestamp, rotate: bool) -> Result<Vec<String>> {
    let mut said = Vec::new();
    for key_use in KeyUse::ALL {
        let name = key_use.name();
        let failed = |why: &dyn std::fmt::Display| {
            format!("the key that signs {name} can't be kept: {why}. What was begun does no harm: run this again.")
        };
        let new = kit::new_key(&Chance::System, now).map_err(|why| failed(&why))?;
        let kept = store.keep_key(*key_use, new, now, rotate).await.map_err(|why| failed(&why))?;
        said.push(format!("key that signs {name}: {}", kept.said));
    }
    Ok(said)
}
