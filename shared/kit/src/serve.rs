//! One invocation from the outside in: who calls, what they ask, the function's run, its answer, its log line.

use crate::answer::{Answer, Reply};
use crate::caller::{Caller, Identity};
use crate::cx::Cx;
use crate::error::Problem;
use crate::function::{Consumer, Function, Kind, Route, Running, Source};
use crate::house::House;
use crate::input::{self, Idempotency};
use crate::{Error, Result, log, tokens};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use domain::Language;
use domain::refusal::Refusal;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::{Duration, Instant};
use store::KeyUse;

/// How often a function is run at most when what it decided on has changed meanwhile, or DynamoDB had no room for it.
const TRIES: u32 = 200;
/// How much of an invocation's time must be left to run it anew.
const RESERVE: Duration = Duration::from_secs(4);

/// The caller's network address, put into a request's extensions by whoever received it.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The id of a request, put into its extensions by whoever received it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

pub(crate) fn to_http(answer: Answer) -> http::Response<Bytes> {
    let mut response = http::Response::new(answer.body);
    *response.status_mut() =
        http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        let name = http::HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Answers a request.
pub(crate) async fn route<R: Route>(function: &Function, house: &House, request: http::Request<Bytes>) -> Answer {
    let started = Instant::now();
    let request_id = match request.extensions().get::<RequestId>() {
        Some(RequestId(id)) => id.clone(),
        None => house.chance().bytes().map(|bytes| hex(&bytes[..8])).unwrap_or_default(),
    };
    let mut cx = Cx::new(function, house, request_id);
    let (result, cost) = store::counted(answered::<R>(function, &mut cx, &request)).await;
    let (answer, error) = match result {
        Ok(answer) => (answer, None),
        Err(Error::Replay(answer)) => (*answer, None),
        Err(error) => (Problem::from(&error).answer(&cx.request_id), Some(error)),
    };
    let status = json!(answer.status);
    let fault = error.filter(|_| answer.status >= 500).map(|error| error.to_string());
    house.log(&log::line(&cx, status, started.elapsed(), &cost, fault));
    answer.header("x-request-id", cx.request_id.clone())
}

async fn answered<R: Route>(function: &Function, cx: &mut Cx, request: &http::Request<Bytes>) -> Result<Answer> {
    let Kind::Route { path, caller, idempotent, query, .. } = function.kind else {
        return Err(Error::internal("not a route"));
    };
    let fields = path_fields(path, request.uri().path())
        .ok_or_else(|| Error::problem(404, "no_such_route", "There is nothing at this address."))?;
    // What isn't ASCII is nothing that we know, but it is there: a guard that was sent is not dropped without a word.
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("\u{FFFD}"));
    cx.address = request.extensions().get::<ClientAddress>().map(|ClientAddress(address)| *address);
    cx.language = header("accept-language").and_then(Language::accepted);
    cx.cookies = header("cookie").map(str::to_owned);
    cx.if_match = header("if-match").filter(|etag| *etag != "*").map(version).transpose()?;
    cx.if_none_match = header("if-none-match").map(str::to_owned);
    if caller.reads_token() {
        cx.identity = identity(cx, header("authorization")).await?;
        Identity::check(cx.identity.as_ref(), caller)?;
        check_door(cx.identity.as_ref(), caller, &fields)?;
    }
    refuse_foreign_form(cx, request)?;
    let read: R = input::read(request, &fields, query)?;
    if let (true, Some(key)) = (idempotent, header("idempotency-key")) {
        cx.idempotency = Some(idempotency(cx, key, request)?);
    }
    match run(read, cx).await {
        // Refused, or overtaken by its own first run: the request may have been made before.
        Err(error) if cx.idempotency.is_some() && may_be_repeated(&error) => Err(replay(cx).await?.unwrap_or(error)),
        result => result?.answer(),
    }
}

