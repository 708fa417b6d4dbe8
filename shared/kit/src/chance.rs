//! The one source of ids and secrets.

use crate::cx::hex;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use domain::ids::Identifier;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Randomness; clones draw from the same source.
#[derive(Clone, Debug)]
pub enum Chance {
    /// The system's, for everything real.
    System,
    /// A fixed sequence, for tests whose output is compared.
    Seeded(Arc<AtomicU64>),
}

impl Chance {
    /// A fixed sequence that begins at `seed`.
    pub fn seeded(seed: u64) -> Self {
        Chance::Seeded(Arc::new(AtomicU64::new(seed)))
    }

    /// 32 random bytes.
    pub fn bytes(&self) -> crate::Result<[u8; 32]> {
        let mut bytes = [0; 32];
        match self {
            Chance::System => {
                SystemRandom::new().fill(&mut bytes).map_err(|_| crate::Error::internal("no randomness to be had"))?;
            }
            Chance::Seeded(next) => {
                let drawn = next.fetch_add(1, Ordering::SeqCst);
                bytes.copy_from_slice(digest(&SHA256, &drawn.to_be_bytes()).as_ref());
            }
        }
        Ok(bytes)
    }

    /// A secret of 256 bits, in hex.
    pub fn secret(&self) -> crate::Result<String> {
        Ok(hex(&self.bytes()?))
    }

    /// So many random bytes, 16 at most, as a number.
    fn number(&self, bytes: usize) -> crate::Result<u128> {
        Ok(self.bytes()?.iter().take(bytes).fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// A new identifier: a ULID of this moment.
    pub fn id<I: Identifier>(&self, now: Timestamp) -> crate::Result<I> {
        let millis = u128::try_from(now.as_millisecond()).unwrap_or(0) & ((1 << 48) - 1);
        Ok(I::from_ulid(millis << 80 | self.number(10)?))
    }

    /// Six digits, each as likely as any other: 64 bits make the lean toward small numbers smaller than one in ten to the
    /// thirteenth.
    pub fn six_digits(&self) -> crate::Result<String> {
        Ok(format!("{:06}", self.number(8)? % 1_000_000))
    }
}
