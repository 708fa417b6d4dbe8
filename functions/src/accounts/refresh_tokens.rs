//! Staying signed in.

use super::SessionReply;
use super::session::{RefreshToken, session};
use domain::accounts::Refresh;
use domain::refusal::Refusal;
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, NoContent, Result, Route, Table, read, secret_hash, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Get the next pair of tokens. A refresh token is good for one use; one that is used again ends the whole log-in, since
/// somebody has a copy.
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
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), read(Table::SigningKeys)];
    type Reply = SessionReply;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let refused = || Refusal::unauthorized("refresh_token_invalid", "Your log-in has ended. Sign in again.");
        let token = RefreshToken::of(self.refresh_token.as_deref(), cx).ok_or_else(refused)?;
        let (family, user) = cx.store().token_family(token.user, token.family).await?.ok_or_else(refused)?;
        let secret = cx.chance().secret()?;
        let presented = secret_hash(&token.secret);
        match family.refreshed(&user, &presented, secret_hash(&secret), cx.now()) {
            Refresh::Rotated(family) => {
                let reply = session(cx, &user, &family, &secret, token.in_cookie).await?;
                cx.commit(vec![Change::Replace(Record::TokenFamily(family))], reply).await
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
