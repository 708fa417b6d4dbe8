//! Guestlist's rules. Pure: no async, no AWS, no clock, no randomness; Cargo.toml proves it.
//!
//! A decision takes what was read and `now`, and gives the new state with the [`record::Change`]s to be written, or a
//! [`refusal::Refusal`]. Whoever calls it writes all the changes in one transaction; when a condition of theirs fails, the
//! world has moved on, and the decision is made anew on what is there now.

pub mod accounts;
pub mod announcements;
pub mod base32;
pub mod bookings;
pub mod checkins;
pub mod covers;
pub mod events;
pub mod facts;
pub mod fault;
pub mod ids;
pub mod language;
pub mod markdown;
pub mod money;
pub mod pictures;
pub mod pools;
pub mod record;
pub mod refusal;
pub mod reminders;
pub mod text;
pub mod tickets;
pub mod time;
pub mod timeline;

pub use fault::{Fault, FaultCode};
pub use language::Language;
pub use record::{Change, Record};
pub use refusal::Refusal;
