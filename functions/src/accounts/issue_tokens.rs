//! Signing in.

use super::SessionReply;
use super::password::password_matches;
use super::session::session;
use domain::accounts::{TokenFamily, User};
use domain::refusal::Refusal;
use domain::text::{Email, Password};
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, KeyUse, Result, Route, Table, read, secret_hash, sign, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Sign in with address and password.
#[derive(Deserialize, JsonSchema)]
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

/// The account with this address. Where there is none, one is looked for all the same, so that it takes no less time.
async fn account(cx: &Cx, folded: &str) -> Result<Option<User>> {
    let id = match cx.store().email_claim(folded).await? {
        Some(claim) => claim.user,
        None => cx.new_id()?,
    };
    Ok(cx.store().user(id).await?)
}

impl Route for IssueTokens {
    const ROUTE: &str = "POST /api/tokens";
    const CALLER: Caller = Caller::Anyone;
    const NEEDED: &[&str] = &["email", "password"];
    const GRANTS: &[Grant] =
        &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries), sign(KeyUse::Tokens)];
    const MEMORY_MB: u32 = 1024;
    type Reply = SessionReply;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let folded = self.email.folded();
        let limit = format!("login#{folded}");
        let (user, (), ()) =
            tokio::try_join!(account(cx, &folded), cx.limit(&limit, 20, 900), cx.limit_address("login", 300, 900),)?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = password_matches(self.password, hash).await?;
        let user = user
            .filter(|_| matches)
            .ok_or_else(|| Refusal::unauthorized("credentials_wrong", "Address and password don't belong together."))?;
        let secret = cx.chance().secret()?;
        let family = TokenFamily::new(cx.new_id()?, &user, secret_hash(&secret), cx.now());
        let reply = session(cx, &user, &family, &secret, self.cookie).await?;
        cx.commit(vec![Change::Insert(Record::TokenFamily(family))], reply).await
    }
}
