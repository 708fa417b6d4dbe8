//! The local runner: every function, with the parts of AWS that they stand on, in one process on one port of loopback.

pub mod apps;
pub mod clock;
pub mod database;
pub mod disk;
mod docs;
pub mod failure;
pub mod folder;
pub mod front;
pub mod handler;
pub mod letter;
mod log;
pub mod mailbox;
pub mod mapping;
pub mod objects;
pub mod options;
mod pages;
pub mod parameters;
pub mod queues;
pub mod runner;
pub mod schedules;
mod seed;
mod simulator;
pub mod streams;
mod upcoming;
pub mod uploads;
pub mod wire;
mod workshop;
