//! Events.

pub mod announce;
pub mod cancel_event;
pub mod create_event;
pub mod discard_event;
mod fields;
mod free_time;
pub mod list_announcements;
pub mod list_events;
pub mod list_my_events;
pub mod publish_event;
pub mod read_event;
pub mod update_event;
mod views;

pub use fields::{Limit, PageOf};
pub use free_time::decide;
pub use views::{AnnouncementView, EventView};
