//! Errors, and the one place where they become problems for the person who gets them (RFC 9457).

use crate::answer::Answer;
use domain::{FaultCode, Refusal};
use serde_json::json;

/// Why a function didn't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The domain says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was sent isn't a request that can be answered.
    #[error("{code}: {detail}")]
    Problem {
        /// The HTTP status.
        status: u16,
        /// The stable code.
        code: &'static str,
        /// What happened and what to do.
        detail: String,
    },
    /// The store failed, or was overtaken.
    #[error(transparent)]
    Store(store::Error),
    /// Something of ours is not as it should be.
    #[error("{0}")]
    Internal(String),
}

/// A result of a function.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Something of ours is not as it should be; goes to the log, not to the caller.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Error::Internal(what.to_string())
    }

    pub(crate) fn problem(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Error::Problem { status, code, detail: detail.into() }
    }

    /// What it is to the caller: a status, a code and words.
    pub(crate) fn told(&self) -> (u16, &'static str, &str) {
        match self {
            Error::Refused(Refusal { kind, code, detail, .. }) => (*kind as u16, code, detail),
            Error::Problem { status, code, detail } => (*status, code, detail),
            Error::Store(store::Error::Overtaken | store::Error::Busy(_) | store::Error::Unavailable(_)) => {
                (503, "busy", "Many people are doing this right now. Nothing is lost; try again in a moment.")
            }
            Error::Store(store::Error::Refused(_) | store::Error::Item { .. } | store::Error::Cursor)
            | Error::Internal(_) => (
                500,
                "internal",
                "Something went wrong on our side. It is logged under the request id; please try again.",
            ),
        }
    }

    /// The problem, as it is sent.
    pub fn answer(&self, request_id: &str) -> Answer {
        let (status, code, detail) = self.told();
        let mut body = json!({
            "type": format!("urn:guestlist:problem:{code}"),
            "title": http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()),
            "status": status,
            "code": code,
            "detail": detail,
            "request_id": request_id,
        });
        if status == 503 {
            body["retry_after"] = json!(1);
        }
        if let Error::Refused(Refusal { errors, more, .. }) = self {
            if !errors.is_empty() {
                body["errors"] = json!(errors);
            }
            more.iter().for_each(|(name, value)| body[name] = value.clone());
        }
        let mut answer = Answer::new(status);
        if let Some(seconds) = body.get("retry_after") {
            answer = answer.header("retry-after", seconds.to_string());
        }
        if status == 401 {
            answer = answer.header("www-authenticate", "Bearer");
        }
        answer.body("application/problem+json", body.to_string())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Cursor => Refusal::field("cursor", FaultCode::CursorUnknown).into(),
            error => Error::Store(error),
        }
    }
}
