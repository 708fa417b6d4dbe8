//! Schedules: every function that has one is called each minute, and at once when the clock was moved.

use crate::clock::Clock;
use crate::handler::{Handler, Stop};
use serde_json::{Value, json};
use std::time::Duration;

/// One schedule and its function.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The function.
    pub handler: Handler,
    /// How often it is called.
    pub every: Duration,
}

impl Schedule {
    /// Ticks until the end, the first time at once: a runner that was off has something to catch up with. A tick that
    /// fails is told and not repeated, since the next one comes soon.
    pub async fn run(self, clock: Clock, mut stop: Stop) {
        loop {
            let moved = clock.moved();
            if let Err(reason) = self.handler.call(tick(&clock)).await {
                eprintln!("guestlist: {} failed: {reason}", self.handler.name());
            }
            tokio::select! {
                () = stop.requested() => return,
                () = moved => {}
                () = tokio::time::sleep(self.every) => {}
            }
        }
    }
}

/// What EventBridge sends to a scheduled Lambda
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html>), with the runner's time.
fn tick(clock: &Clock) -> Value {
    let now = clock.now();
    json!({
        "version": "0",
        "id": format!("tick-{}", now.as_millisecond()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": "local",
        "resources": [],
        "detail": "{}",
    })
}
