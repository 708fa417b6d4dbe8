//! The token in a ticket's QR code: what it says and how it is laid out. Signing is `kit`'s; a door can verify it offline
//! with the published keys.
//!
//! Layout, big-endian, before base32: version (1 byte), key id (4), event (16), booking (16), place in the party (1),
//! issue (2), then the Ed25519 signature of all of that (64; RFC 8032). 104 bytes make 167 characters, which fit a QR code
//! of version 7 at error correction M in alphanumeric mode (ISO/IEC 18004, table 7): cheap cameras read it.

use crate::base32;
use crate::ids::{BookingId, EventId, Identifier, TicketId};

const VERSION: u8 = 1;
const SIGNED: usize = 40;
const SIGNATURE: usize = 64;

/// What a ticket's token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The key that signed it.
    pub key: u32,
    /// For which event.
    pub event: EventId,
    /// Which ticket.
    pub ticket: TicketId,
    /// Its issue.
    pub issue: u16,
}

impl Claims {
    /// The bytes to sign.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SIGNED + SIGNATURE);
        bytes.push(VERSION);
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.event.ulid().to_be_bytes());
        bytes.extend(self.ticket.booking.ulid().to_be_bytes());
        bytes.push(self.ticket.index);
        bytes.extend(self.issue.to_be_bytes());
        bytes
    }

    /// The token, with a signature over [`Claims::bytes`].
    pub fn token(&self, signature: &[u8]) -> String {
        let mut bytes = self.bytes();
        bytes.extend(signature);
        base32::encode(&bytes)
    }

    /// Reads a token without verifying it: the claims, and the signature over [`Claims::bytes`]. `None` where it is no
    /// token of ours.
    pub fn read(token: &str) -> Option<(Claims, Vec<u8>)> {
        let bytes = base32::decode(token)?;
        if bytes.len() != SIGNED + SIGNATURE || bytes[0] != VERSION {
            return None;
        }
        let (signed, signature) = bytes.split_at(SIGNED);
        let number = |from: usize| signed.get(from..from + 16)?.try_into().ok().map(u128::from_be_bytes);
        let claims = Claims {
            key: u32::from_be_bytes(signed.get(1..5)?.try_into().ok()?),
            event: EventId::from_ulid(number(5)?),
            ticket: TicketId { booking: BookingId::from_ulid(number(21)?), index: signed[37] },
            issue: u16::from_be_bytes(signed.get(38..40)?.try_into().ok()?),
        };
        Some((claims, signature.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_it_was_made_of() {
        let claims = Claims {
            key: 0xDEAD_BEEF,
            event: EventId::from_ulid(1 << 90),
            ticket: TicketId { booking: BookingId::from_ulid(77), index: 20 },
            issue: 3,
        };
        let token = claims.token(&[7; 64]);
        assert_eq!(token.len(), 167);
        assert_eq!(Claims::read(&token), Some((claims, vec![7; 64])));
        assert_eq!(Claims::read(&token.to_lowercase()), Some((claims, vec![7; 64])));
        assert_eq!(Claims::read(&token[1..]), None);
        assert_eq!(Claims::read("https://example.org"), None);
    }
}
