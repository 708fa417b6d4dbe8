//! Faults where a test says so, on the wire: the code under test meets them as it would meet the real ones, below the
//! SDK's own retries. A call here is one HTTP request: a call that the SDK repeats is seen, and counted, again.

use crate::wire::{self, Answer, Reason, Service, around, body_of, operation_of, other};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// DynamoDB only: another transaction holds the item. `TransactionCanceledException` with `TransactionConflict` at
    /// the first action, or `TransactionConflictException` for a plain write.
    TransactionConflict,
    /// Too many calls: DynamoDB `ThrottlingException` (in a transaction the reason `ThrottlingError` at the first
    /// action), SQS `RequestThrottled`, Parameter Store `ThrottlingException`, SES `TooManyRequestsException`, S3 `SlowDown`.
    Throttled,
    /// The time limit passed and the request was never carried out.
    TimeoutBefore,
    /// The time limit passed, but the request was carried out: only its response is lost.
    TimeoutAfter,
    /// The connection broke before the request was carried out.
    Drop,
    /// No answer ever comes; the caller's own time limit ends it.
    Hang,
    /// The service failed (500) and did nothing.
    ServerError,
    /// The service refuses for good: SES `MessageRejected`, DynamoDB, SQS and Parameter Store
    /// `AccessDeniedException`, S3
    /// `AccessDenied`.
    Refused,
    /// SES only: it sends nothing until somebody mends the account, `SendingPausedException`. It names the recipient, as some of
    /// its errors do.
    Halted,
}

/// Which calls a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Every call to any service.
    Any,
    /// Calls of one operation, by its AWS name: `TransactWriteItems`, `SendMessageBatch`, `SendEmail`...
    To(&'static str),
}

/// The script of faults, and the count of calls. Clones share it: wrap the clients of every service in clones of one,
/// so that steps are counted across all of them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    planned: Vec<Plan>,
    crash_at: Option<usize>,
    crashed: bool,
    seen: Vec<String>,
}

#[derive(Debug)]
struct Plan {
    calls: Calls,
    /// Matching calls still to let through.
    wait: usize,
    fault: Fault,
    /// For every further matching call, not for one.
    lasting: bool,
}

impl Faults {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The client `inner`, under this script. To have the faults of a [`Contention`](crate::Contention) model counted
    /// as calls too, wrap its client, not the other way round.
    pub fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        let this = self.clone();
        around(inner, move |connector, request| {
            let this = this.clone();
            HttpConnectorFuture::new(async move { this.answer(connector, request).await })
        })
    }

    /// The `nth` matching call from now on (0 is the next one) meets `fault`, once. Plans add up; when several are due
    /// for one call, the oldest is taken and the others stay due.
    pub fn next(&self, calls: Calls, nth: usize, fault: Fault) {
        self.script().planned.push(Plan { calls, wait: nth, fault, lasting: false });
    }

    /// From the `nth` matching call from now on (0 is the next one) every one meets `fault`, until [`Faults::clear`].
    pub fn from(&self, calls: Calls, nth: usize, fault: Fault) {
        self.script().planned.push(Plan { calls, wait: nth, fault, lasting: true });
    }

    /// The process dies before its call number `n` (0 is the first since [`Faults::new`] or [`Faults::clear`]): that
    /// call and all after it fail, without being sent and without SDK retries. Run a step with `n` = 0, 1, 2...,
    /// [`Faults::clear`], run it again as the retry, look at the invariants, and stop when [`Faults::crashed`] says no:
    /// then every gap between two calls has been tried. The crash after the last call needs no fault: its caller
    /// just never hears of it.
    pub fn crash_at(&self, n: usize) {
        self.script().crash_at = Some(n);
    }

    /// Whether a call has met the crash since [`Faults::crash_at`].
    pub fn crashed(&self) -> bool {
        self.script().crashed
    }

    /// Calls seen since the start or [`Faults::clear`], those that failed included.
    pub fn calls(&self) -> usize {
        self.script().seen.len()
    }

    /// The operations called since the start or [`Faults::clear`], in order.
    pub fn seen(&self) -> Vec<String> {
        self.script().seen.clone()
    }

    /// Plans that no call has met yet (lasting ones count until cleared): a test whose fault never struck proves
    /// nothing, so assert that this is 0.
    pub fn left(&self) -> usize {
        self.script().planned.len()
    }

    /// Ends all faults, the crash too, and counts from 0 again: the process has been started anew.
    pub fn clear(&self) {
        *self.script() = Script::default();
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let (service, operation) = operation_of(&request);
        let fault = self.script().step(&operation)?;
        match fault {
            None => inner.call(request).await,
            Some(Fault::TimeoutBefore) => Err(ConnectorError::timeout("timed out (injected)".into())),
            Some(Fault::TimeoutAfter) => {
                // Whatever came of it, nobody hears.
                drop(inner.call(request).await);
                Err(ConnectorError::timeout("timed out (injected)".into()))
            }
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Drop) => Err(ConnectorError::io("connection lost (injected)".into())),
            Some(Fault::TransactionConflict) => conflict(service, &operation, &request),
            Some(Fault::Throttled) => throttled(service, &operation, &request),
            Some(Fault::ServerError) => {
                let kind = match service {
                    Service::DynamoDb | Service::Ssm => "InternalServerError",
                    Service::Sqs => "InternalFailure",
                    Service::Ses => "InternalServiceErrorException",
                    Service::S3 => "InternalError",
                };
                wire::error(service, 500, kind, json!({ "message": "failed (injected)" }))
            }
            Some(Fault::Refused) => {
                let kind = match service {
                    Service::Ses => "MessageRejected",
                    Service::DynamoDb | Service::Sqs | Service::Ssm => "AccessDeniedException",
                    Service::S3 => "AccessDenied",
                };
                wire::error(service, 400, kind, json!({ "message": "refused (injected)" }))
            }
            Some(Fault::Halted) => {
                let to = &wire::body_of(&request)["Destination"]["ToAddresses"][0];
                let message = format!("paused for {} (injected)", to.as_str().unwrap_or_default());
                wire::error(service, 400, "SendingPausedException", json!({ "message": message }))
            }
        }
    }
}

