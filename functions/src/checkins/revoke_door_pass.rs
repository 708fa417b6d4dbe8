//! Taking a door pass back.

use domain::ids::{DoorPassId, EventId};
use domain::refusal::Refusal;
use domain::{Change, Record};
use kit::{Caller, Cx, Grant, NoContent, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Take a door pass back: from then on its token opens nothing. Doing so twice is no error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeDoorPass {
    /// Of which event.
    event: EventId,
    /// Which.
    pass: DoorPassId,
}

impl Route for RevokeDoorPass {
    const ROUTE: &str = "DELETE /api/events/{event}/door-passes/{pass}";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events)];
    type Reply = NoContent;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (event, pass) =
            tokio::try_join!(cx.store().event(self.event), cx.store().door_pass(self.event, self.pass))?;
        event.ok_or_else(|| Refusal::not_found("event"))?.run_by(cx.user()?)?;
        let pass = pass.ok_or_else(|| Refusal::not_found("door pass"))?;
        if pass.revoked_at.is_some() {
            return Ok(NoContent);
        }
        cx.commit(vec![Change::Replace(Record::DoorPass(pass.revoked(cx.now())))], NoContent).await
    }
}
