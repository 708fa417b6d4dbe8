//! Somebody's public profile.

use super::PublicUser;
use domain::ids::UserId;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read somebody's public profile.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUser {
    /// Whose.
    user: UserId,
}

impl Route for ReadUser {
    const ROUTE: &str = "GET /api/users/{user}";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Accounts)];
    type Reply = Json<PublicUser>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        // Who never verified an address is nobody yet: strangers' names can't be put on our pages by signing up.
        let user = cx.store().user(self.user).await?.filter(|user| user.is_verified());
        Ok(Json(user.ok_or_else(|| Refusal::not_found("user"))?.into()))
    }
}
