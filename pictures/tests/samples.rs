//! The samples of this binary's functions, through the binary as Lambda runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../functions/tests/world/mod.rs"]
mod world;

use testbed::LambdaProcess;
use world::World;
use world::replay::{launch, replay};

const BINARY: &str = env!("CARGO_BIN_EXE_pictures");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_goes_through_the_real_binary() {
    replay(BINARY, pictures::all()).await;
}

#[tokio::test]
async fn a_function_of_the_other_binary_is_not_in_this_one() {
    let f = World::fixture().await;
    let launch = launch(BINARY, "book_place", &f, "http://127.0.0.1:9");
    let error = LambdaProcess::start(&launch).await.expect_err("it must not start");
    assert!(error.message.contains("none of this binary's 4 functions is called that"), "{error}");
}
