//! The keys that sign tokens and tickets: whoever deploys makes them, no function may.

use super::stand_in::{REGION, ROOT_KEY};
use crate::Result;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use kit::{Chance, Clock};
use store::{Access, KeyUse, Store, Table, Used, Verb};

/// Makes the first of each use.
pub async fn make(endpoint: &str) -> Result<()> {
    let credentials = Credentials::from_keys(ROOT_KEY, ROOT_KEY, None);
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let granted = [Table::PublicKeys, Table::SigningKeys]
        .into_iter()
        .flat_map(|table| [Verb::Read, Verb::Write, Verb::Remove].map(|verb| Access { table, verb }))
        .collect();
    let store = Store::for_function(&sdk, Some(endpoint), "guestlist-test-", "make_keys", granted, Used::default());
    for key_use in KeyUse::ALL {
        let made = kit::rotate_keys(&store, *key_use, &Chance::System, Clock::system().now()).await;
        made.map_err(|why| format!("the signing keys can't be made: {why:?}"))?;
    }
    Ok(())
}
