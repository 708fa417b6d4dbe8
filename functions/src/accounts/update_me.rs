//! Changing one's own profile.

use super::Me;
use crate::present::{given, present};
use domain::accounts::{MailChoicesPatch, UserPatch};
use domain::refusal::Refusal;
use domain::text::{Bio, City, PersonName};
use domain::time::Zone;
use domain::{Change, Language, Record};
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Change your own profile: the fields that are sent, and no others. An access token from before you verified your address is not
/// taken: refresh it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// Your name.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "PersonName")]
    name: Option<PersonName>,
    /// The language of your mails and pages.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Language")]
    language: Option<Language>,
    /// Your own time zone; `null` takes it out.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Zone>")]
    zone: Option<Option<Zone>>,
    /// A few words about yourself.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Bio")]
    bio: Option<Bio>,
    /// Your city; `null` takes it out.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<City>")]
    city: Option<Option<City>>,
    /// Which of the mails that can be turned off you want; those that aren't named stay as they are.
    #[serde(default)]
    mails: MailChoicesPatch,
    /// `true` where you called a mail unwanted and want mails again; it takes a verified address, which is to say that you read its
    /// mails. An address that mails come back from is shown to work by a code instead.
    #[serde(default)]
    resume_mails: bool,
}

impl Route for UpdateMe {
    const ROUTE: &str = "PATCH /api/me";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts)];
    type Reply = Tagged<Me>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.store().user(cx.user()?).await?.ok_or_else(|| Refusal::not_found("user"))?;
        // Before the address was verified, anybody may have been given that token. Whoever verified it gets another.
        if user.is_verified() && !cx.signed_in()?.verified {
            let detail = "The access token is from before the address was verified. Refresh it, or sign in again.";
            return Err(Refusal::unauthorized("token_invalid", detail).into());
        }
        cx.check_version("profile", user.version)?;
        if self.resume_mails && !user.is_verified() {
            let detail = "Whether mails go to an address again is for its reader to say. Verify it first.";
            return Err(Refusal::forbidden("email_unverified", detail).into());
        }
        let Self { name, language, zone, bio, city, mails, resume_mails } = self;
        let resumed_at = resume_mails.then(|| cx.now());
        let user = user.patched(UserPatch { name, language, zone, bio, city, mails, resumed_at });
        let reply = Tagged(user.version, user.clone().into());
        cx.commit(vec![Change::Replace(Record::User(user))], reply).await
    }
}
