//! From what happened to what people receive.

pub mod cards;
mod content;
pub mod fan_out;
pub mod publish_facts;
pub mod send_email;
pub mod suppress_address;
