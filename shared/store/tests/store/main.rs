//! The store against an embedded DynamoDB, a fresh one per test: what every change asks for before it happens, races with
//! real parallel tasks, lists page by page, what is done once, and keys.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod accounts;
mod changes;
mod cursors;
mod guard;
mod keys;
mod lists;
mod once;
mod pools;
mod races;
mod records;
mod releases;
mod sample;
