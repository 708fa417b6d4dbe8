//! Every sample under `events/`, through the real binary as Lambda runs it: a process of its own per function, with
//! Lambda's environment and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use kit::{Kind, Source};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testbed::LambdaProcess;
use testbed::runtime_api::FunctionError;
use world::World;
use world::replay::{launch, output, replay, services};

const BINARY: &str = env!("CARGO_BIN_EXE_bootstrap");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_goes_through_the_real_binary() {
    replay(BINARY, functions::all()).await;
}

#[test]
fn every_sample_is_a_functions_and_fits_its_declaration() {
    let mut known = BTreeSet::from(["README.md", "problems.json", "replies.json"].map(str::to_owned));
    for function in pictures::every() {
        known.insert(format!("{}/{}.json", function.noun, function.name));
        let text = world::fixtures::sample(function);
        let sample: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", function.name));
        let pretty = serde_json::to_string_pretty(&sample).unwrap();
        assert_eq!(text.trim_end(), pretty, "{}: write it as serde_json does", function.name);
        match function.kind {
            Kind::Route { method, path, idempotent, .. } => {
                assert_eq!(sample["version"], "2.0", "{}", function.name);
                assert_eq!(sample["routeKey"], format!("{method} {path}"), "{}", function.name);
                assert_eq!(sample["requestContext"]["routeKey"], sample["routeKey"], "{}", function.name);
                let http = &sample["requestContext"]["http"];
                assert_eq!((&http["method"], &http["path"]), (&json!(method), &sample["rawPath"]), "{}", function.name);
                let keyed = sample["headers"]["idempotency-key"].is_string();
                assert_eq!(keyed, idempotent, "{}: shows an Idempotency-Key where it takes one", function.name);
                let fields: Vec<&str> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
                let mut route = path.to_owned();
                for field in fields {
                    let value = sample["pathParameters"][field].as_str();
                    let value = value.unwrap_or_else(|| panic!("{}: no {field}", function.name));
                    route = route.replace(&format!("{{{field}}}"), value);
                }
                assert_eq!(sample["rawPath"], route, "{}", function.name);
            }
            Kind::Schedule { .. } => assert_eq!(sample["source"], "aws.events", "{}", function.name),
            Kind::Consumer { source } => {
                let service = match source {
                    Source::Queue(_) => "aws:sqs",
                    Source::Streams(_) => "aws:dynamodb",
                };
                assert_eq!(sample["Records"][0]["eventSource"], service, "{}", function.name);
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let mut found = BTreeSet::new();
    for noun in std::fs::read_dir(&root).unwrap() {
        let noun = noun.unwrap();
        let name = noun.file_name().into_string().unwrap();
        match noun.file_type().unwrap().is_dir() {
            true => {
                let files = std::fs::read_dir(noun.path()).unwrap();
                found.extend(files.map(|file| format!("{name}/{}", file.unwrap().file_name().to_str().unwrap())));
            }
            false => drop(found.insert(name)),
        }
    }
    assert_eq!(found, known);
}

#[tokio::test]
async fn an_unknown_or_missing_handler_says_what_there_is() {
    let f = World::fixture().await;
    let count = format!("{} functions", functions::all().len());
    let failed = async |handler: &str| -> FunctionError {
        LambdaProcess::start(&launch(BINARY, handler, &f, "http://127.0.0.1:9")).await.expect_err("it must not start")
    };
    for (handler, nearest) in [("book_plase", "book_place"), ("Announce", "announce"), ("bootstrap", "")] {
        let error = failed(handler).await;
        assert_eq!(error.kind, "Runtime.ExitError");
        let told = error.message.contains(&count) && error.message.contains(handler) && error.message.contains(nearest);
        assert!(told, "{error}");
    }
    let error = failed("").await;
    assert!(error.message.contains("_HANDLER is not set") && error.message.contains(&count), "{error}");
}

/// A setting that is missing is named on start, not found out by the first who calls.
#[tokio::test]
async fn a_missing_setting_is_named_on_start() {
    let f = World::fixture().await;
    for name in [
        "GUESTLIST_PREFIX",
        "GUESTLIST_KEYS",
        "GUESTLIST_BASE_URL",
        "GUESTLIST_SENDER",
        "GUESTLIST_QUEUES",
        "GUESTLIST_BUCKET",
        "GUESTLIST_UPLOADS",
        "GUESTLIST_ORIGIN_HASHES",
    ] {
        let launch = launch(BINARY, "read_event", &f, "http://127.0.0.1:9").env(name, "");
        let error = LambdaProcess::start(&launch).await.expect_err("it must not start");
        assert!(error.message.contains(&format!("{name} is not set")), "{error}");
    }
}

/// What a caller sends is refused in the same words through API Gateway: no address, a bad body, another path.
#[tokio::test]
async fn a_process_refuses_as_the_router_does() {
    let f = World::fixture_now().await;
    let (address, _) = services(&f.world).await;
    let sample = f.sample(f.world.function("book_place")).await;
    let mut process = LambdaProcess::start(&launch(BINARY, "book_place", &f, &address)).await.unwrap();
    let mut problem = async |change: &dyn Fn(&mut Value)| {
        let mut changed = sample.clone();
        change(&mut changed);
        let reply = process.invoke(changed).await.unwrap();
        assert_eq!(reply["headers"]["content-type"], "application/problem+json", "{reply}");
        let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["status"], reply["statusCode"]);
        format!("{} {}", body["status"], body["code"].as_str().unwrap())
    };
    assert_eq!(
        problem(&|event| drop(event["headers"].as_object_mut().unwrap().remove("authorization"))).await,
        "401 unauthenticated"
    );
    assert_eq!(problem(&|event| event["body"] = json!("{")).await, "400 malformed_json");
    assert_eq!(problem(&|event| event["body"] = json!(r#"{"party_size":0}"#)).await, "422 invalid");
    assert_eq!(problem(&|event| event["body"] = json!("x".repeat(64 * 1024 + 1))).await, "413 body_too_large");
    assert_eq!(problem(&|event| event["rawPath"] = json!("/api/events")).await, "404 no_such_route");
    // A body in base64 is read as what it is.
    let mut encoded = sample.clone();
    encoded["body"] = json!("eyJwYXJ0eV9zaXplIjoxfQ==");
    encoded["isBase64Encoded"] = json!(true);
    let reply = process.invoke(encoded).await.unwrap();
    assert_eq!(reply["statusCode"], 201, "{reply}");
}

/// With the hashes of CloudFront's secrets a process takes what CloudFront sends, and nothing else.
#[tokio::test]
async fn a_process_takes_only_what_came_through_cloudfront() {
    // SHA-256 of "secret".
    const HASH: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    let f = World::fixture_now().await;
    let (address, _) = services(&f.world).await;
    let sample = f.sample(f.world.function("list_events")).await;
    let with = |hashes: &str| launch(BINARY, "list_events", &f, &address).env("GUESTLIST_ORIGIN_HASHES", hashes);
    let mut process = LambdaProcess::start(&with(HASH)).await.unwrap();
    for (secret, answer) in [(None, 403), (Some("wrong"), 403), (Some("secret"), 200)] {
        let mut event = sample.clone();
        if let Some(secret) = secret {
            event["headers"]["x-guestlist-origin"] = json!(secret);
        }
        let reply = process.invoke(event).await.unwrap();
        assert_eq!(reply["statusCode"], answer, "{reply}");
        assert_eq!(reply["body"].as_str().unwrap().contains("not_by_this_way"), answer == 403, "{reply}");
    }
    // Who is refused can be seen, without what they sent.
    let log = output(&process, 3).await;
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let refused: Vec<Value> = lines.filter(|line| line["problem"] == "not_by_this_way").collect();
    assert_eq!(refused.len(), 2, "{log}");
    for line in &refused {
        assert_eq!((&line["function"], &line["status"]), (&json!("list_events"), &json!(403)), "{line}");
        assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
    }
    assert!(!log.contains("wrong") && !log.contains("secret"), "{log}");
    let error = LambdaProcess::start(&with("secret")).await.expect_err("it must not start");
    assert!(error.message.contains("GUESTLIST_ORIGIN_HASHES must be"), "{error}");
}
