//! One invocation from the outside in: who calls, what they ask, the function's run, its answer, its log line.

use crate::cx::{Asked, Idempotency, hex, keyed_hash, secret_hash};
use crate::input::Input;
use crate::{Answer, Cx, Error, Function, House, KeyUse, Kind, Result, Source, Table, Token, log, read, sign};
use bytes::Bytes;
use domain::Language;
use domain::refusal::Refusal;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;

/// A request, as it comes in.
pub(crate) type Request = http::Request<Bytes>;
/// The fields of its path, with their names.
pub(crate) type PathFields = Vec<(String, String)>;

/// How often a function is run at most when what it decided on has changed meanwhile, or DynamoDB had no room for it.
const TRIES: u32 = 200;
/// How much of an invocation's time must be left to run it anew.
const RESERVE: Duration = Duration::from_secs(4);
/// How many connections to DynamoDB are opened at most before the first invocation: as many as a booking reads items at once.
const CONNECTIONS: usize = 4;

/// The caller's network address, put into a request's extensions by whoever received it.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The id of a request, put into its extensions by whoever received it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

pub(crate) fn request_id(house: &House) -> String {
    house.chance().bytes().map(|bytes| hex(&bytes[..8])).unwrap_or_default()
}

/// Answers a request whose path has these fields. Never fails: what goes wrong is in the answer and in the log.
pub(crate) async fn request(function: &Function, house: &House, request: &Request, path: PathFields) -> Answer {
    let id = request.extensions().get::<RequestId>().map_or_else(|| request_id(house), |RequestId(id)| id.clone());
    let mut cx = Cx::new(function, house, id, house.deadline(function));
    let (result, cost) = store::counted(Box::pin(answered(function, &mut cx, request, path))).await;
    let (answer, error) = match result {
        Ok(answer) => (answer, None),
        Err(error) => (error.answer(&cx.request_id), Some(error)),
    };
    (house.given.log)(&log::line(&cx, json!(answer.status), error.as_ref(), &cost));
    answer.header("x-request-id", cx.request_id)
}

async fn answered(function: &Function, cx: &mut Cx, request: &Request, path: PathFields) -> Result<Answer> {
    let Kind::Route { caller, idempotent, .. } = function.kind else { return Err(Error::internal("not a route")) };
    // What isn't ASCII is nothing that we know, but it is there: a guard that was sent is not dropped without a word.
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("\u{FFFD}"));
    cx.asked = Asked {
        address: request.extensions().get::<ClientAddress>().map(|ClientAddress(address)| *address),
        language: header("accept-language").and_then(Language::accepted),
        cookies: header("cookie").map(str::to_owned),
        if_match: header("if-match").filter(|etag| *etag != "*").map(version).transpose()?,
        if_none_match: header("if-none-match").map(str::to_owned),
        ..Asked::default()
    };
    if caller.reads_token() {
        cx.asked.token = token(cx, header("authorization")).await?;
        caller.check(cx.asked.token.as_ref(), &path)?;
    }
    refuse_foreign_form(cx, header)?;
    let input = Input::of(request, function.kind, path)?;
    if let (true, Some(key)) = (idempotent, header("idempotency-key")) {
        cx.asked.idempotency = Some(idempotency(cx, key, request)?);
    }
    match attempted(function, &input, cx).await {
        // A repeated request may be refused for what the first one did (the place is booked already), for what happened since
        // (the start has passed) or for coming so often; its answer is the first one's all the same.
        Err(error @ (Error::Refused(_) | Error::Store(store::Error::Overtaken))) => replay(cx).await?.ok_or(error),
        result => result,
    }
}

/// Runs a function, anew where it was overtaken. Who waits long waits longer still between two tries, so that a rush on one
/// item keeps going instead of being all refusals. What is urgent doesn't, and so gets in between.
async fn attempted(function: &Function, input: &Input, cx: &Cx) -> Result<Answer> {
    let urgent = matches!(function.kind, Kind::Route { urgent: true, .. });
    let mut attempt = 1;
    loop {
        let result = (function.handler)(input, cx).await;
        let overtaken = matches!(result, Err(Error::Store(store::Error::Overtaken | store::Error::Busy(_))));
        // Both bounds, so that a fault of ours that looks like a race doesn't hold an invocation to its end.
        if !overtaken || attempt >= TRIES || cx.time_left() <= RESERVE {
            return result;
        }
        // An idempotency record in the way is no race: running anew would not help.
        if let Some(answer) = replay(cx).await? {
            return Ok(answer);
        }
        tokio::time::sleep(store::jitter(if urgent { 1 } else { attempt })).await;
        attempt += 1;
    }
}

/// The answer that was given to this request's key before; a refusal where the request was another.
async fn replay(cx: &Cx) -> Result<Option<Answer>> {
    let Some(Idempotency { scope, request_hash }) = &cx.asked.idempotency else { return Ok(None) };
    let Some(record) = cx.store().idempotency_record(scope, cx.now).await? else { return Ok(None) };
    if record.request_hash != *request_hash {
        let detail = "This Idempotency-Key was used for another request. Use a new key for a new request.";
        return Err(Error::problem(422, "idempotency_key_reused", detail));
    }
    let store::StoredAnswer { status, headers, body } = record.answer;
    Ok(Some(Answer { status, headers, body: body.into() }))
}

