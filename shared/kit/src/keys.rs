//! The keys in use: read from the store, kept for five minutes, and read again when a key id turns up that isn't known.

use crate::{Chance, Error, Result};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::tickets::Claims;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{KeyUse, PublicKey, SigningKey, Store};

/// How long keys are kept before they are read again.
const KEPT_MINUTES: i64 = 5;
/// How long a key signs before it should be replaced.
pub const SIGNING_KEY_DAYS: i64 = 90;
/// How long a replaced key stays published: links to unsubscribe must work on, and tickets until their event has ended
/// (events are published at most that far ahead).
const PUBLISHED_DAYS: i64 = 400;

/// A key that signs.
pub(crate) struct Signer {
    pub id: u32,
    pub pkcs8: Vec<u8>,
    pair: Ed25519KeyPair,
}

impl Signer {
    fn new(key: &SigningKey) -> Result<Self> {
        let pkcs8 = URL_SAFE_NO_PAD.decode(&key.pkcs8).map_err(Error::internal)?;
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(Error::internal)?;
        Ok(Self { id: key.id, pkcs8, pair })
    }

    /// Signs a ticket.
    pub fn ticket_token(&self, claims: Claims) -> String {
        let claims = Claims { key: self.id, ..claims };
        claims.token(self.pair.sign(&claims.bytes()).as_ref())
    }
}

/// Keys that verify, by id.
#[derive(Default)]
pub(crate) struct KeyRing(HashMap<u32, Vec<u8>>);

impl KeyRing {
    fn new(keys: &[PublicKey]) -> Result<Self> {
        let decoded = keys.iter().map(|key| Ok((key.id, URL_SAFE_NO_PAD.decode(&key.x).map_err(Error::internal)?)));
        Ok(Self(decoded.collect::<Result<_>>()?))
    }

    pub fn has(&self, id: u32) -> bool {
        self.0.contains_key(&id)
    }

    pub fn token_key(&self, id: u32) -> Option<DecodingKey> {
        Some(DecodingKey::from_ed_der(self.0.get(&id)?))
    }

    /// Whether a ticket's token was signed by one of these.
    pub fn verifies_ticket(&self, claims: &Claims, signature: &[u8]) -> bool {
        let key = self.0.get(&claims.key);
        key.is_some_and(|key| UnparsedPublicKey::new(&ED25519, key).verify(&claims.bytes(), signature).is_ok())
    }
}

/// What one function keeps of the keys that it may read. Each function has its own, so that a missing grant can't hide
/// behind what another has read.
#[derive(Default)]
pub(crate) struct KeyCache {
    rings: Mutex<HashMap<KeyUse, (Timestamp, Arc<KeyRing>)>>,
    signers: Mutex<HashMap<KeyUse, (Timestamp, Arc<Signer>)>>,
}

fn fresh<T>(held: &(Timestamp, Arc<T>), now: Timestamp) -> bool {
    let age = now.duration_since(held.0);
    age >= SignedDuration::ZERO && age < SignedDuration::from_mins(KEPT_MINUTES)
}

impl KeyCache {
    /// The ring of a use; read from the store where it isn't kept, has grown old, or lacks the key `wanted`.
    pub async fn ring(
        &self,
        store: &Store,
        key_use: KeyUse,
        wanted: Option<u32>,
        now: Timestamp,
    ) -> Result<Arc<KeyRing>> {
        let held = self.rings.lock().unwrap_or_else(PoisonError::into_inner).get(&key_use).cloned();
        if let Some(held) = held
            && fresh(&held, now)
            && wanted.is_none_or(|id| held.1.has(id))
        {
            return Ok(held.1);
        }
        let ring = Arc::new(KeyRing::new(&store.public_keys(key_use).await?)?);
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        rings.insert(key_use, (now, ring.clone()));
        Ok(ring)
    }

    /// The key that signs for a use.
    pub async fn signer(&self, store: &Store, key_use: KeyUse, now: Timestamp) -> Result<Arc<Signer>> {
        let held = self.signers.lock().unwrap_or_else(PoisonError::into_inner).get(&key_use).cloned();
        if let Some(held) = held
            && fresh(&held, now)
        {
            return Ok(held.1);
        }
        let key = store.signing_key(key_use).await?;
        let key = key.ok_or_else(|| Error::internal("there is no signing key yet: make the first"))?;
        let signer = Arc::new(Signer::new(&key)?);
        let mut signers = self.signers.lock().unwrap_or_else(PoisonError::into_inner);
        signers.insert(key_use, (now, signer.clone()));
        Ok(signer)
    }
}

/// Makes a new key for a use and lets it sign from now on. What the old ones signed stays valid.
///
/// # Errors
/// The store's, or no randomness.
pub async fn rotate_keys(store: &Store, key_use: KeyUse, chance: &Chance, now: Timestamp) -> Result<u32> {
    let seed = chance.bytes()?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(Error::internal)?;
    let bytes = chance.bytes()?;
    let id = bytes.iter().take(4).fold(0u32, |id, byte| id << 8 | u32::from(*byte));
    let pkcs8 = pair.to_pkcs8().map_err(Error::internal)?;
    let signing = SigningKey { id, pkcs8: URL_SAFE_NO_PAD.encode(pkcs8.as_ref()), created_at: now };
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let public = PublicKey { id, x, created_at: now, replaced_at: None };
    let forget_before = now - SignedDuration::from_hours(24 * PUBLISHED_DAYS);
    store.rotate_key(key_use, &signing, public, forget_before).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    // The door scanner's tests verify the same tokens (web/organizer/src/door): both sides agree on every byte.
    #[test]
    fn tickets_are_signed_as_the_door_verifies_them() {
        let vectors: Value = serde_json::from_str(include_str!("../../domain/vectors/tickets.json")).unwrap();
        let seed = URL_SAFE_NO_PAD.decode(vectors["seed"].as_str().unwrap()).unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let id = u32::from_str_radix(vectors["kid"].as_str().unwrap(), 16).unwrap();
        let x = vectors["x"].as_str().unwrap().to_owned();
        assert_eq!(URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()), x);
        let signer = Signer { id, pkcs8: pair.to_pkcs8().unwrap().as_ref().to_vec(), pair };
        let ring = KeyRing::new(&[PublicKey { id, x, created_at: Timestamp::UNIX_EPOCH, replaced_at: None }]).unwrap();
        for row in vectors["tickets"].as_array().unwrap() {
            let token = row["token"].as_str().unwrap();
            let (claims, signature) = Claims::read(token).unwrap();
            assert_eq!(signer.ticket_token(Claims { key: 0, ..claims }), token);
            assert!(ring.verifies_ticket(&claims, &signature));
            assert!(!ring.verifies_ticket(&Claims { issue: claims.issue - 1, ..claims }, &signature));
        }
    }
}
