//! What every function stands on: the traits that declare one ([`Route`], [`Schedule`], [`Consumer`]), the context that it
//! runs in ([`Cx`]), who may call it ([`Caller`]), what it may touch ([`Grant`]), and how it answers ([`Reply`]).
//!
//! A function is always the same four moves: load, decide (pure, in `domain`), commit, reply.

mod answer;
mod caller;
mod chance;
mod clock;
mod cx;
mod error;
mod function;
mod grant;
mod house;
mod input;
mod keys;
mod log;
mod queues;
mod router;
mod serve;
mod tokens;

pub use answer::{Accepted, Answer, Created, Json, Media, NoContent, Reply, Tagged, json_answer};
pub use caller::Caller;
pub use chance::Chance;
pub use clock::Clock;
pub use cx::{Cx, keyed_hash, secret_hash};
pub use error::{Error, Result};
pub use function::{Consumer, Function, Kind, Route, RouteDocs, Schedule, Source, consumer, route, schedule};
pub use grant::{Folder, Grant, read, read_objects, remove, remove_objects, send, sign, write, write_objects};
pub use house::{House, Settings};
pub use keys::new_key;
pub use queues::{BOUNCES, FACTS, MAILS, Queue, UNPUBLISHED};
pub use router::Router;
pub use serve::{ClientAddress, RequestId};
pub use store::{KeyUse, Table, Verb};
pub use tokens::{ACCESS_MINUTES, Access, Link, Token, access_token_for};
