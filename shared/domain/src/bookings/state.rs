//! The states of a booking, and which follows which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The states of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for the organizer's yes.
    Requested,
    /// Was invited and hasn't answered.
    Invited,
    /// Waits for a place.
    Waitlisted,
    /// A place is held until they confirm or it runs out.
    Offered,
    /// Has a place.
    Confirmed,
    /// Came.
    Attended,
    /// Had a place and didn't come.
    NoShow,
    /// Called off.
    Cancelled,
    /// The organizer said no.
    Rejected,
    /// The invited said no.
    Declined,
    /// The offer ran out.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: &[State] = &[
        State::Requested,
        State::Invited,
        State::Waitlisted,
        State::Offered,
        State::Confirmed,
        State::Attended,
        State::NoShow,
        State::Cancelled,
        State::Rejected,
        State::Declined,
        State::Expired,
    ];

    /// Where a booking may go from here.
    pub fn next(self) -> &'static [State] {
        use State::*;
        match self {
            Requested => &[Confirmed, Rejected, Cancelled],
            Invited => &[Confirmed, Declined, Cancelled],
            Waitlisted => &[Offered, Cancelled],
            Offered => &[Confirmed, Expired, Cancelled],
            // The event says whether an expired offer goes to the end of the line or out.
            Expired => &[Waitlisted],
            Confirmed => &[Attended, NoShow, Cancelled],
            // A check-in that was a mistake is undone.
            Attended => &[Confirmed],
            NoShow | Cancelled | Rejected | Declined => &[],
        }
    }

    /// Whether a place is taken or held.
    pub fn holds_place(self) -> bool {
        matches!(self, State::Offered | State::Confirmed | State::Attended | State::NoShow)
    }

    /// Whether it counts as the user's one live booking of the event.
    pub fn is_live(self) -> bool {
        matches!(
            self,
            State::Requested | State::Invited | State::Waitlisted | State::Offered | State::Confirmed | State::Attended
        )
    }

    /// The word in keys and replies.
    pub fn word(self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Invited => "invited",
            State::Waitlisted => "waitlisted",
            State::Offered => "offered",
            State::Confirmed => "confirmed",
            State::Attended => "attended",
            State::NoShow => "no_show",
            State::Cancelled => "cancelled",
            State::Rejected => "rejected",
            State::Declined => "declined",
            State::Expired => "expired",
        }
    }
}
