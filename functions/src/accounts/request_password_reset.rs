//! Asking for a new password.

use super::Notice;
use domain::accounts::PasswordReset;
use domain::text::Email;
use domain::{Change, Record};
use kit::{Accepted, Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Ask for a link that sets a new password. It is sent if the address has an account; the answer is the same either way.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPasswordReset {
    /// Your address.
    email: Email,
}

impl Route for RequestPasswordReset {
    const ROUTE: &str = "POST /api/password-resets";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries)];
    type Reply = Accepted<Notice>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let folded = self.email.folded();
        let limit = format!("reset#{folded}");
        let (seen, (), ()) = tokio::try_join!(
            async { Ok(cx.store().password_reset(&folded).await?) },
            cx.limit(&limit, 5, 3_600),
            cx.limit_address("reset", 100, 3_600),
        )?;
        // Whether anybody has this address is looked up when the mail is sent, so that here nothing tells.
        let reset = PasswordReset::asked(&self.email, seen.as_ref(), cx.new_id()?, cx.now());
        let reply = Json(Notice::mail_to(&self.email));
        cx.commit(vec![Change::Replace(Record::PasswordReset(reset))], reply).await
    }
}
