//! Staying signed in.

use super::SessionReply;
use super::session::{RefreshToken, session};
use domain::accounts::{Refresh, Step};
use domain::refusal::Refusal;
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, KeyUse, NoContent, Result, Route, Table, keyed_hash, read, secret_hash, sign, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Get the next pair of tokens. A refresh token is good for one use; one that is used again ends the whole log-in, since
/// somebody has a copy. For 30 seconds after its first use the one used last may be sent again, where the answer was lost, and
/// leads to the same refresh token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokens {
    /// The refresh token; browsers send it as a cookie instead.
    #[serde(default)]
    refresh_token: Option<String>,
}

impl Route for RefreshTokens {
    const ROUTE: &str = "POST /api/tokens/refresh";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), sign(KeyUse::Tokens)];
    type Reply = SessionReply;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let refused = || Refusal::unauthorized("refresh_token_invalid", "Your log-in has ended. Sign in again.");
        let token = RefreshToken::of(self.refresh_token.as_deref(), cx).ok_or_else(refused)?;
        let (family, user) = cx.store().token_family(token.user, token.family).await?.ok_or_else(refused)?;
        let salt = cx.chance().secret()?;
        let next = keyed_hash(&token.secret, salt.as_bytes());
        let step = Step { presented: secret_hash(&token.secret), salt, next: secret_hash(&next) };
        match family.refreshed(&user, step, cx.now()) {
            Refresh::Rotated(family) => {
                let reply = session(cx, &user, &family, &next, token.in_cookie).await?;
                cx.commit(vec![Change::Replace(Record::TokenFamily(family))], reply).await
            }
            Refresh::Repeated(salt) => {
                cx.metric("RefreshTokensRepeated", 1.0);
                session(cx, &user, &family, &keyed_hash(&token.secret, salt.as_bytes()), token.in_cookie).await
            }
            Refresh::Reused(ended) => {
                cx.metric("RefreshTokensReused", 1.0);
                cx.commit(vec![Change::Replace(Record::TokenFamily(ended))], NoContent).await?;
                Err(refused().into())
            }
            Refresh::Refused => Err(refused().into()),
        }
    }
}
