//! The door.

mod at_door;
pub mod check_in_ticket;
pub mod create_door_pass;
pub mod list_check_ins;
pub mod list_door_passes;
pub mod read_door_pass;
pub mod revoke_door_pass;
pub mod undo_check_in;
mod views;

pub use at_door::at_door;
pub use views::{DoorPassView, ScanView};
