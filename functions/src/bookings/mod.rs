//! Bookings.

pub mod book_place;
pub mod cancel_booking;
mod csv_page;
pub mod list_event_bookings;
pub mod list_my_bookings;
mod owned;
pub mod read_attendance;
pub mod read_booking;
pub mod read_timeline;
mod views;

pub use owned::owned_booking;
pub use views::{BookingView, EventBrief, MyBooking};
