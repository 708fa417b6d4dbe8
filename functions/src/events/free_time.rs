//! Deciding on a user's time.

use domain::bookings::Calendar;
use domain::ids::EventId;
use domain::refusal::Refusal;
use kit::{Cx, Result};

/// Decides on a calendar. It may be behind what it holds: where an event stands in the way, that event is read as it is now
/// (cancelled, moved), and the decision made again. Only then is the clash true.
///
/// # Errors
/// The decision's.
pub async fn decide<T>(
    cx: &Cx,
    calendar: &Calendar,
    decision: impl Fn(&Calendar) -> std::result::Result<T, Refusal>,
) -> Result<T> {
    let mut calendar = calendar.clone();
    let mut looked_at = Vec::new();
    loop {
        let refusal = match decision(&calendar) {
            Err(refusal) if refusal.code == "schedule_conflict" => refusal,
            decided => return Ok(decided?),
        };
        let clash = refusal.more.get("event").and_then(|event| event.as_str());
        let clash: Option<EventId> = clash.and_then(|event| event.parse().ok());
        let Some(clash) = clash.filter(|clash| !looked_at.contains(clash)) else { return Err(refusal.into()) };
        looked_at.push(clash);
        match cx.store().event(clash).await? {
            Some(event) => calendar = calendar.seen(&event),
            None => return Err(refusal.into()),
        }
    }
}
