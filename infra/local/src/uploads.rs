//! S3, as far as Guestlist uses it: the browser's presigned POST and the pictures on the port for people, and `GetObject`,
//! `PutObject` and `DeleteObject` of the SDK. Nothing else of it is imitated.
//!
//! A POST is checked as S3 checks it: the policy's signature, its end, that it names every field of the form, and the file's size
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>).

use crate::clock::Clock;
use crate::objects::{Object, Objects};
use axum::Router;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The bucket's name.
pub const BUCKET: &str = "guestlist-local-pictures";
/// Where browsers post uploads to: a path, so that it is the same origin whatever they call this machine.
pub const PATH: &str = "/uploads";
/// The key that signs policies here; it opens nothing.
pub const ACCESS_KEY: &str = "AKIDLOCAL";
/// Its secret.
pub const SECRET: &str = "local";
/// What S3 takes for the fields before the file.
const FIELDS: usize = 20 * 1024;
/// More than any object of ours.
const LARGEST: usize = 16 * 1024 * 1024;
/// How much of a file that is too large is read all the same, so that the refusal reaches the browser.
const PATIENCE: usize = 256 * 1024 * 1024;

/// What both sides write to.
#[derive(Clone, Debug)]
pub struct Uploads {
    /// The bucket.
    pub objects: Objects,
    /// What policies run out by.
    pub clock: Clock,
}

/// The routes on the port for people.
pub fn public(uploads: Uploads) -> Router {
    Router::new()
        .route(PATH, post(upload).layer(DefaultBodyLimit::max(PATIENCE)))
        .route("/pictures/{file}", get(picture))
        .with_state(uploads)
}

/// The routes of the SDK, below the bucket's name.
pub fn wire(uploads: Uploads) -> Router {
    let objects = get(read).put(write).delete(remove);
    Router::new()
        .route(&format!("/{BUCKET}/{{*key}}"), objects)
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(uploads)
}

/// An error as S3 writes it (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

