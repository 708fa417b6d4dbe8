//! What was counted of a whole event: the file that the cost of everything is worked out from.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was measured, as it is kept in `measured-event.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// When, and on what.
    pub machine: String,
    /// Guests who came: places, tickets admitted, people reminded twice.
    pub guests: u32,
    /// Bookings made.
    pub bookings: u32,
    /// Bookings called off.
    pub cancellations: u32,
    /// How many people signed up in the part `sign-ups`.
    pub sign_ups: u32,
    /// How many looks at the event's page there were in the part `views`.
    pub views: u32,
    /// The parts of the story, by name.
    pub parts: BTreeMap<String, Part>,
    /// Bytes in the tables at the end for each booking, indexes included.
    pub stored_bytes_a_booking: u64,
    /// Different metrics in the log lines.
    pub metrics: Vec<String>,
    /// Milliseconds of CPU time for one invocation of a function, warm, on one whole CPU of that machine.
    pub cpu_ms: BTreeMap<String, f64>,
    /// Milliseconds from starting a process to its first call for work, with its connection open.
    pub init_ms: f64,
}

/// A part of the story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What was invoked, by function.
    pub functions: BTreeMap<String, Calls>,
    /// Read units by table, indexes included.
    pub reads: BTreeMap<String, f64>,
    /// Write units by table, indexes included.
    pub writes: BTreeMap<String, f64>,
    /// Requests that API Gateway takes.
    pub requests: u64,
    /// Bytes of their answers, headers included.
    pub answer_bytes: u64,
    /// Calls that Lambda makes to hand a queue's messages over: to receive, and to delete.
    pub queue_polls: u64,
    /// Mails.
    pub mails: u64,
    /// Their bytes.
    pub mail_bytes: u64,
}

/// What one function did in a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// Invocations.
    pub invocations: u64,
    /// Messages, or requests: lines of log.
    pub lines: u64,
    /// Bytes of these lines.
    pub log_bytes: u64,
    /// Sequential round trips to DynamoDB.
    pub round_trips: u64,
    /// Calls of SQS.
    pub sends: u64,
    /// Calls of SES.
    pub mails: u64,
}

impl Part {
    /// All write units.
    pub fn all_writes(&self) -> f64 {
        self.writes.values().fold(0.0, |sum, units| sum + units)
    }

    /// All read units.
    pub fn all_reads(&self) -> f64 {
        self.reads.values().fold(0.0, |sum, units| sum + units)
    }
}
