//! Plain pages at every address that a mail links to: drawn on the server, in the reader's language, light and dark, with
//! no request to anybody but us (an event's own picture excepted).

pub mod follow_short_link;
mod linked_data;
mod policy;
pub mod render_account_page;
pub mod render_cover;
pub mod render_event_page;
pub mod render_ticket_page;
mod shell;
mod words;

pub use policy::app_policy;

#[cfg(test)]
mod testing;