fn idempotency(cx: &Cx, key: &str, request: &Request) -> Result<Idempotency> {
    let fits = (8..=200).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic());
    if !fits {
        let detail = "The Idempotency-Key must be 8 to 200 visible ASCII characters, such as a UUID.";
        return Err(Error::problem(400, "idempotency_key_invalid", detail));
    }
    let who = cx.asked.token.as_ref().and_then(Token::bearer).unwrap_or_else(|| "anybody".to_owned());
    let asked = [request.uri().to_string().as_bytes(), b"\n", request.body()].concat();
    // A body may hold a password. What is kept of it is no plain hash, which could be guessed at: it is an HMAC under the caller's
    // own key, and of the key itself only a hash is kept.
    let request_hash = keyed_hash(key, &asked);
    Ok(Idempotency { scope: format!("{who}/{}/{}", cx.bench.function, secret_hash(key)), request_hash })
}

async fn token(cx: &Cx, authorization: Option<&str>) -> Result<Option<Token>> {
    let Some(authorization) = authorization else { return Ok(None) };
    let (scheme, text) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthorized("token_invalid", "Send the access token as a bearer token.").into());
    }
    match cx.read_token(text.trim()).await? {
        None | Some(Token::Link(_)) => {
            let detail = "The access token isn't valid or has run out. Refresh it, or sign in again.";
            Err(Refusal::unauthorized("token_invalid", detail).into())
        }
        token => Ok(token),
    }
}

/// A page of another site can post a form here without asking (JSON it can't); it could sign somebody in as somebody else. So a
/// browser's form must come from our own pages. Browsers say where it comes from (Fetch Metadata, RFC 6454); mail clients, which
/// send forms to unsubscribe, are no browsers and say nothing.
fn refuse_foreign_form<'a>(cx: &Cx, header: impl Fn(&str) -> Option<&'a str>) -> Result<()> {
    let is_form = header("content-type").is_some_and(|media| media.to_ascii_lowercase().contains("form-urlencoded"));
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

fn version(etag: &str) -> Result<u64> {
    let number = etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(etag);
    let bad = || Error::problem(400, "if_match_invalid", "If-Match must be an ETag that was read here, such as \"3\".");
    number.parse().map_err(|_| bad())
}

impl Function {
    /// Opens connections to DynamoDB by reads that the function is granted: of the keys, which its first request needs anyway,
    /// then of an item that isn't there in each of its tables, as it may read from several at once. (The later handshakes take up
    /// the first one's session and are cheap.) Beside that it reads the private key that it signs with. It belongs to a Lambda's
    /// init, which has a full CPU whatever the function's memory, and a handshake is mostly CPU. What goes wrong here goes wrong
    /// again in the first invocation, and is told there.
    pub async fn warm_up(&self, house: &House) {
        let cx = &Cx::new(self, house, request_id(house), house.deadline(self));
        let tables = async {
            if self.grants.contains(&read(Table::PublicKeys)) {
                drop(cx.key_ring(KeyUse::Tokens, None).await);
            }
            let tables = Table::ALL.iter().filter(|table| self.grants.contains(&read(**table)));
            drop(cx.store().touch(tables.copied().take(CONNECTIONS)).await);
        };
        let keys = async {
            for key_use in KeyUse::ALL.iter().filter(|key_use| self.grants.contains(&sign(**key_use))) {
                drop(cx.signer(*key_use).await);
            }
        };
        tokio::join!(tables, keys);
    }

    /// Takes a tick, or a batch of messages in Lambda's own form, and gives Lambda's reply: `null`, or which of the batch
    /// failed and must come back. Of a stream it is everything from the first failure on, since its order counts.
    ///
    /// # Errors
    /// A tick failed, or the input isn't of the form.
    pub async fn invoke(&self, house: &House, mut input: Value) -> Result<Value> {
        // One deadline for the whole batch: Lambda's timeout counts from its beginning.
        let deadline = house.deadline(self);
        let Kind::Consumer { source } = self.kind else {
            let cx = Cx::new(self, house, request_id(house), deadline);
            return worked(self, &cx, Value::Null).await.map(|()| Value::Null);
        };
        let Some(Value::Array(records)) = input.get_mut("Records").map(Value::take) else {
            return Err(Error::internal("a consumer's input must have Records"));
        };
        let mut failures = Vec::new();
        for record in records {
            let (id, message) = match source {
                // What is no JSON is a text, and reading it says that it isn't a message.
                Source::Queue(_) => {
                    let body = record["body"].as_str().unwrap_or_default();
                    (record["messageId"].clone(), serde_json::from_str(body).unwrap_or_else(|_| json!(body)))
                }
                Source::Streams(_) => (record["dynamodb"]["SequenceNumber"].clone(), record),
            };
            let cx = Cx::new(self, house, id.as_str().unwrap_or_default().to_owned(), deadline);
            if worked(self, &cx, message).await.is_err() {
                failures.push(json!({ "itemIdentifier": id }));
                if matches!(source, Source::Streams(_)) {
                    break;
                }
            }
        }
        Ok(json!({ "batchItemFailures": failures }))
    }
}

/// One tick or message, with its log line.
async fn worked(function: &Function, cx: &Cx, given: Value) -> Result<()> {
    let (result, cost) = store::counted(attempted(function, &given.into(), cx)).await;
    let status = if result.is_ok() { "done" } else { "failed" };
    (cx.house.given.log)(&log::line(cx, json!(status), result.as_ref().err(), &cost));
    result.map(drop)
}
