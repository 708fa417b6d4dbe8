//! Finding an event of one's own.

use domain::events::Event;
use domain::refusal::Refusal;
use kit::{Cx, Result};

/// The event that was read, where it is the caller's own and of the version that they saw, if they said which.
///
/// # Errors
/// Not found; not the organizer; changed since.
pub fn own(cx: &Cx, event: Option<Event>) -> Result<Event> {
    let event = event.ok_or_else(|| Refusal::not_found("event"))?.run_by(cx.user()?)?;
    cx.check_version("event", event.version)?;
    Ok(event)
}
