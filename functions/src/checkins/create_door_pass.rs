//! Letting somebody stand at the door.

use super::DoorPassView;
use domain::checkins::{DoorPass, LONGEST_USE};
use domain::ids::EventId;
use domain::refusal::Refusal;
use domain::text::DoorName;
use domain::{Change, Record};
use kit::{Caller, Created, Cx, Grant, Json, KeyUse, Result, Route, Table, Token, read, sign, write};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Make a door pass: whoever has its token can scan at this event's door, without an account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDoorPass {
    /// For which event.
    event: EventId,
    /// Which door.
    door: DoorName,
}

/// A new door pass.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewDoorPass {
    /// The pass.
    #[serde(flatten)]
    pub pass: DoorPassView,
    /// Send it as a bearer token. It is shown this once.
    pub token: String,
    /// The link that opens the scanner with it, to be handed to who stands at the door.
    pub url: String,
}

impl Route for CreateDoorPass {
    const ROUTE: &str = "POST /api/events/{event}/door-passes";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events), sign(KeyUse::Tokens)];
    type Reply = Created<NewDoorPass>;

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
        let door = Token::Door { sub: pass.id, event: event.id };
        // The pass itself is read with each call, and ends with its event as that is planned by then: it may be moved. The token
        // only holds as long as any event can be away.
        let token = cx.sign_token(door, LONGEST_USE).await?;
        // In the fragment, which no browser sends anywhere.
        let url = format!("{}/organize/door#{token}", cx.base_url());
        let view = NewDoorPass { pass: DoorPassView::new(pass.clone(), &event), token, url };
        cx.commit(vec![Change::Insert(Record::DoorPass(pass))], Json(view)).await
    }
}
