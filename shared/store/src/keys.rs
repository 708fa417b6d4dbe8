//! The keys that sign tokens and tickets: the private one in a table that only signing functions may read, the public ones
//! in another.

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{Item, Key};
use crate::tables::Table;
use aws_sdk_dynamodb::types::{Put, ReturnConsumedCapacity, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyUse {
    /// Access tokens, door passes, links.
    Tokens,
    /// Tickets.
    Tickets,
}

impl KeyUse {
    /// Both uses.
    pub const ALL: &[KeyUse] = &[KeyUse::Tokens, KeyUse::Tickets];

    fn word(self) -> &'static str {
        match self {
            KeyUse::Tokens => "tokens",
            KeyUse::Tickets => "tickets",
        }
    }
}

/// A key by which signatures are verified: Ed25519 (RFC 8032).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its id; signatures carry it.
    pub id: u32,
    /// 32 bytes in base64url without padding, as a JWK's `x` (RFC 8037).
    pub x: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When another took its place; it stays published while what it signed is of use.
    pub replaced_at: Option<Timestamp>,
}

/// The key that signs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its id.
    pub id: u32,
    /// PKCS #8 in base64url without padding.
    pub pkcs8: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({:08x})", self.id)
    }
}

#[derive(Serialize, Deserialize)]
struct Published {
    record: String,
    version: u64,
    keys: Vec<PublicKey>,
}

impl Store {
    fn public_place(key_use: KeyUse) -> Key {
        Key::new(Table::PublicKeys, key_use.word(), "keys")
    }
    fn signing_place(key_use: KeyUse) -> Key {
        Key::new(Table::SigningKeys, key_use.word(), "key")
    }

    async fn published(&self, key_use: KeyUse) -> Result<Published> {
        match self.item(Store::public_place(key_use)).await? {
            None => Ok(Published { record: "public_keys".to_owned(), version: 0, keys: Vec::new() }),
            Some(item) => {
                serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|e| Error::item(key_use.word(), &e))
            }
        }
    }

    /// The keys by which signatures of this use are verified, newest first.
    pub async fn public_keys(&self, key_use: KeyUse) -> Result<Vec<PublicKey>> {
        Ok(self.published(key_use).await?.keys)
    }

    /// The key that signs now; `None` before the first was made.
    pub async fn signing_key(&self, key_use: KeyUse) -> Result<Option<SigningKey>> {
        let item = self.item(Store::signing_place(key_use)).await?;
        item.map(serde_dynamo::aws_sdk_dynamodb_1::from_item).transpose().map_err(|e| Error::item(key_use.word(), &e))
    }

    /// Lets a new key sign from now on and publishes it, both or neither. Keys that were replaced before `forget_before`
    /// are published no longer.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where somebody else rotated meanwhile.
    pub async fn rotate_key(
        &self,
        key_use: KeyUse,
        key: &SigningKey,
        public: PublicKey,
        forget_before: Timestamp,
    ) -> Result<()> {
        let seen = self.published(key_use).await?;
        let mut keys = vec![public];
        keys.extend(seen.keys.into_iter().filter_map(|mut old| {
            let replaced_at = *old.replaced_at.get_or_insert(key.created_at);
            (replaced_at >= forget_before).then_some(old)
        }));
        let published = Published { record: seen.record, version: seen.version + 1, keys };
        let item = |place: Key, mut item: Item| {
            item.extend(place.attributes());
            (self.table(place.table), item)
        };
        let encode_error = |e: serde_dynamo::Error| Error::item(key_use.word(), &e);
        let (table, public_item) = item(
            Store::public_place(key_use),
            serde_dynamo::aws_sdk_dynamodb_1::to_item(&published).map_err(encode_error)?,
        );
        let public = Put::builder().table_name(table).set_item(Some(public_item));
        let public = match seen.version {
            0 => public.condition_expression("attribute_not_exists(pk)"),
            version => public
                .condition_expression("version = :seen")
                .expression_attribute_values(":seen", crate::item::number(version)),
        };
        let (table, signing_item) =
            item(Store::signing_place(key_use), serde_dynamo::aws_sdk_dynamodb_1::to_item(key).map_err(encode_error)?);
        let signing = Put::builder().table_name(table).set_item(Some(signing_item));
        let built = |e: aws_sdk_dynamodb::error::BuildError| Error::item(key_use.word(), &e);
        let result = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(public.build().map_err(built)?).build())
            .transact_items(TransactWriteItem::builder().put(signing.build().map_err(built)?).build())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match result {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_transaction_canceled_exception()) => {
                Err(Error::Overtaken)
            }
            Err(error) => Err(Error::of(error)),
        }
    }
}
