//! Showing that an address is one's own.

use super::password::NOBODYS_HASH;
use domain::accounts::{PasswordReset, wrong_code};
use domain::text::Email;
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, NoContent, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Verify an address with the six-digit code from the mail. Afterwards, refresh your tokens: new ones say that you are
/// verified. Mails that came back before count no more. Where somebody signed up with the address more than once before it was
/// verified, nobody knows whose the password is: it ends, with every log-in, and a mail leads to a new one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// The address.
    email: Email,
    /// The six digits.
    #[schemars(regex(pattern = "^[0-9]{6}$"))]
    code: String,
}

impl Route for VerifyEmail {
    const ROUTE: &str = "POST /api/users/verify-email";
    const CALLER: Caller = Caller::Anyone;
    const NEEDED: &[&str] = &["email", "code"];
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries)];
    type Reply = NoContent;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let folded = self.email.folded();
        let limit = format!("verify#{folded}");
        let (claim, verification, reset, (), ()) = tokio::try_join!(
            async { Ok(cx.store().email_claim(&folded).await?) },
            async { Ok(cx.store().verification(&folded).await?) },
            async { Ok(cx.store().password_reset(&folded).await?) },
            cx.limit(&limit, 20, 3_600),
            cx.limit_address("verify", 200, 3_600),
        )?;
        let verification = verification.ok_or_else(wrong_code)?;
        let (right, tried) = verification.tried(&self.code, cx.now());
        let tried = Change::Replace(Record::Verification(tried));
        match claim {
            Some(claim) if right => {
                let user = if claim.contested { cx.store().user(claim.user).await? } else { None };
                // Who is verified has shown whose the password is; their code says that mails reach them again.
                let (user, reset) = match user.filter(|user| !user.is_verified()) {
                    None => {
                        let reset = reset.and_then(|reset| reset.without_exception());
                        (Change::VerifyAddress { user: claim.user, at: cx.now() }, reset)
                    }
                    Some(user) => {
                        let seen = reset.map_or(0, |reset| reset.version);
                        let reset = PasswordReset::new(&self.email, seen, cx.new_id()?, cx.now());
                        let user = user.reclaimed(NOBODYS_HASH.to_owned(), cx.now());
                        (Change::Replace(Record::User(user)), Some(reset))
                    }
                };
                let reset = reset.map(Record::PasswordReset).map(Change::Replace);
                cx.commit([tried, user].into_iter().chain(reset).collect(), NoContent).await
            }
            _ => {
                // The wrong guess is counted before it is answered.
                cx.commit(vec![tried], NoContent).await?;
                Err(wrong_code().into())
            }
        }
    }
}
