//! The keys in use: read from the store, kept for five minutes, and read again when a key id turns up that isn't known.

use crate::{Chance, Cx, Error, Result};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::tickets::Claims;
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{KEYS_KEPT_SECONDS, KEYS_UNREAD_SECONDS, KeyUse, PublicKey, SigningKey, Store};

/// How long no other key that isn't known is looked for after one was, and one that couldn't be read isn't read again.
const LOOK_SECONDS: i64 = 10;

/// How long a call waits for a key to be read again that it could sign with. The SDK would wait for as long as a booking may take.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// A key that signs.
pub(crate) struct Signer {
    pub id: u32,
    pub pkcs8: Vec<u8>,
    pair: Ed25519KeyPair,
}

impl Signer {
    pub async fn read(store: &Store, key_use: KeyUse) -> Result<Self> {
        let key = store.signing_key(key_use).await?;
        let key = key.ok_or_else(|| Error::internal("there is no key to sign with: `cargo xtask keys` makes it"))?;
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
pub(crate) struct KeyRing(HashMap<u32, Vec<u8>>);

impl KeyRing {
    fn new(keys: &[PublicKey]) -> Result<Self> {
        let decoded = keys.iter().map(|key| Ok((key.id, URL_SAFE_NO_PAD.decode(&key.x).map_err(Error::internal)?)));
        Ok(Self(decoded.collect::<Result<_>>()?))
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

/// What one function keeps of the keys that it may read, each with when it was read. Each function has its own, so that a
/// missing grant can't hide behind what another has read.
#[derive(Default)]
pub(crate) struct KeyCache {
    rings: Kept<KeyRing>,
    signers: Kept<Signer>,
    /// When a key that isn't known was last looked for.
    looked: Kept<()>,
    /// When one that signs was last not to be read.
    unread: Kept<()>,
}

type Kept<T> = Mutex<HashMap<KeyUse, (Timestamp, Arc<T>)>>;

/// What is kept, where it is younger than so many seconds.
fn younger<T>(than: i64, kept: &Kept<T>, key_use: KeyUse, now: Timestamp) -> Option<Arc<T>> {
    let (read, held) = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key_use).cloned()?;
    (0..than).contains(&now.duration_since(read).as_secs()).then_some(held)
}

fn keep<T>(kept: &Kept<T>, key_use: KeyUse, now: Timestamp, read: Arc<T>) -> Arc<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(key_use, (now, read.clone()));
    read
}

impl Cx {
    /// The keys of a use; read from the store where they aren't kept, have grown old, or lack the key `wanted`. Anybody can make
    /// up key ids, so that is looked for only so often.
    pub(crate) async fn key_ring(&self, key_use: KeyUse, wanted: Option<u32>) -> Result<Arc<KeyRing>> {
        let KeyCache { rings, looked, .. } = &self.bench.keys;
        if let Some(ring) = younger(KEYS_KEPT_SECONDS, rings, key_use, self.now) {
            let known = wanted.is_none_or(|id| ring.0.contains_key(&id));
            if known || younger(LOOK_SECONDS, looked, key_use, self.now).is_some() {
                return Ok(ring);
            }
            keep(looked, key_use, self.now, Arc::new(()));
        }
        let read = KeyRing::new(&self.store().public_keys(key_use).await?)?;
        Ok(keep(rings, key_use, self.now, Arc::new(read)))
    }

    /// The key that signs for a use. While Parameter Store has no room for a call or doesn't answer, one that was kept signs on, until
    /// it could be revoked ([`KEYS_UNREAD_SECONDS`]). The log says so. Where it is refused, nothing is signed: who lost the right
    /// to a key has none.
    pub(crate) async fn signer(&self, key_use: KeyUse) -> Result<Arc<Signer>> {
        let KeyCache { signers, unread, .. } = &self.bench.keys;
        // When the reading ended, not when this invocation began: reading may have taken most of the time in between.
        let tried = younger(LOOK_SECONDS, unread, key_use, self.house.clock().now()).is_some();
        let good_for = if tried { KEYS_UNREAD_SECONDS } else { KEYS_KEPT_SECONDS };
        if let Some(signer) = younger(good_for, signers, key_use, self.now) {
            return Ok(signer);
        }
        let kept = younger(KEYS_UNREAD_SECONDS, signers, key_use, self.now);
        let patience = if kept.is_some() { READ_AGAIN } else { Duration::MAX };
        let read = tokio::time::timeout(patience, Signer::read(self.store(), key_use)).await;
        let read = read.unwrap_or_else(|late| Err(store::Error::Unavailable(late.to_string()).into()));
        match (read, kept) {
            (Err(Error::Store(error @ (store::Error::Busy(_) | store::Error::Unavailable(_)))), Some(kept)) => {
                self.note(format_args!("the key {:08x} of {} signs on, unread: {error}", kept.id, key_use.name()));
                self.metric("KeysUnread", 1.0);
                keep(unread, key_use, self.house.clock().now(), Arc::new(()));
                Ok(kept)
            }
            (read, _) => Ok(keep(signers, key_use, self.now, Arc::new(read?))),
        }
    }
}

/// A new key, for [`Store::keep_key`].
///
/// # Errors
/// No randomness.
pub fn new_key(chance: &Chance, now: Timestamp) -> Result<SigningKey> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&chance.bytes()?).map_err(Error::internal)?;
    let [a, b, c, d, ..] = chance.bytes()?;
    let pkcs8 = URL_SAFE_NO_PAD.encode(pair.to_pkcs8().map_err(Error::internal)?.as_ref());
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Ok(SigningKey { id: u32::from_be_bytes([a, b, c, d]), pkcs8, x, created_at: now })
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
