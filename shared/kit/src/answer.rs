//! How functions answer: a reply says its status, headers and media type.

use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

/// An HTTP answer, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// An answer without headers and body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// With a further header; a value that HTTP can't carry is left out.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a body of this media type.
    pub fn body(self, media: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self.header("content-type", media) }
    }
}

impl From<Answer> for http::Response<Bytes> {
    fn from(answer: Answer) -> Self {
        let mut response = http::Response::new(answer.body);
        *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
        for (name, value) in answer.headers {
            if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// One media type that a reply may have, for the API's description.
#[derive(Clone, Copy, Debug)]
pub struct Media {
    /// Such as `application/json`.
    pub name: &'static str,
    /// What JSON looks like.
    pub schema: Option<fn(&mut SchemaGenerator) -> Schema>,
}

impl Media {
    /// One that isn't described further.
    pub const fn of(name: &'static str) -> Self {
        Self { name, schema: None }
    }

    /// JSON that looks like a `T`.
    pub const fn json<T: JsonSchema>() -> Self {
        Self { name: "application/json", schema: Some(|schemas| schemas.subschema_for::<T>()) }
    }
}

/// What a route answers with.
pub trait Reply: Send + Sized {
    /// The status when all went well.
    const STATUS: u16 = 200;
    /// Headers of its own that callers go by, each with what it says, for the API's description.
    const HEADERS: &[(&str, &str)] = &[];
    /// The media types it may have, for the API's description; none where it has no body.
    const MEDIA: &[Media];
    /// The answer.
    ///
    /// # Errors
    /// It can't be written out: a fault of ours.
    fn answer(&self) -> crate::Result<Answer>;
}

/// An answer with JSON.
///
/// # Errors
/// It can't be written out.
pub fn json_answer<T: Serialize>(status: u16, body: &T) -> crate::Result<Answer> {
    let body = serde_json::to_vec(body).map_err(crate::Error::internal)?;
    // What an account may see is nobody else's; what changes by the second is not kept.
    Ok(Answer::new(status).header("cache-control", "no-store").body("application/json", body))
}

/// JSON: with 200, where nothing else is said.
#[derive(Debug)]
pub struct Json<T, const STATUS: u16 = 200>(pub T);
/// 201 with JSON.
pub type Created<T> = Json<T, 201>;
/// 202 with JSON: it will happen.
pub type Accepted<T> = Json<T, 202>;

impl<T: Serialize + JsonSchema + Send, const STATUS: u16> Reply for Json<T, STATUS> {
    const STATUS: u16 = STATUS;
    const MEDIA: &[Media] = &[Media::json::<T>()];
    fn answer(&self) -> crate::Result<Answer> {
        json_answer(STATUS, &self.0)
    }
}

/// 200 with JSON and an `ETag` of the thing's version, for `If-Match`.
#[derive(Debug)]
pub struct Tagged<T>(pub u64, pub T);

impl<T: Serialize + JsonSchema + Send> Reply for Tagged<T> {
    const HEADERS: &[(&str, &str)] = &[("etag", "The version of what was sent, for `If-Match`.")];
    const MEDIA: &[Media] = &[Media::json::<T>()];
    fn answer(&self) -> crate::Result<Answer> {
        Ok(json_answer(Self::STATUS, &self.1)?.header("etag", format!("\"{}\"", self.0)))
    }
}

/// 204: done, nothing to say.
#[derive(Debug)]
pub struct NoContent;

impl Reply for NoContent {
    const STATUS: u16 = 204;
    const MEDIA: &[Media] = &[];
    fn answer(&self) -> crate::Result<Answer> {
        Ok(Answer::new(Self::STATUS))
    }
}
