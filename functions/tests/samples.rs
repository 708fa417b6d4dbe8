//! Every sample under `events/`, through the real binary as Lambda runs it: a process of its own per function, with
//! Lambda's environment and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use kit::{Function, Kind, Source};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use testbed::LambdaProcess;
use testbed::runtime_api::{FunctionError, Launch};
use tokio::task::JoinSet;
use world::{Fixture, PREFIX, World};

const BINARY: &str = env!("CARGO_BIN_EXE_bootstrap");

/// What a function sent to SQS and SES, each as the service's name and the body of the call.
type Sent = Arc<Mutex<Vec<(&'static str, Value)>>>;

/// Answers what functions ask of SQS and SES, on a loopback port of its own.
async fn services() -> (String, Sent) {
    let sent = Sent::default();
    let kept = sent.clone();
    let app = axum::Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (service, answer) = match (target, uri.path()) {
            ("AmazonSQS.SendMessageBatch", _) => {
                let entries = asked["Entries"].as_array().into_iter().flatten();
                let taken =
                    entries.map(|entry| json!({ "Id": entry["Id"], "MessageId": "m-1", "MD5OfMessageBody": "" }));
                ("sqs", json!({ "Successful": taken.collect::<Vec<_>>(), "Failed": [] }))
            }
            ("", "/v2/email/outbound-emails") => ("ses", json!({ "MessageId": "mail-1" })),
            _ => return (StatusCode::BAD_REQUEST, json!({ "__type": "UnknownOperationException" }).to_string()),
        };
        kept.lock().unwrap().push((service, asked));
        (StatusCode::OK, answer.to_string())
    });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, sent)
}

/// The binary, configured as `template.yaml` does it, but for where AWS is.
fn launch(handler: &str, f: &Fixture, services: &str) -> Launch {
    Launch::new(BINARY, handler)
        .env("GUESTLIST_PREFIX", PREFIX)
        .env("GUESTLIST_BASE_URL", world::BASE)
        .env("GUESTLIST_SENDER", "tickets@guestlist.example")
        .env("GUESTLIST_QUEUES", format!("{services}/000000000000/"))
        .env("AWS_ENDPOINT_URL_DYNAMODB", f.world.embedded.endpoint())
        .env("AWS_ENDPOINT_URL_SQS", services)
        .env("AWS_ENDPOINT_URL_SESV2", services)
}

/// Replays a function's sample and says what is wrong with what came of it.
async fn replayed(function: &'static Function) -> Result<(), String> {
    let f = World::fixture_now().await;
    let sample = f.sample(function).await;
    let (address, sent) = services().await;
    let mut process =
        LambdaProcess::start(&launch(function.name, &f, &address)).await.map_err(|why| why.to_string())?;
    let reply = process.invoke(sample.clone()).await.map_err(|why| why.to_string())?;
    match function.kind {
        Kind::Route { .. } => answered(&reply)?,
        Kind::Schedule { .. } if reply.is_null() => {}
        Kind::Consumer { .. } if reply == json!({ "batchItemFailures": [] }) => {}
        _ => return Err(format!("replied {reply}")),
    }
    sent_what_it_should(function, &sent.lock().unwrap())?;
    let lines = sample["Records"].as_array().map_or(1, Vec::len);
    logged(function, &sample, &f, &output(&process, lines).await)?;
    match process.stderr() {
        empty if empty.is_empty() => Ok(()),
        text => Err(format!("wrote to stderr: {text}")),
    }
}

