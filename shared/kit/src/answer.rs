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
        let value = value.into();
        if http::HeaderValue::from_str(&value).is_ok() {
            self.headers.push((name.to_owned(), value));
        }
        self
    }

    /// With a body of this media type.
    pub fn body(self, media: &str, body: impl Into<Bytes>) -> Self {
        let mut answer = self.header("content-type", media);
        answer.body = body.into();
        answer
    }
}

/// One media type that a reply may have, for the API's description.
#[derive(Debug)]
pub struct Media {
    /// Such as `application/json`.
    pub name: &'static str,
    /// What JSON looks like.
    pub schema: Option<Schema>,
}

/// What a route answers with.
pub trait Reply: Send + Sized {
    /// The status when all went well.
    const STATUS: u16;
    /// Whether it carries an `ETag` of the thing's version, for `If-Match`.
    const TAGGED: bool = false;
    /// The media types it may have, for the API's description; none where it has no body.
    fn media(schemas: &mut SchemaGenerator) -> Vec<Media>;
    /// The answer.
    ///
    /// # Errors
    /// It can't be written out: a fault of ours.
    fn answer(&self) -> crate::Result<Answer>;
}

fn json_media<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Vec<Media> {
    vec![Media { name: "application/json", schema: Some(schemas.subschema_for::<T>()) }]
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

/// 200 with JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema + Send> Reply for Json<T> {
    const STATUS: u16 = 200;
    fn media(schemas: &mut SchemaGenerator) -> Vec<Media> {
        json_media::<T>(schemas)
    }
    fn answer(&self) -> crate::Result<Answer> {
        json_answer(Self::STATUS, &self.0)
    }
}

/// 200 with JSON and an `ETag` of the thing's version, for `If-Match`.
#[derive(Debug)]
pub struct Tagged<T>(pub u64, pub T);

impl<T: Serialize + JsonSchema + Send> Reply for Tagged<T> {
    const STATUS: u16 = 200;
    const TAGGED: bool = true;
    fn media(schemas: &mut SchemaGenerator) -> Vec<Media> {
        json_media::<T>(schemas)
    }
    fn answer(&self) -> crate::Result<Answer> {
        Ok(json_answer(Self::STATUS, &self.1)?.header("etag", format!("\"{}\"", self.0)))
    }
}

/// 201 with JSON.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize + JsonSchema + Send> Reply for Created<T> {
    const STATUS: u16 = 201;
    fn media(schemas: &mut SchemaGenerator) -> Vec<Media> {
        json_media::<T>(schemas)
    }
    fn answer(&self) -> crate::Result<Answer> {
        json_answer(Self::STATUS, &self.0)
    }
}

/// 202 with JSON: it will happen.
#[derive(Debug)]
pub struct Accepted<T>(pub T);

impl<T: Serialize + JsonSchema + Send> Reply for Accepted<T> {
    const STATUS: u16 = 202;
    fn media(schemas: &mut SchemaGenerator) -> Vec<Media> {
        json_media::<T>(schemas)
    }
    fn answer(&self) -> crate::Result<Answer> {
        json_answer(Self::STATUS, &self.0)
    }
}

/// 204: done, nothing to say.
#[derive(Debug)]
pub struct NoContent;

impl Reply for NoContent {
    const STATUS: u16 = 204;
    fn media(_schemas: &mut SchemaGenerator) -> Vec<Media> {
        vec![]
    }
    fn answer(&self) -> crate::Result<Answer> {
        Ok(Answer::new(Self::STATUS))
    }
}

/// A page for people.
#[derive(Debug)]
pub struct Html {
    /// The status: 200, or that of the problem that the page tells of.
    pub status: u16,
    /// The page.
    pub page: String,
    /// The `Content-Security-Policy` it needs.
    pub policy: String,
}

impl Reply for Html {
    const STATUS: u16 = 200;
    fn media(_schemas: &mut SchemaGenerator) -> Vec<Media> {
        vec![Media { name: "text/html", schema: None }]
    }
    fn answer(&self) -> crate::Result<Answer> {
        Ok(Answer::new(self.status)
            .header("content-security-policy", self.policy.clone())
            .header("cache-control", "no-store")
            .header("referrer-policy", "no-referrer")
            .header("x-content-type-options", "nosniff")
            .body("text/html; charset=utf-8", self.page.clone()))
    }
}
