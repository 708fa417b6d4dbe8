//! How many come, and how many are in.

use crate::checkins::at_door;
use domain::events::Status;
use domain::ids::EventId;
use domain::pools;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Read how many places and bookings there are and how many people are in: for the event's organizer and its doors.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAttendance {
    /// Of which event.
    event: EventId,
}

/// An event's numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Attendance {
    /// The event.
    pub event: EventId,
    /// How many places there are; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Places booked.
    pub booked: i64,
    /// The bookings that hold them: one guest each, who gets one mail for the whole party.
    pub bookings: i64,
    /// Places free; absent where there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i64>,
    /// People who are in.
    pub admitted: i64,
    /// People who are still expected.
    pub expected: i64,
}

impl Route for ReadAttendance {
    const ROUTE: &str = "GET /api/events/{event}/attendance";
    const CALLER: Caller = Caller::DoorOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools)];
    type Reply = Json<Attendance>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = at_door(cx, self.event).await?;
        let seats = match event.status {
            Status::Draft => vec![],
            Status::Published | Status::Cancelled => cx.store().pools(event.id, event.pools).await?,
        };
        let places = pools::places(&event, &seats);
        Ok(Json(Attendance {
            event: event.id,
            capacity: event.details.capacity,
            booked: places.taken,
            bookings: places.bookings,
            left: places.left,
            admitted: places.admitted,
            expected: (places.taken - places.admitted).max(0),
        }))
    }
}
