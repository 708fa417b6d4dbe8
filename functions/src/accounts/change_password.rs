//! Changing one's password.

use super::SessionReply;
use super::password::{hash_password, password_matches};
use super::session::session;
use domain::accounts::TokenFamily;
use domain::text::Password;
use domain::{Change, FaultCode, Record, Refusal};
use kit::{Caller, Cx, Grant, KeyUse, Result, Route, Table, read, secret_hash, sign, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Change your password. Every other log-in ends; this one goes on with the tokens of the reply.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password so far.
    current_password: Password,
    /// The new one, at least 10 characters.
    new_password: Password,
    /// Browsers: hold the refresh token in a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

impl Route for ChangePassword {
    const ROUTE: &str = "POST /api/me/password";
    const CALLER: Caller = Caller::User;
    const NEEDED: &[&str] = &["current_password", "new_password"];
    const GRANTS: &[Grant] =
        &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries), sign(KeyUse::Tokens)];
    const MEMORY_MB: u32 = 1024;
    type Reply = SessionReply;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let id = cx.user()?;
        let limit = format!("password#{id}");
        let (user, ()) = tokio::try_join!(async { Ok(cx.store().user(id).await?) }, cx.limit(&limit, 10, 3_600))?;
        let user = user.ok_or_else(|| Refusal::not_found("user"))?;
        if !password_matches(self.current_password, Some(user.password_hash.clone())).await? {
            return Err(Refusal::field("current_password", FaultCode::WrongPassword).into());
        }
        let user = user.with_password(hash_password(self.new_password, cx.chance()).await?);
        let secret = cx.chance().secret()?;
        let family = TokenFamily::new(cx.new_id()?, &user, secret_hash(&secret), cx.now());
        let reply = session(cx, &user, &family, &secret, self.cookie).await?;
        let changes = vec![Change::Replace(Record::User(user)), Change::Insert(Record::TokenFamily(family))];
        cx.commit(changes, reply).await
    }
}
