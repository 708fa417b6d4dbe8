//! The reminder a day before.

use domain::reminders::ReminderKind;
use kit::{Cx, Grant, Result, Schedule, Table, read, write};
use std::time::Duration;

/// How many hours back it looks for what an outage kept it from: one more than a reminder may be late.
const HOURS_BACK: i64 = 7;

/// Remind of events a day before they start.
pub struct RemindDayBefore;

impl Schedule for RemindDayBefore {
    const EVERY: Duration = Duration::from_secs(60);
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events)];

    async fn run(cx: &Cx) -> Result<()> {
        super::fire(cx, ReminderKind::DayBefore, HOURS_BACK).await
    }
}
