//! One's own profile.

use super::Me;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Result, Route, Table, Tagged, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read your own profile.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMe {}

impl Route for ReadMe {
    const ROUTE: &str = "GET /api/me";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[read(Table::Accounts)];
    type Reply = Tagged<Me>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.store().user(cx.user()?).await?.ok_or_else(|| Refusal::not_found("user"))?;
        Ok(Tagged(user.version, user.into()))
    }
}
