//! The keys by which access tokens are verified.

use kit::{Answer, Caller, Cx, Grant, KeyUse, Media, Reply, Result, Route, Table, json_answer, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Read the public keys by which access tokens are verified, as a JSON Web Key Set (RFC 7517).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadSigningKeys {}

/// A JSON Web Key Set.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeySet {
    /// The keys, newest first.
    pub keys: Vec<Key>,
}

/// An Ed25519 key as a JWK (RFC 8037).
#[derive(Debug, Serialize, JsonSchema)]
pub struct Key {
    /// Always `OKP`.
    pub kty: &'static str,
    /// Always `Ed25519`.
    pub crv: &'static str,
    /// The key's id, as in the `kid` of a token.
    pub kid: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// Always `EdDSA`.
    pub alg: &'static str,
    /// The key itself, 32 bytes in base64url.
    pub x: String,
}

impl Reply for KeySet {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::json::<KeySet>()];
    fn answer(&self) -> Result<Answer> {
        let mut answer = json_answer(Self::STATUS, self)?;
        // Verifiers keep the keys for five minutes.
        answer.headers.retain(|(name, _)| name != "cache-control");
        Ok(answer.header("cache-control", "public, max-age=300"))
    }
}

/// The published keys of a use as a set.
pub async fn key_set(cx: &Cx, key_use: KeyUse) -> Result<KeySet> {
    let keys = cx.store().public_keys(key_use).await?.into_iter().map(|key| Key {
        kty: "OKP",
        crv: "Ed25519",
        kid: format!("{:08x}", key.id),
        key_use: "sig",
        alg: "EdDSA",
        x: key.x,
    });
    Ok(KeySet { keys: keys.collect() })
}

impl Route for ReadSigningKeys {
    const ROUTE: &str = "GET /.well-known/jwks.json";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::PublicKeys)];
    type Reply = KeySet;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        key_set(cx, KeyUse::Tokens).await
    }
}