/// Runs a function, anew where it was overtaken. Who waits long waits longer still between two tries, so that a rush on one
/// item keeps going instead of being all refusals. What is urgent doesn't, and so gets in between.
async fn run<R: Route>(request: R, cx: &Cx) -> Result<R::Reply> {
    let mut attempt = 1;
    loop {
        match request.clone().run(cx).await {
            Err(Error::Store(store::Error::Overtaken | store::Error::Busy(_))) if may_run_anew(attempt, cx) => {
                // An idempotency record in the way is no race: running anew would not help.
                if cx.idempotency.is_some()
                    && let Some(replay) = replay(cx).await?
                {
                    return Err(replay);
                }
                tokio::time::sleep(store::jitter(if R::URGENT { 1 } else { attempt })).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Both bounds, so that a fault of ours that looks like a race doesn't hold an invocation to its end.
fn may_run_anew(attempt: u32, cx: &Cx) -> bool {
    attempt < TRIES && cx.time_left() > RESERVE
}

/// A repeated request may be refused for what the first one did (the place is booked already), for what happened since (the
/// start has passed) or for coming so often; its answer is the first one's all the same.
fn may_be_repeated(error: &Error) -> bool {
    matches!(error, Error::Refused(_) | Error::Store(store::Error::Overtaken))
}

/// The answer that was given to this key before, as an error that ends the run; a refusal where the request was another.
async fn replay(cx: &Cx) -> Result<Option<Error>> {
    let Some(idempotency) = &cx.idempotency else { return Ok(None) };
    let Some(record) = cx.store().idempotency_record(&idempotency.scope, cx.now).await? else { return Ok(None) };
    if record.request_hash != idempotency.request_hash {
        let detail = "This Idempotency-Key was used for another request. Use a new key for a new request.";
        return Ok(Some(Error::problem(422, "idempotency_key_reused", detail)));
    }
    let answer = record.answer;
    Ok(Some(Error::Replay(Box::new(Answer {
        status: answer.status,
        headers: answer.headers,
        body: Bytes::from(answer.body),
    }))))
}

fn idempotency(cx: &Cx, key: &str, request: &http::Request<Bytes>) -> Result<Idempotency> {
    let fits = (8..=200).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic());
    if !fits {
        let detail = "The Idempotency-Key must be 8 to 200 visible ASCII characters, such as a UUID.";
        return Err(Error::problem(400, "idempotency_key_invalid", detail));
    }
    let who = cx.identity.as_ref().map_or_else(|| "anybody".to_owned(), Identity::id);
    let mut asked = request.uri().to_string().into_bytes();
    asked.push(b'\n');
    asked.extend_from_slice(request.body());
    let request_hash = hex(digest(&SHA256, &asked).as_ref());
    Ok(Idempotency { scope: format!("{who}/{}/{key}", cx.function), request_hash })
}

async fn identity(cx: &Cx, authorization: Option<&str>) -> Result<Option<Identity>> {
    let Some(authorization) = authorization else { return Ok(None) };
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthorized("token_invalid", "Send the access token as a bearer token.").into());
    }
    let token = token.trim();
    let ring = cx.bench.keys.ring(cx.store(), KeyUse::Tokens, tokens::key_id(token), cx.now).await?;
    tokens::identity(&ring, token, cx.now).map(Some)
}

/// A page of another site can post a form here without asking (JSON it can't); it could sign somebody in as somebody else. So a
/// browser's form must come from our own pages. Browsers say where it comes from (Fetch Metadata, RFC 6454); mail clients, which
/// send forms to unsubscribe, are no browsers and say nothing.
fn refuse_foreign_form(cx: &Cx, request: &http::Request<Bytes>) -> Result<()> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_form = header("content-type").is_some_and(|media| media.starts_with("application/x-www-form-urlencoded"));
    let ours = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == cx.base_url(),
        (None, None) => true,
    };
    if is_form && !ours {
        return Err(Error::problem(403, "foreign_form", "Forms are taken from Guestlist's own pages only."));
    }
    Ok(())
}

/// A door pass opens the doors of its own event only.
fn check_door(identity: Option<&Identity>, caller: Caller, fields: &[(String, String)]) -> Result<()> {
    if let (Caller::DoorOf(field), Some(Identity::Door { event, .. })) = (caller, identity) {
        let asked = fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str());
        if asked != Some(event.to_string().as_str()) {
            return Err(Refusal::not_found("event").into());
        }
    }
    Ok(())
}

