//! What a scanner starts from.

use super::DoorPassView;
use super::at_door::admitted_by;
use crate::bookings::EventBrief;
use domain::refusal::Refusal;
use kit::{Caller, Cx, Error, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Read your door pass: which door it is for, until when, and of which event. It is all that a scanner needs to begin; the
/// tickets are in `GET /api/events/{event}/bookings`, the keys by which they are verified in
/// `GET /.well-known/guestlist-ticket-keys.json`, the numbers in `GET /api/events/{event}/attendance`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadDoorPass {}

/// A door pass, as who holds it sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyDoorPass {
    /// The pass.
    #[serde(flatten)]
    pub pass: DoorPassView,
    /// Its event.
    pub event_details: EventBrief,
    /// How many places the event has; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
}

impl Route for ReadDoorPass {
    const ROUTE: &str = "GET /api/door-passes/me";
    const CALLER: Caller = Caller::Door;
    const GRANTS: &[Grant] = &[read(Table::Events)];
    type Reply = Json<MyDoorPass>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (pass, event) = cx.door_pass().ok_or_else(|| Error::internal("called without a door pass"))?;
        let (event, pass) = tokio::try_join!(cx.store().event(event), cx.store().door_pass(event, pass))?;
        let event = event.ok_or_else(|| Refusal::not_found("event"))?;
        let pass = admitted_by(&event, pass, cx)?;
        let (event_details, capacity) = (EventBrief::new(&event, false), event.details.capacity);
        Ok(Json(MyDoorPass { pass: DoorPassView::new(pass, &event), event_details, capacity }))
    }
}
