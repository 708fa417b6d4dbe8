//! Tickets.

mod held;
pub mod list_my_tickets;
pub mod read_ticket;
pub mod read_ticket_keys;
pub mod render_ticket_calendar;
pub mod render_ticket_qr;
pub mod resend_ticket;
mod views;

pub use held::held_ticket;
pub use views::{TicketView, ticket_url};
