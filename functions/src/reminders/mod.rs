//! Reminders.

use domain::Change;
use domain::reminders::ReminderKind;
use kit::{Cx, Error, NoContent, Result};

pub mod remind_day_before;
pub mod remind_hour_before;

/// Fires what is due: each by one conditional write, which through the stream is the fact. A second tick at the same time
/// loses that write and goes on.
pub(crate) async fn fire(cx: &Cx, kind: ReminderKind, hours_back: i64) -> Result<()> {
    for reminder in cx.store().due_reminders(kind, cx.now(), hours_back).await? {
        let Some(ticked) = reminder.ticked(cx.now()) else { continue };
        match cx.commit(vec![Change::Tick(ticked)], NoContent).await {
            Ok(NoContent) => cx.metric("RemindersTicked", 1.0),
            Err(Error::Store(store::Error::Overtaken)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