fn version(etag: &str) -> Result<u64> {
    let number = etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(etag);
    let bad = || Error::problem(400, "if_match_invalid", "If-Match must be an ETag that was read here, such as \"3\".");
    number.parse().map_err(|_| bad())
}

/// The fields of a path, percent-decoded; `None` where the path is another.
fn path_fields(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut router = matchit::Router::new();
    router.insert(pattern, ()).ok()?;
    let matched = router.at(path).ok()?;
    let decode = |text: &str| {
        // A path is decoded as a form is, but that a plus in it is a plus.
        let as_form = format!("x={}", text.replace('+', "%2B"));
        form_urlencoded::parse(as_form.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    matched.params.iter().map(|(name, value)| Some((name.to_owned(), decode(value)?))).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One tick, anew where it was overtaken.
pub(crate) async fn tick(
    function: &Function,
    house: &House,
    handler: for<'a> fn(&'a Cx) -> Running<'a, Result<()>>,
) -> Result<Value> {
    let started = Instant::now();
    let cx = Cx::new(function, house, request_id(house));
    let (result, cost) = store::counted(handler(&cx)).await;
    let status = if result.is_ok() { "done" } else { "failed" };
    let fault = result.as_ref().err().map(ToString::to_string);
    house.log(&log::line(&cx, json!(status), started.elapsed(), &cost, fault));
    result.map(|()| Value::Null)
}

pub(crate) fn request_id(house: &House) -> String {
    house.chance().bytes().map(|bytes| hex(&bytes[..8])).unwrap_or_default()
}

/// A batch of messages. What fails is named in the reply and comes back; of a stream, everything from the first failure on,
/// since its order counts.
pub(crate) async fn batch(
    function: &Function,
    house: &House,
    source: Source,
    handler: for<'a> fn(Value, &'a Cx) -> Running<'a, Result<()>>,
    mut input: Value,
) -> Result<Value> {
    let records = match input.get_mut("Records").map(Value::take) {
        Some(Value::Array(records)) => records,
        _ => return Err(Error::internal("a consumer's input must have Records")),
    };
    let mut failures = Vec::new();
    // One deadline for the whole batch: Lambda's timeout counts from its beginning.
    let deadline = house.deadline(function);
    for record in records {
        let (id, message) = match source {
            Source::Queue(_) => (record["messageId"].clone(), body(&record)),
            Source::Streams(_) => (record["dynamodb"]["SequenceNumber"].clone(), Ok(record)),
        };
        let started = Instant::now();
        let mut cx = Cx::new(function, house, id.as_str().unwrap_or_default().to_owned());
        cx.deadline = deadline;
        let (result, cost) = match message {
            Ok(message) => store::counted(handler(message, &cx)).await,
            Err(error) => (Err(error), store::Cost::default()),
        };
        let status = if result.is_ok() { "done" } else { "failed" };
        let fault = result.as_ref().err().map(ToString::to_string);
        house.log(&log::line(&cx, json!(status), started.elapsed(), &cost, fault));
        if result.is_err() {
            failures.push(json!({ "itemIdentifier": id }));
            if matches!(source, Source::Streams(_)) {
                break;
            }
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

fn body(record: &Value) -> Result<Value> {
    let body = record["body"].as_str().ok_or_else(|| Error::internal("a message without a body"))?;
    serde_json::from_str(body).map_err(Error::internal)
}

/// One message, anew where it was overtaken.
pub(crate) async fn message<C: Consumer>(message: Value, cx: &Cx) -> Result<()> {
    let mut attempt = 1;
    loop {
        let read: C = serde_json::from_value(message.clone()).map_err(Error::internal)?;
        match read.run(cx).await {
            Err(Error::Store(store::Error::Overtaken | store::Error::Busy(_))) if may_run_anew(attempt, cx) => {
                tokio::time::sleep(store::jitter(attempt)).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}
