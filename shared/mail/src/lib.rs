//! What people receive: the words of every mail, its tickets as QR codes, its calendar entry, and the way to SES.
//!
//! Three steps, and only the last one touches the network:
//!
//! 1. [`compose`] turns a [`Content`] (what happened) and a [`Recipient`] (who reads it, in which language) into a
//!    [`Composed`] mail: subject, text, HTML, pictures and calendar entry.
//! 2. [`Composed::to_mime`] writes it as the bytes of one message.
//! 3. [`Mailer::send`] hands those bytes to Amazon SES.
//!
//! The same input gives the same bytes: "now" and the delivery's key are passed in, nothing is drawn by lot.
//! Text that users wrote is cleaned of control and direction-changing characters before it meets a template, and
//! HTML templates escape it.

pub mod calendar;
mod clean;
mod compose;
mod content;
mod languages;
mod mailer;
mod mime;
mod moment;
pub mod qr;
pub mod samples;
mod templates;
mod zone_rules;

pub use compose::{ComposeError, Composed, Delivery, Inline, Invitation, Unsubscribe, compose};
pub use content::{Address, CalendarSlot, Change, Content, EventCard, PlaceLine, Recipient, TicketStub};
pub use languages::plural_form;
pub use mailer::{Mailer, SendError, SesMessageId};
pub use moment::{day_and_time, when};
