//! Letting somebody stand at the door.

use domain::checkins::DoorPass;
use domain::ids::{DoorPassId, EventId};
use domain::refusal::Refusal;
use domain::text::DoorName;
use domain::{Change, Record};
use jiff::Timestamp;
use kit::{Caller, Created, Cx, Grant, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Make a door pass: whoever has its token can scan at this event's door, without an account.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDoorPass {
    /// For which event.
    event: EventId,
    /// Which door.
    door: DoorName,
}

/// A new door pass.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoorPassView {
    /// Its id, for revoking it.
    pub id: DoorPassId,
    /// Its event.
    pub event: EventId,
    /// Its door.
    pub door: DoorName,
    /// Send it as a bearer token. It is shown this once.
    pub token: String,
    /// When it ends, as the event is planned now.
    pub ends_at: Timestamp,
}

impl Route for CreateDoorPass {
    const ROUTE: &str = "POST /api/events/{event}/door-passes";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events), read(Table::SigningKeys)];
    type Reply = Created<DoorPassView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = cx.store().event(self.event).await?.ok_or_else(|| Refusal::not_found("event"))?;
        let event = event.run_by(cx.user()?)?;
        let pass = DoorPass {
            id: cx.new_id()?,
            event: event.id,
            door: self.door,
            created_at: cx.now(),
            revoked_at: None,
            version: 1,
        };
        let view = DoorPassView {
            id: pass.id,
            event: event.id,
            door: pass.door.clone(),
            token: cx.door_token(pass.id, event.id).await?,
            ends_at: DoorPass::ends(&event),
        };
        cx.commit(vec![Change::Insert(Record::DoorPass(pass))], Created(view)).await
    }
}
