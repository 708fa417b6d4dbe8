//! The keys by which tickets are verified.

use crate::accounts::read_signing_keys::{KeySet, key_set};
use kit::{Caller, Cx, Grant, KeyUse, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read the public keys by which a door verifies tickets offline, as a JSON Web Key Set (RFC 7517). A token in a QR code is
/// Crockford base32 of: version 1 (1 byte), key id (4), event (16), booking (16), number in the party (1), issue (2), and the
/// Ed25519 signature of those 40 bytes (64).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadTicketKeys {}

impl Route for ReadTicketKeys {
    const ROUTE: &str = "GET /.well-known/guestlist-ticket-keys.json";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::PublicKeys)];
    type Reply = KeySet;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        key_set(cx, KeyUse::Tickets).await
    }
}
