//! Setting a new password with the link from the mail.

use super::password::hash_password;
use domain::accounts::wrong_reset;
use domain::text::Password;
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, Link, NoContent, Result, Route, Table, Token, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Set a new password with the token of the mailed link. Every log-in made with the old one ends. Whoever has the link reads the
/// mail, so it verifies the address as a code does: mails that came back before count no more.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The link's token.
    token: String,
    /// The new password, at least 10 characters.
    password: Password,
}

impl Route for ResetPassword {
    const ROUTE: &str = "POST /api/password-resets/redeem";
    const CALLER: Caller = Caller::Anyone;
    const NEEDED: &[&str] = &["token", "password"];
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), read(Table::PublicKeys)];
    const MEMORY_MB: u32 = 1024;
    type Reply = NoContent;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        // Only we can sign such a token, so there is nothing to guess, and nothing to limit.
        let Some(Token::Link(Link::Reset { email, reset: id })) = cx.read_token(&self.token).await? else {
            return Err(wrong_reset().into());
        };
        let store = cx.store();
        let (reset, claim, code) =
            tokio::try_join!(store.password_reset(&email), store.email_claim(&email), store.verification(&email))?;
        let (reset, claim) = reset.zip(claim).ok_or_else(wrong_reset)?;
        let redeemed = reset.redeemed(id, cx.now())?;
        let hash = hash_password(self.password, cx.chance()).await?;
        // Until somebody has shown that they read the mail, anybody may have written what is said about them.
        let user = if claim.contested { store.user(claim.user).await? } else { None };
        let changed = match user.filter(|user| !user.is_verified()) {
            Some(user) => Change::Replace(Record::User(user.reclaimed(hash, cx.now()))),
            None => Change::ResetPassword { user: claim.user, hash, at: cx.now() },
        };
        let code = code.and_then(|code| code.without_exception()).map(Record::Verification).map(Change::Replace);
        let changes = [Change::Replace(Record::PasswordReset(redeemed)), changed].into_iter().chain(code);
        cx.commit(changes.collect(), NoContent).await
    }
}
