//! A function's sample, replayed through a real binary as Lambda runs it: a process of its own, with Lambda's environment and
//! nothing else.

use super::{BASE, Fixture, PREFIX, World};
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use kit::{Function, Kind};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testbed::LambdaProcess;
use testbed::runtime_api::Launch;
use testbed::stage::KEYS;
use tokio::task::JoinSet;

/// What a function sent to SQS and SES, each as the service's name and the body of the call.
type Sent = Arc<Mutex<Vec<(&'static str, Value)>>>;

/// Answers what functions ask of SQS, SES, S3 and Parameter Store, on a loopback port of its own.
pub async fn services(world: &World) -> (String, Sent) {
    let sent = Sent::default();
    let (kept, objects, parameters) = (sent.clone(), world.objects.clone(), world.parameters.clone());
    let app =
        axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            if let Some(key) = uri.path().strip_prefix("/test-pictures/") {
                return match method {
                    Method::PUT => {
                        objects.put(key, body);
                        StatusCode::OK.into_response()
                    }
                    Method::GET => objects.get(key).ok_or(StatusCode::NOT_FOUND).into_response(),
                    _ => StatusCode::BAD_REQUEST.into_response(),
                };
            }
            let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
            let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
            if let Some(operation) = target.strip_prefix("AmazonSSM.") {
                return match parameters.answer(operation, &asked) {
                    Ok(answer) => answer.to_string().into_response(),
                    Err(kind) => (StatusCode::BAD_REQUEST, json!({ "__type": kind }).to_string()).into_response(),
                };
            }
            let (service, answer) = match (target, uri.path()) {
                ("AmazonSQS.SendMessageBatch", _) => {
                    let entries = asked["Entries"].as_array().into_iter().flatten();
                    let taken =
                        entries.map(|entry| json!({ "Id": entry["Id"], "MessageId": "m-1", "MD5OfMessageBody": "" }));
                    ("sqs", json!({ "Successful": taken.collect::<Vec<_>>(), "Failed": [] }))
                }
                ("", "/v2/email/outbound-emails") => ("ses", json!({ "MessageId": "mail-1" })),
                _ => {
                    let unknown = json!({ "__type": "UnknownOperationException" }).to_string();
                    return (StatusCode::BAD_REQUEST, unknown).into_response();
                }
            };
            kept.lock().unwrap().push((service, asked));
            answer.to_string().into_response()
        });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, sent)
}

/// A binary, configured as `template.yaml` does it, but for where AWS is.
pub fn launch(binary: &str, handler: &str, f: &Fixture, services: &str) -> Launch {
    Launch::new(binary, handler)
        .env("GUESTLIST_PREFIX", PREFIX)
        .env("GUESTLIST_KEYS", KEYS)
        .env("GUESTLIST_BASE_URL", BASE)
        .env("GUESTLIST_SENDER", "tickets@guestlist.example")
        .env("GUESTLIST_QUEUES", format!("{services}/000000000000/"))
        .env("GUESTLIST_BUCKET", "test-pictures")
        .env("GUESTLIST_UPLOADS", "/uploads")
        .env("GUESTLIST_ORIGIN_HASHES", "none")
        .env("AWS_ENDPOINT_URL_DYNAMODB", f.world.embedded.endpoint())
        .env("AWS_ENDPOINT_URL_SQS", services)
        .env("AWS_ENDPOINT_URL_SESV2", services)
        .env("AWS_ENDPOINT_URL_S3", services)
        .env("AWS_ENDPOINT_URL_SSM", services)
}

/// Replays a function's sample and says what is wrong with what came of it.
async fn replayed(binary: &str, function: &'static Function) -> Result<(), String> {
    let f = World::fixture_now().await;
    let sample = f.sample(function).await;
    let (address, sent) = services(&f.world).await;
    let mut process =
        LambdaProcess::start(&launch(binary, function.name, &f, &address)).await.map_err(|why| why.to_string())?;
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
pub async fn output(process: &LambdaProcess, lines: usize) -> String {
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
    let leads_on = status == 302 && reply["headers"]["location"].is_string();
    if !(200..300).contains(&status) && !leads_on {
        return Err(format!("replied {reply}"));
    }
    let header = |name: &str| reply["headers"][name].as_str().unwrap_or_default();
    let body = reply["body"].as_str().unwrap_or_default();
    if header("x-request-id") != "00000000-0000-4000-8000-000000000001" {
        return Err(format!("doesn't say Lambda's request id: {reply}"));
    }
    let media = header("content-type").split(';').next().unwrap_or_default();
    let fits = match media {
        "" => (status == 204 || leads_on) && body.is_empty(),
        "application/json" => serde_json::from_str::<Value>(body).is_ok_and(|body| body.is_object()),
        "text/html" => {
            body.starts_with("<!doctype html>") && header("content-security-policy").contains("default-src 'none'")
        }
        "text/calendar" => body.starts_with("BEGIN:VCALENDAR\r\n"),
        "image/svg+xml" => body.starts_with("<svg xmlns=") && header("content-security-policy").contains("'none'"),
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

/// Replays the samples of all these functions, a few side by side, and fails with all that is wrong.
pub async fn replay(binary: &'static str, functions: &'static [Function]) {
    let mut running = JoinSet::new();
    let mut faults = Vec::new();
    for function in functions {
        if running.len() >= 3 {
            faults.extend::<Option<String>>(running.join_next().await.expect("one runs").unwrap());
        }
        running.spawn(
            async move { replayed(binary, function).await.err().map(|why| format!("{}: {why}", function.name)) },
        );
    }
    while let Some(fault) = running.join_next().await {
        faults.extend(fault.unwrap());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
