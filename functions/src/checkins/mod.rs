//! The door.

mod at_door;
pub mod check_in_ticket;
pub mod create_door_pass;
pub mod list_check_ins;
pub mod revoke_door_pass;
pub mod undo_check_in;
mod views;

pub use at_door::at_door;
pub use views::ScanView;
