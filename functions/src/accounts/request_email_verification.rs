//! Asking for another code.

use super::Notice;
use domain::accounts::Verification;
use domain::text::Email;
use domain::{Change, Record};
use kit::{Accepted, Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Ask for another verification code. It is sent if the address has an account that isn't verified yet, or one whose mails came
/// back: then once a day, and mails go out again once it is entered. The answer is the same either way.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestEmailVerification {
    /// The address to verify.
    email: Email,
}

impl Route for RequestEmailVerification {
    const ROUTE: &str = "POST /api/users/request-verification";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries)];
    type Reply = Accepted<Notice>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let folded = self.email.folded();
        let limit = format!("code#{folded}");
        let (seen, (), ()) = tokio::try_join!(
            async { Ok(cx.store().verification(&folded).await?) },
            cx.limit(&limit, 5, 3_600),
            cx.limit_address("code", 100, 3_600),
        )?;
        // Whether anybody has this address is looked up when the mail is sent, so that here nothing tells.
        let verification = Verification::asked(&self.email, seen.as_ref(), cx.chance().six_digits()?, cx.now());
        let reply = Json(Notice::mail_to(&self.email));
        cx.commit(vec![Change::Replace(Record::Verification(verification))], reply).await
    }
}