/// What the process wrote, once so many lines of it are here: its reply is sooner than its pipe.
async fn output(process: &LambdaProcess, lines: usize) -> String {
    for _ in 0..2_000 {
        if process.stdout().matches('\n').count() >= lines {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    process.stdout()
}

/// Whether a route's reply is one that API Gateway takes, and a good one.
fn answered(reply: &Value) -> Result<(), String> {
    let status = reply["statusCode"].as_u64().unwrap_or_default();
    if !(200..300).contains(&status) {
        return Err(format!("replied {reply}"));
    }
    let header = |name: &str| reply["headers"][name].as_str().unwrap_or_default();
    let body = reply["body"].as_str().unwrap_or_default();
    if header("x-request-id") != "00000000-0000-4000-8000-000000000001" {
        return Err(format!("doesn't say Lambda's request id: {reply}"));
    }
    let media = header("content-type").split(';').next().unwrap_or_default();
    let fits = match media {
        "" => status == 204 && body.is_empty(),
        "application/json" => serde_json::from_str::<Value>(body).is_ok_and(|body| body.is_object()),
        "text/html" => {
            body.starts_with("<!doctype html>") && header("content-security-policy").contains("default-src 'none'")
        }
        "text/calendar" => body.starts_with("BEGIN:VCALENDAR\r\n"),
        "text/csv" => body.starts_with('\u{FEFF}'),
        // Bytes that are no text go through API Gateway in base64; a PNG begins with 0x89 "PNG".
        "image/png" => reply["isBase64Encoded"] == true && body.starts_with("iVBORw0KGgo"),
        _ => false,
    };
    let cached = !header("cache-control").is_empty() || body.is_empty();
    if fits && cached { Ok(()) } else { Err(format!("replied {reply}")) }
}

/// Consumers hand on what they make of a message; nobody else sends anything.
fn sent_what_it_should(function: &Function, sent: &[(&'static str, Value)]) -> Result<(), String> {
    let services: Vec<&str> = sent.iter().map(|(service, _)| *service).collect();
    let to = |queue: &str| sent.iter().all(|(_, body)| body["QueueUrl"].as_str().unwrap_or_default().ends_with(queue));
    let fits = match function.name {
        // Two records, a fact of each; none is set aside as unreadable.
        "publish_facts" => services == ["sqs", "sqs"] && to("/test-facts"),
        "fan_out" => services == ["sqs"] && to("/test-mails"),
        "send_email" => services == ["ses"],
        _ => services.is_empty(),
    };
    if fits { Ok(()) } else { Err(format!("sent {sent:?}")) }
}

/// Whether the log is one JSON line for each invocation (for consumers: for each message), with nothing in it that is
/// secret or somebody's address.
fn logged(function: &Function, sample: &Value, f: &Fixture, stdout: &str) -> Result<(), String> {
    let lines: Vec<&str> = stdout.lines().collect();
    let expected = sample["Records"].as_array().map_or(1, Vec::len);
    if lines.len() != expected {
        return Err(format!("logged {} lines for {expected}: {stdout}", lines.len()));
    }
    for line in lines {
        let line: Value = serde_json::from_str(line).map_err(|why| format!("logged {line:?}: {why}"))?;
        let fits = line["function"] == function.name
            && line["request_id"].as_str().is_some_and(|id| !id.is_empty())
            && line.get("caller").is_some()
            && (line["status"].is_u64() || line["status"] == "done")
            && line["duration_ms"].as_f64().is_some_and(|took| took >= 0.0)
            && line["round_trips"].is_u64()
            && line["read_units"].is_number()
            && line["write_units"].is_number()
            && line.get("error").is_none();
        if !fits {
            return Err(format!("logged {line}"));
        }
        if let Kind::Route { caller, .. } = function.kind {
            let known = sample["headers"]["authorization"].is_string() && caller.reads_token();
            if line["caller"].is_string() != known {
                return Err(format!("doesn't log who called: {line}"));
            }
        }
    }
    match confidential(sample, f).into_iter().find(|secret| stdout.contains(secret)) {
        Some(secret) => Err(format!("logged {secret:?}: {stdout}")),
        None => Ok(()),
    }
}

/// What no log may hold: the world's secrets, and every token, code, address and password that the sample sends.
fn confidential(sample: &Value, f: &Fixture) -> Vec<String> {
    let mut secrets = f.secrets();
    let query = sample["rawQueryString"].as_str().unwrap_or_default();
    secrets.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned()));
    let body: Value = serde_json::from_str(sample["body"].as_str().unwrap_or_default()).unwrap_or_default();
    for name in
        ["email", "password", "current_password", "new_password", "code", "token", "refresh_token", "name", "body"]
    {
        secrets.extend(body[name].as_str().map(str::to_owned));
    }
    // Short words from a query, such as a limit, say nothing about anybody.
    secrets.retain(|secret| secret.len() >= 6);
    secrets.push("ada.lovelace@example.org".to_owned());
    secrets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_goes_through_the_real_binary() {
    let mut running = JoinSet::new();
    let mut faults = Vec::new();
    for function in functions::all() {
        if running.len() >= 3 {
            faults.extend::<Option<String>>(running.join_next().await.expect("one runs").unwrap());
        }
        running.spawn(async move { replayed(function).await.err().map(|why| format!("{}: {why}", function.name)) });
    }
    while let Some(fault) = running.join_next().await {
        faults.extend(fault.unwrap());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_sample_is_a_functions_and_fits_its_declaration() {
    let mut known = BTreeSet::from(["README.md".to_owned()]);
    for function in functions::all() {
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
        LambdaProcess::start(&launch(handler, &f, "http://127.0.0.1:9")).await.expect_err("it must not start")
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
    for name in ["GUESTLIST_PREFIX", "GUESTLIST_BASE_URL", "GUESTLIST_SENDER", "GUESTLIST_QUEUES"] {
        let launch = launch("read_event", &f, "http://127.0.0.1:9").env(name, "");
        let error = LambdaProcess::start(&launch).await.expect_err("it must not start");
        assert!(error.message.contains(&format!("{name} is not set")), "{error}");
    }
}

/// What a caller sends is refused in the same words through API Gateway: no address, a bad body, another path.
#[tokio::test]
async fn a_process_refuses_as_the_router_does() {
    let f = World::fixture_now().await;
    let (address, _) = services().await;
    let sample = f.sample(f.world.function("book_place")).await;
    let mut process = LambdaProcess::start(&launch("book_place", &f, &address)).await.unwrap();
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
