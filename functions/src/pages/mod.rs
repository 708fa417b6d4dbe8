//! Pages at every address that is passed on or that a mail links to: written on the server, in the reader's language, light
//! and dark, readable without JavaScript, with no request to anybody but us. And what leads there: covers and short links.

pub mod follow_short_link;
mod html;
mod linked_data;
mod policy;
pub mod render_account_page;
pub mod render_cover;
pub mod render_event_page;
pub mod render_ticket_page;
mod shell;
mod words;

pub use policy::{CAMERA, NO_DEVICES, app_cache, app_policy};

#[cfg(test)]
mod testing;
