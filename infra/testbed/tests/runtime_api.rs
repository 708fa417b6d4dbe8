//! The Runtime API stand-in, with a real function binary: `examples/sample_function.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use testbed::runtime_api::{LambdaProcess, Launch};

/// Cargo builds examples before it runs tests, into a folder beside the tests' own.
fn sample() -> Launch {
    let test = std::env::current_exe().unwrap();
    let binary: PathBuf = test.parent().unwrap().parent().unwrap().join("examples/sample_function");
    assert!(binary.exists(), "{binary:?}: run `cargo test -p testbed` without naming a single target");
    Launch::new(binary, "sample_function")
}

#[tokio::test]
async fn it_answers_each_invocation() {
    let launch = sample().env("TABLE", "events");
    let mut process = LambdaProcess::start(&launch).await.unwrap();
    let first = process.invoke(json!({ "n": 1 })).await.unwrap();
    let second = process.invoke(json!({ "n": 2 })).await.unwrap();
    assert_eq!((&first["input"]["n"], &second["input"]["n"]), (&json!(1), &json!(2)));
    assert_ne!(first["request_id"], second["request_id"]);
    assert_eq!(first["name"], "sample_function");
    assert_eq!(first["memory"], 256);
    assert!(process.stdout().contains(r#"asked {"n":1}"#), "{}", process.stdout());
}

/// A variable of the test's own environment would hide what the function lacks in Lambda.
#[tokio::test]
async fn it_runs_with_lambdas_environment_only() {
    let mut process = LambdaProcess::start(&sample().env("TABLE", "events")).await.unwrap();
    let answer = process.invoke(json!({})).await.unwrap();
    let environment = answer["environment"].as_object().unwrap();
    assert_eq!(environment["_HANDLER"], "sample_function");
    assert_eq!(environment["TABLE"], "events");
    assert_eq!(environment["AWS_LAMBDA_LOG_GROUP_NAME"], "/aws/lambda/sample_function");
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    assert_eq!(environment.get("CARGO_MANIFEST_DIR"), None);
}

#[tokio::test]
async fn a_functions_error_is_told_and_the_process_goes_on() {
    let mut process = LambdaProcess::start(&sample()).await.unwrap();
    let error = process.invoke(json!({ "do": "fail" })).await.unwrap_err();
    assert_eq!(error.message, "the sample fails");
    assert!(process.invoke(json!({})).await.is_ok());
}

#[tokio::test]
async fn an_answer_over_six_megabytes_is_refused() {
    let mut process = LambdaProcess::start(&sample()).await.unwrap();
    let error = process.invoke(json!({ "do": "large" })).await.unwrap_err();
    assert_eq!(error.kind, "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn an_early_end_is_told_with_the_output() {
    let error = LambdaProcess::start(&sample().env("SAMPLE_START", "exit")).await.unwrap_err();
    assert_eq!(error.kind, "Runtime.ExitError");
    assert!(error.message.contains("exit status: 3"), "{error}");
    assert!(error.message.contains("no such handler"), "{error}");

    let mut process = LambdaProcess::start(&sample()).await.unwrap();
    for _ in 0..2 {
        let error = process.invoke(json!({ "do": "exit" })).await.unwrap_err();
        assert_eq!(error.kind, "Runtime.ExitError");
        assert!(error.message.contains("exit status: 4"), "{error}");
    }
}

#[tokio::test]
async fn an_init_error_is_told() {
    let error = LambdaProcess::start(&sample().env("SAMPLE_START", "init_error")).await.unwrap_err();
    assert_eq!((error.kind.as_str(), error.message.as_str()), ("NoTable", "TABLE is not set"));
}

#[tokio::test]
async fn a_missing_binary_is_told() {
    let error = LambdaProcess::start(&Launch::new("/no/such/binary", "x")).await.unwrap_err();
    assert_eq!(error.kind, "Runtime.InvalidEntrypoint");
}

#[tokio::test]
async fn a_function_over_its_time_limit_is_killed() {
    let mut launch = sample();
    launch.timeout = Duration::from_millis(200);
    let mut process = LambdaProcess::start(&launch).await.unwrap();
    let error = process.invoke(json!({ "do": "hang" })).await.unwrap_err();
    assert_eq!(error.kind, "Sandbox.Timedout");
    assert_eq!(process.id(), None);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_dies_with_its_handle() {
    let mut process = LambdaProcess::start(&sample()).await.unwrap();
    // Busy with an invocation it doesn't notice that the Runtime API has gone, and wouldn't end by itself.
    let hang = process.invoke(json!({ "do": "hang" }));
    assert!(tokio::time::timeout(Duration::from_millis(10), hang).await.is_err());
    while !process.stdout().contains("asked") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let status = format!("/proc/{}/stat", process.id().unwrap());
    assert!(std::fs::exists(&status).unwrap());
    drop(process);
    // Killed at once, and reaped by the runtime soon after; until then it is a zombie (state Z).
    for _ in 0..1_000 {
        match std::fs::read_to_string(&status) {
            Err(_) => return,
            Ok(stat) if stat.contains(") Z ") => return,
            Ok(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    panic!("still running");
}

#[tokio::test]
async fn inputs_are_passed_on_as_they_are() {
    let mut process = LambdaProcess::start(&sample()).await.unwrap();
    let input = json!({ "Records": [{ "body": "\u{44f}\"\n", "n": 1.5, "none": Value::Null }] });
    assert_eq!(process.invoke(input.clone()).await.unwrap()["input"], input);
}
