//! Reading a booking.

use super::{MyBooking, owned_booking};
use domain::ids::BookingId;
use kit::{Caller, Cx, Grant, Json, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read a booking: your own, or one at your event.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadBooking {
    /// Which.
    booking: BookingId,
}

impl Route for ReadBooking {
    const ROUTE: &str = "GET /api/bookings/{booking}";
    const CALLER: Caller = Caller::OwnerOf("booking");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Json<MyBooking>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (booking, event, _) = owned_booking(cx, self.booking, None).await?;
        Ok(Json(MyBooking::new(booking, &event, cx.now())))
    }
}
