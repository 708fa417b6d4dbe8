//! Signing out.

use super::session::{RefreshToken, set_cookie};
use domain::{Change, Record};
use kit::{Answer, Caller, Cx, Grant, Media, Reply, Result, Route, Table, read, secret_hash, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Sign out: the log-in behind this refresh token ends. Signing out twice is no error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeTokens {
    /// The refresh token; browsers send it as a cookie instead.
    #[serde(default)]
    refresh_token: Option<String>,
}

/// 204, and the cookie is gone.
#[derive(Debug)]
pub struct SignedOut;

impl Reply for SignedOut {
    const STATUS: u16 = 204;
    const MEDIA: &[Media] = &[];
    fn answer(&self) -> Result<Answer> {
        Ok(Answer::new(Self::STATUS).header("set-cookie", set_cookie("", 0)))
    }
}

impl Route for RevokeTokens {
    const ROUTE: &str = "POST /api/tokens/revoke";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts)];
    type Reply = SignedOut;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let Some(token) = RefreshToken::of(self.refresh_token.as_deref(), cx) else { return Ok(SignedOut) };
        let Some((family, _)) = cx.store().token_family(token.user, token.family).await? else { return Ok(SignedOut) };
        // Whoever knows the newest secret or the one before it was logged in; nobody else ends a log-in.
        if family.ended || !family.knows(&secret_hash(&token.secret)) {
            return Ok(SignedOut);
        }
        cx.commit(vec![Change::Replace(Record::TokenFamily(family.ended()))], SignedOut).await
    }
}
