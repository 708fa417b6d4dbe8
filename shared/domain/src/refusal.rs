//! How the domain says no: a stable code, a sentence for the person, and which fields are at fault.

use crate::fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What kind of no it is, with the HTTP status that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The input doesn't hold.
    Invalid = 422,
    /// The state of things doesn't allow it.
    Conflict = 409,
    /// Known who it is, and not theirs to do.
    Forbidden = 403,
    /// It isn't there, or isn't theirs to know of.
    NotFound = 404,
    /// It has changed since it was read.
    Changed = 412,
    /// Not known who it is, or the proof doesn't hold.
    Unauthorized = 401,
    /// Too often.
    TooMany = 429,
}

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the field in the body, or its name in path or query after a `/`.
    pub pointer: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub fault: Fault,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// What kind of no it is.
    pub kind: RefusalKind,
    /// The stable code that programs may rely on, in snake case.
    pub code: &'static str,
    /// What happened and what to do, for a person.
    pub detail: String,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Further facts for programs, such as the id of what stands in the way.
    pub more: Map<String, Value>,
}

impl Refusal {
    fn new(kind: RefusalKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, code, detail: detail.into(), errors: Vec::new(), more: Map::new() }
    }

    /// Bad fields.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}.", one.pointer.trim_start_matches('/'), one.fault.detail),
            _ => "Some fields need another look.".to_owned(),
        };
        Self { errors, ..Self::new(RefusalKind::Invalid, "invalid", detail) }
    }

    /// One bad field.
    pub fn field(name: &str, fault: impl Into<Fault>) -> Self {
        Self::invalid(vec![FieldError { pointer: format!("/{name}"), fault: fault.into() }])
    }

    /// The state of things doesn't allow it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, detail)
    }

    /// Not theirs to do.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, code, detail)
    }

    /// Not there; `what` is the thing's word, such as "event".
    pub fn not_found(what: &str) -> Self {
        let code = match what {
            "event" => "event_not_found",
            "booking" => "booking_not_found",
            "ticket" => "ticket_not_found",
            "user" => "user_not_found",
            _ => "not_found",
        };
        Self::new(RefusalKind::NotFound, code, format!("There is no such {what}, or it isn't yours to see."))
    }

    /// It has changed since it was read.
    pub fn changed(what: &str) -> Self {
        let detail = format!("The {what} has changed since you read it. Read it again and repeat your change.");
        Self::new(RefusalKind::Changed, "changed_meanwhile", detail)
    }

    /// The proof of who it is doesn't hold.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unauthorized, code, detail)
    }

    /// Too often; the caller may try again after so many seconds.
    pub fn too_many(after_seconds: i64) -> Self {
        Self::new(RefusalKind::TooMany, "too_many_requests", "That was too often. Wait a little and try again.")
            .with("retry_after", after_seconds)
    }

    /// With a further fact for programs.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }
}

/// Collects what is wrong with several fields, so that a person hears of all of them at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Notes that the field is at fault.
    pub fn add(&mut self, field: &str, fault: impl Into<Fault>) {
        self.0.push(FieldError { pointer: format!("/{field}"), fault: fault.into() });
    }

    /// Nothing was wrong, or the refusal.
    ///
    /// # Errors
    /// A refusal that names every field that was noted.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.0)) }
    }
}
