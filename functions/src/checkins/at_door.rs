//! Who may stand at an event's door.

use domain::checkins::DoorPass;
use domain::events::Event;
use domain::ids::EventId;
use domain::refusal::Refusal;
use kit::{Cx, Result};

/// The event, for its organizer or for a pass to its door. One trip.
///
/// # Errors
/// Not found; not the organizer; a pass that was revoked or has ended.
pub async fn at_door(cx: &Cx, id: EventId) -> Result<Event> {
    let missing = || Refusal::not_found("event");
    match cx.door_pass() {
        Some((pass, _)) => {
            let (event, pass) = tokio::try_join!(cx.store().event(id), cx.store().door_pass(id, pass))?;
            let event = event.ok_or_else(missing)?;
            admitted_by(&event, pass, cx)?;
            Ok(event)
        }
        None => Ok(cx.store().event(id).await?.ok_or_else(missing)?.run_by(cx.user()?)?),
    }
}

/// The pass that calls, if it opens this event's door.
///
/// # Errors
/// It was revoked, has ended, or isn't there.
pub fn admitted_by(event: &Event, pass: Option<DoorPass>, cx: &Cx) -> Result<DoorPass> {
    let pass =
        pass.ok_or_else(|| Refusal::unauthorized("door_pass_revoked", "This door pass isn't known any more."))?;
    pass.checked(event, cx.now())?;
    Ok(pass)
}
