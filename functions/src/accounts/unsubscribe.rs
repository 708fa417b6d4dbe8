//! Turning off a kind of mail with one click.

use domain::accounts::User;
use domain::refusal::Refusal;
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, Link, NoContent, Result, Route, Table, Token, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Turn off a kind of mail, without signing in: what mail clients send for `List-Unsubscribe-Post` (RFC 8058).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// The token of the mail's link, in the query.
    token: String,
    /// What mail clients send as the form's one field: `One-Click`.
    #[serde(rename = "List-Unsubscribe", default)]
    #[expect(dead_code, reason = "read so that it isn't an unknown field; it says nothing that the address doesn't")]
    list_unsubscribe: Option<String>,
}

impl Route for Unsubscribe {
    const ROUTE: &str = "POST /api/unsubscribe";
    const CALLER: Caller = Caller::Anyone;
    const QUERY: &[&str] = &["token"];
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), read(Table::PublicKeys)];
    type Reply = NoContent;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let Some(Token::Link(Link::Unsubscribe { user, kind })) = cx.read_token(&self.token).await? else {
            let detail = "The link isn't complete or is too old. Turn the mails off in your profile.";
            return Err(Refusal::conflict("link_invalid", detail).into());
        };
        let user = cx.store().user(user).await?.ok_or_else(|| Refusal::not_found("user"))?;
        if !user.mails.wants(kind) {
            return Ok(NoContent);
        }
        let user = User { version: user.version + 1, mails: user.mails.without(kind), ..user };
        cx.commit(vec![Change::Replace(Record::User(user))], NoContent).await
    }
}
