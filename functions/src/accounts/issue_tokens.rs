//! Signing in.

use super::SessionReply;
use super::session::session;
use domain::accounts::TokenFamily;
use domain::refusal::Refusal;
use domain::text::{Email, Password};
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, Result, Route, Table, password_matches, read, secret_hash, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Sign in with address and password.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueTokens {
    /// Your address.
    email: Email,
    /// Your password.
    password: Password,
    /// Browsers: hold the refresh token in a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

impl Route for IssueTokens {
    const ROUTE: &str = "POST /api/tokens";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] =
        &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries), read(Table::SigningKeys)];
    const MEMORY_MB: u32 = 1024;
    type Reply = SessionReply;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let folded = self.email.folded();
        let limit = format!("login#{folded}");
        let (user, (), ()) = tokio::try_join!(
            async { Ok(cx.store().user_by_email(&folded).await?) },
            cx.limit(&limit, 20, 900),
            cx.limit_address("login", 300, 900),
        )?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = password_matches(self.password, hash).await?;
        let user = user
            .filter(|_| matches)
            .ok_or_else(|| Refusal::unauthorized("credentials_wrong", "Address and password don't belong together."))?;
        let secret = cx.secret()?;
        let family = TokenFamily::new(cx.new_id()?, &user, secret_hash(&secret), cx.now());
        let reply = session(cx, &user, &family, &secret, self.cookie).await?;
        cx.commit(vec![Change::Insert(Record::TokenFamily(family))], reply).await
    }
}
