//! The reminder a hour before.

use domain::reminders::ReminderKind;
use kit::{Cx, Grant, Result, Schedule, Table, read, write};
use std::time::Duration;

/// How many hours back it looks for what an outage kept it from: one more than a reminder may be late.
const HOURS_BACK: i64 = 2;

/// Remind of events a hour before they start.
pub struct RemindHourBefore;

impl Schedule for RemindHourBefore {
    const EVERY: Duration = Duration::from_secs(60);
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events)];

    async fn run(cx: &Cx) -> Result<()> {
        super::fire(cx, ReminderKind::HourBefore, HOURS_BACK).await
    }
}
