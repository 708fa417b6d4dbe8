//! How an event filled, and how people came.

use crate::checkins::at_door;
use domain::ids::EventId;
use domain::timeline::{self, Point, Step};
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Read how many places were booked and how many people were in over time: for the event's organizer and its doors. Both counts
/// add up, less what was called off or undone; they stay as they are between two points.
///
/// It reads all of the event's bookings from an index: about 130 read units for every 1,000 of them, so ask for it by the
/// minute and not by the second; `GET /api/events/{event}/attendance` says how things stand for next to nothing. Beyond some
/// 20,000 bookings it may not look at all of them, and then says so.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadTimeline {
    /// Of which event.
    event: EventId,
}

/// An event's numbers over time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Timeline {
    /// The width of the steps of `bookings`: hours while all of it happened within three days, else days of the event's zone.
    pub bookings_by: Step,
    /// Places booked by the end of each step in which that changed.
    pub bookings: Vec<Point>,
    /// The width of the steps of `arrivals`.
    pub arrivals_by: Step,
    /// People in by the end of each step in which that changed.
    pub arrivals: Vec<Point>,
    /// True where there are more bookings than were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<bool>,
}

impl Route for ReadTimeline {
    const ROUTE: &str = "GET /api/events/{event}/attendance/timeline";
    const CALLER: Caller = Caller::DoorOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    const MEMORY_MB: u32 = 512;
    type Reply = Json<Timeline>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = at_door(cx, self.event).await?;
        let comings = cx.store().comings(event.id, event.pools).await?;
        let zone = &event.details.zone;
        let bookings = timeline::bookings(&comings.found, zone);
        let arrivals = timeline::arrivals(&comings.found, zone);
        Ok(Json(Timeline {
            bookings_by: bookings.step,
            bookings: bookings.points,
            arrivals_by: arrivals.step,
            arrivals: arrivals.points,
            incomplete: (!comings.whole).then_some(true),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_refused() {
        let read = serde_json::from_value::<ReadTimeline>(serde_json::json!({ "colour": "red" }));
        assert!(read.is_err_and(|why| why.to_string().contains("unknown field")));
    }
}