fn refused(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refused {
    Refused { status, code, message: message.into() }
}

fn denied(message: impl Into<String>) -> Refused {
    refused(StatusCode::FORBIDDEN, "AccessDenied", message)
}

fn malformed(message: impl Into<String>) -> Refused {
    refused(StatusCode::BAD_REQUEST, "MalformedPOSTRequest", message)
}

fn disk(error: rusqlite::Error) -> Refused {
    let message = format!("the local runner's disk fails: {error}");
    refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let message = self.message.replace('&', "&amp;").replace('<', "&lt;");
        let code = self.code;
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        (self.status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
    }
}

async fn read(State(uploads): State<Uploads>, Path(key): Path<String>) -> Result<Response, Refused> {
    match uploads.objects.get(&key).map_err(disk)? {
        Some(Object { media, body }) => Ok(([(header::CONTENT_TYPE, media)], body).into_response()),
        None => Err(refused(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")),
    }
}

async fn write(
    State(uploads): State<Uploads>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    if headers.get("x-amz-content-sha256").is_some_and(|hash| hash.as_bytes().starts_with(b"STREAMING")) {
        return Err(refused(StatusCode::NOT_IMPLEMENTED, "NotImplemented", "bodies in chunks aren't read here"));
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let object = Object { media: media.unwrap_or("application/octet-stream").to_owned(), body: body.into() };
    uploads.objects.put(&key, &object, uploads.clock.now().as_millisecond()).map_err(disk)?;
    Ok(StatusCode::OK)
}

async fn remove(State(uploads): State<Uploads>, Path(key): Path<String>) -> Result<StatusCode, Refused> {
    uploads.objects.remove(&key).map_err(disk)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A picture, as CloudFront gives it out.
async fn picture(State(uploads): State<Uploads>, Path(file): Path<String>) -> Response {
    match uploads.objects.get(&format!("pictures/{file}")) {
        Ok(Some(Object { media, body })) => {
            let headers = [
                (header::CONTENT_TYPE, media),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            ];
            (headers, body).into_response()
        }
        Ok(None) => crate::front::problem(StatusCode::NOT_FOUND, "no_such_picture", "There is no such picture."),
        Err(error) => disk(error).into_response(),
    }
}

/// The browser's POST: fields, then the file.
async fn upload(State(uploads): State<Uploads>, mut form: Multipart) -> Result<StatusCode, Refused> {
    let broken = |error: MultipartError| malformed(error.body_text());
    let mut fields = BTreeMap::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_ascii_lowercase();
        if name == "file" {
            return uploads.take(&fields, field).await;
        }
        fields.insert(name, field.text().await.map_err(broken)?);
        if fields.values().map(String::len).sum::<usize>() > FIELDS {
            let message = "Your POST request fields preceding the upload file were too large.";
            return Err(refused(StatusCode::BAD_REQUEST, "MaxPostPreDataLengthExceeded", message));
        }
    }
    Err(malformed("POST requires exactly one file upload per request."))
}

impl Uploads {
    /// Removes uploads that nobody made a cover of within a day.
    ///
    /// # Errors
    /// When the disk can't be written.
    pub fn expire(&self) -> rusqlite::Result<()> {
        self.objects.expire(self.clock.now().as_millisecond())
    }

    async fn take(&self, fields: &BTreeMap<String, String>, mut file: Field<'_>) -> Result<StatusCode, Refused> {
        let now = self.clock.now();
        let range = Policy::read(fields)?.allows(fields, now)?;
        let mut body: Vec<u8> = Vec::new();
        let mut length = 0;
        while let Some(chunk) = file.chunk().await.map_err(|error| malformed(error.body_text()))? {
            length += chunk.len();
            if length as u64 <= range.most {
                body.extend_from_slice(&chunk);
            }
        }
        if length as u64 > range.most {
            let message = "Your proposed upload exceeds the maximum allowed size.";
            return Err(refused(StatusCode::BAD_REQUEST, "EntityTooLarge", message));
        }
        if (length as u64) < range.least {
            let message = "Your proposed upload is smaller than the minimum allowed size.";
            return Err(refused(StatusCode::BAD_REQUEST, "EntityTooSmall", message));
        }
        let key = fields.get("key").ok_or_else(|| malformed("the form has no key"))?;
        let media = fields.get("content-type").cloned().unwrap_or_else(|| "application/octet-stream".to_owned());
        self.objects.put(key, &Object { media, body }, now.as_millisecond()).map_err(disk)?;
        Ok(StatusCode::NO_CONTENT)
    }
}

/// What a form was signed for.
#[derive(Debug, Deserialize)]
struct Policy {
    expiration: Timestamp,
    conditions: Vec<Value>,
}

/// How many bytes a file may have.
#[derive(Debug, PartialEq)]
struct Range {
    least: u64,
    most: u64,
}

impl Policy {
    /// The form's policy, if its signature is ours.
    fn read(fields: &BTreeMap<String, String>) -> Result<Self, Refused> {
        let field = |name: &str| {
            fields.get(name).map(String::as_str).ok_or_else(|| malformed(format!("the form has no {name}")))
        };
        let policy = field("policy")?;
        let credential: Vec<&str> = field("x-amz-credential")?.split('/').collect();
        let [ACCESS_KEY, day, region, "s3", "aws4_request"] = credential[..] else {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            return Err(refused(StatusCode::FORBIDDEN, "InvalidAccessKeyId", message));
        };
        let ours = field("x-amz-algorithm")? == "AWS4-HMAC-SHA256"
            && field("x-amz-signature")? == pictures::signature(SECRET, day, region, policy);
        if !ours {
            let message = "The request signature we calculated does not match the signature you provided.";
            return Err(refused(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message));
        }
        let json = STANDARD.decode(policy).map_err(|_| denied("Invalid Policy: Invalid base64."))?;
        serde_json::from_slice(&json).map_err(|error| denied(format!("Invalid Policy: {error}.")))
    }

    /// How large the file may be, if everything else is as the policy says.
    fn allows(&self, fields: &BTreeMap<String, String>, now: Timestamp) -> Result<Range, Refused> {
        if now >= self.expiration {
            return Err(denied("Invalid according to Policy: Policy expired."));
        }
        let mut range = Range { least: 0, most: 5 * 1024 * 1024 * 1024 };
        let mut named = vec!["policy".to_owned(), "x-amz-signature".to_owned()];
        for condition in &self.conditions {
            if let Some([Value::String(kind), least, most]) = condition.as_array().map(Vec::as_slice)
                && kind == "content-length-range"
                && let (Some(least), Some(most)) = (least.as_u64(), most.as_u64())
            {
                range = Range { least, most };
                continue;
            }
            let failed = || denied(format!("Invalid according to Policy: Policy Condition failed: {condition}"));
            let (name, must) = condition_of(condition).ok_or_else(failed)?;
            let held = if name == "bucket" { Some(BUCKET) } else { fields.get(&name).map(String::as_str) };
            if !held.is_some_and(|held| must.holds(held)) {
                return Err(failed());
            }
            named.push(name);
        }
        let free = |name: &&String| !name.starts_with("x-ignore-") && !named.contains(name);
        match fields.keys().find(free) {
            Some(name) => Err(denied(format!("Invalid according to Policy: Extra input fields: {name}"))),
            None => Ok(range),
        }
    }
}

/// What a condition says of a field.
#[derive(Debug)]
enum Must {
    Be(String),
    StartWith(String),
}

impl Must {
    fn holds(&self, held: &str) -> bool {
        match self {
            Must::Be(value) => held == value,
            Must::StartWith(start) => held.starts_with(start),
        }
    }
}

/// Which field a condition is about, in lower case, and what it must be.
fn condition_of(condition: &Value) -> Option<(String, Must)> {
    match condition {
        Value::Object(pair) => {
            let (name, value) = pair.iter().next().filter(|_| pair.len() == 1)?;
            Some((name.to_ascii_lowercase(), Must::Be(value.as_str()?.to_owned())))
        }
        Value::Array(parts) => {
            let [Value::String(kind), Value::String(name), Value::String(value)] = parts.as_slice() else {
                return None;
            };
            let name = name.strip_prefix('$')?.to_ascii_lowercase();
            match kind.as_str() {
                "eq" => Some((name, Must::Be(value.clone()))),
                "starts-with" => Some((name, Must::StartWith(value.clone()))),
                _ => None,
            }
        }
        _ => None,
    }
}
