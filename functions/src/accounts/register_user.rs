//! Signing up.

use super::Notice;
use super::password::hash_password;
use domain::accounts::{EmailClaim, MailChoices, SignUpNotice, User, Verification};
use domain::text::{Email, Password, PersonName};
use domain::time::Zone;
use domain::{Change, Language, Record};
use kit::{Accepted, Caller, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Sign up. The answer is the same whether the address has an account or not; the mail to it says what to do next.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterUser {
    /// Your address; a six-digit code is sent there.
    email: Email,
    /// At least 10 characters; a sentence is easier to remember than a riddle.
    password: Password,
    /// Your name, as others should see it.
    name: PersonName,
    /// The language of your mails; that of your browser where it isn't said.
    #[serde(default)]
    language: Option<Language>,
    /// Your own time zone, so that mails can say when something is where you are.
    #[serde(default)]
    zone: Option<Zone>,
}

impl Route for RegisterUser {
    const ROUTE: &str = "POST /api/users";
    const CALLER: Caller = Caller::Anyone;
    const NEEDED: &[&str] = &["email", "password", "name"];
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts), write(Table::Deliveries)];
    // Hashing the password is CPU, and Lambda gives CPU by memory.
    const MEMORY_MB: u32 = 1024;
    type Reply = Accepted<Notice>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let folded = self.email.folded();
        let limit = format!("register#{folded}");
        let (claim, verification, (), ()) = tokio::try_join!(
            async { Ok(cx.store().email_claim(&folded).await?) },
            async { Ok(cx.store().verification(&folded).await?) },
            cx.limit(&limit, 5, 3_600),
            cx.limit_address("register", 100, 3_600),
        )?;
        // The password is hashed in both cases, so that neither takes longer; but not for who comes too often.
        let (password_hash, now) = (hash_password(self.password, cx.chance()).await?, cx.now());
        let changes = if let Some(claim) = claim {
            vec![
                Change::Put(Record::EmailClaim(claim.contested())),
                Change::Put(Record::SignUpNotice(SignUpNotice { email: folded, requested_at: now })),
            ]
        } else {
            let user = User {
                id: cx.new_id()?,
                version: 1,
                name: self.name,
                email: self.email.clone(),
                email_verified_at: None,
                password_hash,
                login_epoch: 1,
                language: self.language.unwrap_or_else(|| cx.language()),
                zone: self.zone,
                bio: Default::default(),
                city: None,
                mails: MailChoices::default(),
                reports: Default::default(),
                registered_at: now,
            };
            let seen = verification.map_or(0, |verification| verification.version);
            let verification = Verification::new(&self.email, seen, cx.chance().six_digits()?, now);
            cx.metric("UsersRegistered", 1.0);
            vec![
                Change::Insert(Record::EmailClaim(EmailClaim::new(&self.email, user.id))),
                Change::Insert(Record::User(user)),
                Change::Put(Record::Verification(verification)),
            ]
        };
        cx.commit(changes, Json(Notice::mail_to(&self.email))).await
    }
}
