//! Every kind of identifier: a prefix and a ULID, a type each, so that one can't stand where another belongs.
//! Only `kit` makes new ones.

use crate::base32;
use crate::fault::{Fault, FaultCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A text that isn't an identifier of the kind that was asked for.
fn no_id(prefix: &str) -> Fault {
    let detail = format!("is not an id of this kind, which looks like `{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV`");
    Fault::saying(FaultCode::NotAnId, detail)
}

/// What all identifiers share, so that `kit` can make any of them.
pub trait Identifier: Copy {
    /// The prefix before the underscore.
    const PREFIX: &'static str;
    /// The identifier of these 128 bits, which are a ULID: 48 bits of milliseconds, then randomness.
    fn from_ulid(ulid: u128) -> Self;
}

// One list is the registry; the types differ in nothing but their name and prefix.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $example:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
            #[serde(try_from = "String", into = "String")]
            #[schemars(with = "String", extend("pattern" = $example))]
            pub struct $name(u128);

            impl Identifier for $name {
                const PREFIX: &'static str = $prefix;
                fn from_ulid(ulid: u128) -> Self { Self(ulid) }
            }
            impl $name {
                /// The 128 bits.
                pub fn ulid(self) -> u128 { self.0 }
            }
            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}_{}", $prefix, base32::encode_ulid(self.0))
                }
            }
            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
            }
            impl FromStr for $name {
                type Err = Fault;
                fn from_str(text: &str) -> Result<Self, Fault> {
                    text.strip_prefix(concat!($prefix, "_"))
                        .and_then(base32::decode_ulid)
                        .map(Self)
                        .ok_or_else(|| no_id($prefix))
                }
            }
            impl TryFrom<String> for $name {
                type Error = Fault;
                fn try_from(text: String) -> Result<Self, Fault> { text.parse() }
            }
            impl From<$name> for String {
                fn from(id: $name) -> String { id.to_string() }
            }
        )*
        /// Every prefix, for the test that keeps them apart.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

identifiers! {
    /// A user.
    UserId = "usr", "^usr_[0-9A-HJKMNP-TV-Z]{26}$";
    /// An event.
    EventId = "evt", "^evt_[0-9A-HJKMNP-TV-Z]{26}$";
    /// A booking.
    BookingId = "bkg", "^bkg_[0-9A-HJKMNP-TV-Z]{26}$";
    /// A family of refresh tokens: one log-in on one device.
    TokenFamilyId = "fam", "^fam_[0-9A-HJKMNP-TV-Z]{26}$";
    /// A password reset that was asked for.
    PasswordResetId = "rst", "^rst_[0-9A-HJKMNP-TV-Z]{26}$";
    /// A door pass.
    DoorPassId = "dps", "^dps_[0-9A-HJKMNP-TV-Z]{26}$";
    /// An announcement.
    AnnouncementId = "ann", "^ann_[0-9A-HJKMNP-TV-Z]{26}$";
    /// A file that was or will be uploaded.
    UploadId = "upl", "^upl_[0-9A-HJKMNP-TV-Z]{26}$";
    /// A picture that was made of an upload.
    PictureId = "pic", "^pic_[0-9A-HJKMNP-TV-Z]{26}$";
}

/// One ticket: its booking, and its place in the party, counted from 1. Written `tkt_<ULID of the booking>-2`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^tkt_[0-9A-HJKMNP-TV-Z]{26}-[1-9][0-9]?$"))]
pub struct TicketId {
    /// The booking that the ticket belongs to.
    pub booking: BookingId,
    /// Its place in the party, from 1.
    pub index: u8,
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tkt_{}-{}", base32::encode_ulid(self.booking.0), self.index)
    }
}
impl fmt::Debug for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for TicketId {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let (ulid, index) =
            text.strip_prefix("tkt_").and_then(|rest| rest.split_once('-')).ok_or_else(|| no_id("tkt"))?;
        let booking = base32::decode_ulid(ulid).map(BookingId).ok_or_else(|| no_id("tkt"))?;
        // One way to write one ticket: `-01` is refused.
        match index.parse::<u8>() {
            Ok(number @ 1..=99) if number.to_string() == index => Ok(Self { booking, index: number }),
            _ => Err(no_id("tkt")),
        }
    }
}
impl TryFrom<String> for TicketId {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}
impl From<TicketId> for String {
    fn from(id: TicketId) -> String {
        id.to_string()
    }
}

/// A scan's own id, made by the scanner, so that a scan sent twice counts once: 8 to 64 of `A-Z a-z 0-9 _ -`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[A-Za-z0-9_-]{8,64}$"))]
pub struct ScanId(String);

impl FromStr for ScanId {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits =
            (8..=64).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
        let detail = "is not a scan id: 8 to 64 letters, digits, `_` or `-`";
        fits.then(|| Self(text.to_owned())).ok_or_else(|| Fault::saying(FaultCode::NotAnId, detail))
    }
}
impl TryFrom<String> for ScanId {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
impl From<ScanId> for String {
    fn from(id: ScanId) -> String {
        id.0
    }
}
impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_differ() {
        let unique: std::collections::BTreeSet<_> = PREFIXES.iter().collect();
        assert_eq!(unique.len(), PREFIXES.len());
    }

    #[test]
    fn ids_come_back_and_kinds_do_not_mix() {
        let event = EventId::from_ulid(42);
        assert_eq!(event.to_string().parse(), Ok(event));
        assert!(event.to_string().parse::<UserId>().is_err());
        let ticket = TicketId { booking: BookingId::from_ulid(7), index: 12 };
        assert_eq!(ticket.to_string().parse(), Ok(ticket));
        assert!("tkt_00000000000000000000000007-01".parse::<TicketId>().is_err());
        assert!("tkt_00000000000000000000000007-0".parse::<TicketId>().is_err());
    }
}
