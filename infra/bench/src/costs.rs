//! What each function costs on its main path, counted from the SDK's calls: the figures of its log line.

use crate::Result;
use crate::journey::Journey;
use crate::report::{Aim, Report};
use kit::{Function, Kind};
use serde_json::Value;
use std::collections::BTreeMap;

/// What one invocation cost, from its log line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Sequential round trips to DynamoDB.
    pub round_trips: u64,
    /// Calls of DynamoDB.
    pub calls: u64,
    /// Items written or removed.
    pub items_written: u64,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
}

impl Cost {
    /// The figures of a log line.
    pub fn of(line: &Value) -> Self {
        let count = |name: &str| line[name].as_u64().unwrap_or_default();
        let units = |name: &str| line[name].as_f64().unwrap_or_default();
        Cost {
            round_trips: count("round_trips"),
            calls: count("calls"),
            items_written: count("items_written"),
            read_units: units("read_units"),
            write_units: units("write_units"),
        }
    }

    fn words(self) -> String {
        let Cost { round_trips, calls, items_written, read_units, write_units } = self;
        let (trips, calls) = (counted(round_trips, "trip"), counted(calls, "call"));
        format!("{trips}, {calls}, {} written, {read_units} RCU, {write_units} WCU", counted(items_written, "item"))
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Why a function needs more than was aimed at, and what would change it.
fn why(function: &str) -> &'static str {
    match function {
        "issue_tokens" => {
            "the claim on the address says whose account it is, so the user is read after it (the limits are counted \
             beside them), and the log-in may be written only once the password was right. Each step needs what the one \
             before it gave. To save one, the claim would hold all that a log-in is decided on (password hash, epoch, name, \
             language, whether the address is verified), and every change of those would be written in two places; an index \
             by address instead is behind for a moment, in which an old password would still be good."
        }
        "reset_password" => {
            "the caller's address is counted before the link's address is looked up. Counting beside the read saves the \
             trip, at the price of a read for each refused caller."
        }
        "book_place" => "it should not: look at the reads of `booking_desk` and at what `Booked::issued` writes.",
        "read_event" => {
            "the first read of an event with several pools learns their number and reads the others after it."
        }
        _ => "no reason is known: look at its reads, which should run side by side.",
    }
}

fn aim(function: &Function, cost: Cost) -> Aim {
    let Kind::Route { .. } = function.kind else { return Aim::None };
    // A timeline is a list: it goes over all of an event's bookings.
    if function.name.starts_with("list_") || function.name == "read_timeline" {
        return Aim::None;
    }
    let trips = cost.round_trips;
    let why = why(function.name);
    match function.name {
        "book_place" => Aim::of("2 trips, 4 items", trips <= 2 && cost.items_written <= 4, why),
        "read_event" => Aim::of("1 trip", trips <= 1, why),
        _ => Aim::of("2 trips", trips <= 2, why),
    }
}

/// Counts what each function costs.
///
/// # Errors
/// A function answers otherwise than it should, or wasn't called.
pub async fn measure(report: &mut Report) -> Result<()> {
    let (costs, scans): (BTreeMap<String, Cost>, usize) = Journey::travelled().await?;
    for function in pictures::every() {
        let cost = costs.get(function.name).ok_or_else(|| {
            format!("{} is not in the bench's journey: add a step to infra/bench/src/journey.rs", function.name)
        })?;
        report.row("function", format!("`{}`", function.name), cost.words(), aim(function, *cost));
    }
    let why = "some read has no key to query by.";
    report.row("function", "calls of `Scan` by all of them", scans.to_string(), Aim::of("0", scans == 0, why));
    report.note(
        "Functions: the second call of each, so that keys are cached, counted by the interceptor of its own SDK client \
         (the figures of its log line); RCU and WCU as the embedded DynamoDB reports them. POSTs carry an \
         `Idempotency-Key`, which costs the creating ones an item; callers have a network address, whose counter costs \
         `register_user` and its like a write. `read_event` is read by somebody who isn't signed in; `check_in_ticket` is \
         a scan by a door pass. A list's figures are those of a first page. Consumers' figures are those of the costliest \
         message that a booking causes, the reminders' those of a tick with two events due. DynamoDB is 20 ms away here, so \
         that what runs side by side is counted as such. A `Scan` is refused by the interceptor besides: no grant stands \
         for it. `cancel_booking` and `resend_ticket` are told the event, `undo_check_in` the ticket, as clients that know \
         them do; without, each takes a trip more, since a booking's or scan's id says nothing of what must be read with it. \
         `update_event` is given a new start; where another event holds the claim on it, the refusal takes a third trip to \
         name that one.",
    );
    Ok(())
}
