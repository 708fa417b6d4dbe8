//! Errors, and the one place where they become problems for the person who gets them (RFC 9457).

use crate::answer::Answer;
use domain::Refusal;
use domain::refusal::{FieldError, RefusalKind};
use serde_json::{Map, Value, json};

/// Why a function didn't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The domain says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request can't be read.
    #[error("{0:?}")]
    Problem(Box<Problem>),
    /// The store failed, or was overtaken.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Something of ours is not as it should be.
    #[error("{0}")]
    Internal(String),
    /// The request was made before: this is its answer.
    #[error("answered before")]
    Replay(Box<Answer>),
}

/// A result of a function.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Something of ours is not as it should be; goes to the log, not to the caller.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Error::Internal(what.to_string())
    }

    pub(crate) fn problem(status: u16, code: &str, detail: impl Into<String>) -> Self {
        let (errors, more) = (Vec::new(), Map::new());
        Error::Problem(Box::new(Problem { status, code: code.to_owned(), detail: detail.into(), errors, more }))
    }
}

/// A problem, as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Further facts for programs.
    pub more: Map<String, Value>,
}

fn status(kind: RefusalKind) -> u16 {
    match kind {
        RefusalKind::Invalid => 422,
        RefusalKind::Conflict => 409,
        RefusalKind::Forbidden => 403,
        RefusalKind::NotFound => 404,
        RefusalKind::Changed => 412,
        RefusalKind::Unauthorized => 401,
        RefusalKind::TooMany => 429,
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Problem {
        let plain = |status, code: &str, detail: &str| Problem {
            status,
            code: code.to_owned(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            more: Map::new(),
        };
        match error {
            Error::Refused(refusal) => Problem {
                status: status(refusal.kind),
                code: refusal.code.to_owned(),
                detail: refusal.detail.clone(),
                errors: refusal.errors.clone(),
                more: refusal.more.clone(),
            },
            Error::Problem(problem) => (**problem).clone(),
            Error::Store(store::Error::Cursor) => {
                Problem::from(&Error::Refused(Refusal::field("cursor", "is not one that this list gave")))
            }
            Error::Store(store::Error::Overtaken | store::Error::Busy(_) | store::Error::Unavailable(_)) => {
                let busy = "Many people are doing this right now. Nothing is lost; try again in a moment.";
                let mut problem = plain(503, "busy", busy);
                problem.more.insert("retry_after".to_owned(), json!(1));
                problem
            }
            Error::Store(store::Error::Item { .. }) | Error::Internal(_) | Error::Replay(_) => plain(
                500,
                "internal",
                "Something went wrong on our side. It is logged under the request id; please try again.",
            ),
        }
    }
}

impl Problem {
    /// The answer that carries it.
    pub fn answer(&self, request_id: &str) -> Answer {
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(format!("urn:guestlist:problem:{}", self.code)));
        body.insert("title".to_owned(), json!(title(self.status)));
        body.insert("status".to_owned(), json!(self.status));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("detail".to_owned(), json!(self.detail));
        body.insert("request_id".to_owned(), json!(request_id));
        if !self.errors.is_empty() {
            body.insert("errors".to_owned(), json!(self.errors));
        }
        let mut answer = Answer::new(self.status);
        if let Some(seconds) = self.more.get("retry_after") {
            answer = answer.header("retry-after", seconds.to_string());
        }
        if self.status == 401 {
            answer = answer.header("www-authenticate", "Bearer");
        }
        body.extend(self.more.clone());
        answer.body("application/problem+json", Value::Object(body).to_string())
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad request",
        401 => "Not signed in",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Not possible as things are",
        412 => "Changed meanwhile",
        413 => "Too large",
        415 => "Unsupported media type",
        422 => "Not valid",
        429 => "Too often",
        503 => "Busy",
        _ => "Internal error",
    }
}
