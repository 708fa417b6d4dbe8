//! The API's own description.

pub mod read_openapi;
