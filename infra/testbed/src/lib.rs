//! What tests and benchmarks of Guestlist stand on. Nothing that ships depends on it.
//!
//! - [`Embedded`]: a DynamoDB of its own per test.
//! - [`Contention`]: makes that DynamoDB refuse what AWS's would refuse in a rush.
//! - [`Faults`]: makes calls to DynamoDB, SQS or SES fail where a test says so.
//! - [`Objects`]: the bucket, for a test to put uploads into and look at pictures.
//! - [`Parameters`]: Parameter Store.
//! - [`Outbox`] and [`Streams`]: queues, mails and stream records, for a test to take out and hand on.
//! - [`Stage`]: all of that under a house, with functions to drive as from outside.
//! - [`LambdaProcess`]: a function's binary, run and called as Lambda does it.
//!
//! ```no_run
//! # async fn test() -> Result<(), testbed::embedded::Error> {
//! use testbed::{Contention, Embedded, Faults, embedded::sdk_config};
//!
//! let embedded = Embedded::with_tables("test-").await?;
//! let (contention, faults) = (Contention::default(), Faults::new());
//! // What the code under test gets, with `embedded.endpoint()`; `embedded.client()` goes past both.
//! let sdk = sdk_config(faults.wrap(contention.wrap(embedded.http())));
//! # Ok(())
//! # }
//! ```

pub mod contention;
mod direct;
pub mod embedded;
pub mod faults;
pub mod objects;
pub mod outbox;
pub mod parameters;
pub mod runtime_api;
pub mod stage;
pub mod stream;
mod touched;
mod wire;

pub use contention::Contention;
pub use embedded::Embedded;
pub use faults::Faults;
pub use objects::Objects;
pub use outbox::Outbox;
pub use parameters::Parameters;
pub use runtime_api::LambdaProcess;
pub use stage::Stage;
pub use stream::Streams;