impl Script {
    /// Counts a call and says what happens to it.
    fn step(&mut self, operation: &str) -> Result<Option<Fault>, ConnectorError> {
        let n = self.seen.len();
        self.seen.push(operation.to_owned());
        if self.crash_at.is_some_and(|crash_at| n >= crash_at) {
            self.crashed = true;
            return Err(other(format!("the process died before call {n} (injected)")));
        }
        let mut due = None;
        for (index, plan) in self.planned.iter_mut().enumerate() {
            let matches = match plan.calls {
                Calls::Any => true,
                Calls::To(name) => name == operation,
            };
            if matches && plan.wait > 0 {
                plan.wait -= 1;
            } else if matches && due.is_none() {
                due = Some(index);
            }
        }
        Ok(due.map(|index| {
            let fault = self.planned[index].fault;
            if !self.planned[index].lasting {
                self.planned.remove(index);
            }
            fault
        }))
    }
}

fn conflict(service: Service, operation: &str, request: &HttpRequest) -> Answer {
    match (service, operation) {
        (Service::DynamoDb, "TransactWriteItems" | "TransactGetItems") => {
            wire::cancelled(&first(request, Reason::Conflict))
        }
        (Service::DynamoDb, "PutItem" | "UpdateItem" | "DeleteItem") => wire::conflict(),
        _ => Err(other(format!("a test planned a TransactionConflict for {operation}, which never has one"))),
    }
}

fn throttled(service: Service, operation: &str, request: &HttpRequest) -> Answer {
    let body = json!({ "message": "too many calls (injected)" });
    match service {
        Service::DynamoDb if operation.starts_with("Transact") => wire::cancelled(&first(request, Reason::Throttled)),
        Service::DynamoDb => wire::throttled("injected"),
        Service::Sqs => wire::error(service, 403, "RequestThrottled", body),
        Service::Ses => wire::error(service, 429, "TooManyRequestsException", body),
        Service::S3 => wire::error(service, 503, "SlowDown", body),
        Service::Ssm => wire::error(service, 400, "ThrottlingException", body),
    }
}

/// `reason` at the first action of a transaction, nothing at the others.
fn first(request: &HttpRequest, reason: Reason) -> Vec<Reason> {
    let actions = body_of(request)["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![Reason::None; actions];
    if let Some(first) = reasons.first_mut() {
        *first = reason;
    }
    reasons
}
