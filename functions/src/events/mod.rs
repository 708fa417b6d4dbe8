//! Events.

pub mod announce;
pub mod cancel_event;
pub mod create_event;
pub mod discard_event;
mod event_ref;
mod fields;
mod free_time;
pub mod list_announcements;
pub mod list_events;
pub mod list_my_events;
mod own;
pub mod preview_update;
pub mod publish_event;
pub mod read_event;
pub mod update_event;
mod views;

pub use event_ref::EventRef;
pub use fields::{Limit, PageOf};
pub use free_time::decide;
pub use own::own;
pub use views::{AnnouncementView, EventView, Reader, short_url};
