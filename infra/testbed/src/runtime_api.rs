//! A stand-in of the Lambda Runtime API, and a function's binary run under it as Lambda runs it: with Lambda's
//! environment and nothing else, one invocation at a time
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What a function may answer, in bytes: 6 MB and some room for the envelope
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const RESPONSE_LIMIT: usize = 6_291_556;
/// How long a function may take to get ready. Lambda gives 10 s; a busy test machine gets more.
const INIT_LIMIT: Duration = Duration::from_secs(60);

/// What to run, and how it is configured.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The function's binary (`bootstrap`).
    pub binary: PathBuf,
    /// `_HANDLER`, also the function's name.
    pub handler: String,
    /// The function's own environment variables. Nothing is inherited from the test's.
    pub env: Vec<(String, String)>,
    /// Configured memory, in MB. Told to the function, not enforced.
    pub memory: u32,
    /// Configured time limit of an invocation. The process is killed when it is over.
    pub timeout: Duration,
}

impl Launch {
    /// `binary` serving `handler`, with 256 MB and 30 s.
    pub fn new(binary: impl Into<PathBuf>, handler: impl Into<String>) -> Self {
        Self {
            binary: binary.into(),
            handler: handler.into(),
            env: Vec::new(),
            memory: 256,
            timeout: Duration::from_secs(30),
        }
    }

    /// Adds an environment variable; one that Lambda itself sets is overridden.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }
}

/// Why a function gave no answer, as Lambda tells its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// `errorType`: the function's own, or `Runtime.InitError` (reported by the function), `Runtime.ExitError` (the
    /// process ended), `Sandbox.Timedout`, `Function.ResponseSizeTooLarge`, `Runtime.InvalidResponse` (not JSON),
    /// `Runtime.InvalidEntrypoint` (not started).
    pub kind: String,
    /// `errorMessage`; with what the process wrote to stdout and stderr, when it ended.
    pub message: String,
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for FunctionError {}

fn failure(kind: &str, message: impl fmt::Display) -> FunctionError {
    FunctionError { kind: kind.to_owned(), message: message.to_string() }
}

/// A running function. The process is killed and its port closed when this is dropped.
#[derive(Debug)]
pub struct LambdaProcess {
    child: Child,
    timeout: Duration,
    invocations: mpsc::UnboundedSender<Invocation>,
    reports: mpsc::UnboundedReceiver<Report>,
    stdout: Captured,
    stderr: Captured,
    ready_after: Duration,
    count: u64,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Invocation {
    id: String,
    input: Bytes,
    deadline: u128,
    arn: String,
}

/// What the process told the API.
#[derive(Debug)]
enum Report {
    Ready(Instant),
    Answer(String, Result<Bytes, FunctionError>),
    InitError(FunctionError),
}

impl LambdaProcess {
    /// Starts the process and waits until it asks for its first invocation.
    ///
    /// # Errors
    /// When it can't be started, reports an initialisation error, or ends before it asks.
    pub async fn start(launch: &Launch) -> Result<Self, FunctionError> {
        let broken = |error: std::io::Error| failure("Runtime.InvalidEntrypoint", error);
        let binary = launch.binary.canonicalize().map_err(broken)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(broken)?;
        let address = listener.local_addr().map_err(broken)?;
        let (invocations, waiting) = mpsc::unbounded_channel();
        let (report, reports) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let api = Arc::new(Api { waiting: tokio::sync::Mutex::new(waiting), report });
        tokio::spawn(async move {
            tokio::select! {
                served = async { axum::serve(listener, router(api)).await } => served,
                _ = stopped => Ok(()),
            }
        });

        let task_root = binary.parent().map(PathBuf::from).unwrap_or_default();
        let mut command = Command::new(&binary);
        command
            .env_clear()
            .envs(environment(launch, &address.to_string()))
            .env("LAMBDA_TASK_ROOT", &task_root)
            .envs(launch.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&task_root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = Instant::now();
        let mut child = command.spawn().map_err(broken)?;
        let stdout = Captured::new(child.stdout.take());
        let stderr = Captured::new(child.stderr.take());
        let mut this = Self {
            child,
            timeout: launch.timeout,
            invocations,
            reports,
            stdout,
            stderr,
            ready_after: Duration::ZERO,
            count: 0,
            _stop: stop,
        };
        match this.report(INIT_LIMIT).await? {
            Report::Ready(at) => this.ready_after = at.duration_since(started),
            Report::InitError(error) => return Err(this.ended(error).await),
            Report::Answer(id, _) => {
                return Err(failure("InvalidRequestID", format!("an answer to {id}, which was never asked")));
            }
        }
        Ok(this)
    }

    /// Invokes the function with `input` and waits for its answer.
    ///
    /// # Errors
    /// What the function reports; or that the process ended, or took longer than its time limit (it is then killed,
    /// and every further call says that it ended).
    pub async fn invoke(&mut self, input: Value) -> Result<Value, FunctionError> {
        self.count += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", self.count);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let invocation = Invocation {
            id: id.clone(),
            input: input.to_string().into(),
            deadline: (now + self.timeout).as_millis(),
            arn: "arn:aws:lambda:local:000000000000:function:local".to_owned(),
        };
        if self.invocations.send(invocation).is_err() {
            return Err(failure("Runtime.ExitError", "the Runtime API has stopped"));
        }
        let limit = self.timeout;
        loop {
            match self.report(limit).await? {
                Report::Ready(_) => {}
                Report::InitError(error) => return Err(self.ended(error).await),
                Report::Answer(answered, answer) if answered == id => {
                    return serde_json::from_slice(&answer?).map_err(|error| failure("Runtime.InvalidResponse", error));
                }
                Report::Answer(answered, _) => {
                    let message = format!("an answer to {answered} while {id} is running");
                    return Err(failure("InvalidRequestID", message));
                }
            }
        }
    }

    /// The time from starting the process to its first call for an invocation.
    pub fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The process id, while it runs: to read its memory and CPU time from `/proc`.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it has written to stdout so far.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What it has written to stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// The next thing that the process reports, unless it ends or `limit` passes.
    async fn report(&mut self, limit: Duration) -> Result<Report, FunctionError> {
        let ended = tokio::select! {
            biased;
            Some(report) = self.reports.recv() => return Ok(report),
            status = self.child.wait() => match status {
                Ok(status) => failure("Runtime.ExitError", format!("the process ended with {status}")),
                Err(error) => failure("Runtime.ExitError", error),
            },
            () = tokio::time::sleep(limit) => {
                // An error here means that it has ended by itself meanwhile.
                self.child.kill().await.ok();
                failure("Sandbox.Timedout", format!("timed out after {limit:?}"))
            }
        };
        // Its last word may have come in at the same moment.
        if let Ok(report) = self.reports.try_recv() {
            return Ok(report);
        }
        Err(self.ended(ended).await)
    }

    /// Ends the process, and adds what it wrote to the error.
    async fn ended(&mut self, mut error: FunctionError) -> FunctionError {
        if timeout(Duration::from_secs(1), self.child.wait()).await.is_err() {
            self.child.kill().await.ok();
        }
        for (name, captured) in [("stdout", &mut self.stdout), ("stderr", &mut self.stderr)] {
            captured.finish().await;
            let text = captured.text();
            if !text.is_empty() {
                error.message.push_str(&format!("\n--- {name} ---\n{text}"));
            }
        }
        error
    }
}

/// The variables that Lambda sets (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>).
fn environment(launch: &Launch, address: &str) -> Vec<(&'static str, String)> {
    let name = &launch.handler;
    vec![
        ("_HANDLER", name.clone()),
        ("_X_AMZN_TRACE_ID", TRACE.to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDLOCAL".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("AWS_REGION", "local".to_owned()),
        ("AWS_DEFAULT_REGION", "local".to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", address.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", launch.memory.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
}

const TRACE: &str = "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0";

struct Api {
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    report: mpsc::UnboundedSender<Report>,
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(api)
}

/// Waits for the next invocation, however long it takes.
async fn next(State(api): State<Arc<Api>>) -> Result<Response<Body>, StatusCode> {
    api.tell(Report::Ready(Instant::now()));
    let Some(invocation) = api.waiting.lock().await.recv().await else {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    };
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", invocation.id)
        .header("lambda-runtime-deadline-ms", invocation.deadline.to_string())
        .header("lambda-runtime-invoked-function-arn", invocation.arn)
        .header("lambda-runtime-trace-id", TRACE)
        .body(Body::from(invocation.input))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Body) -> Reply {
    let (status, answer) = match to_bytes(body, RESPONSE_LIMIT).await {
        Ok(body) => (StatusCode::ACCEPTED, Ok(body)),
        Err(error) => {
            let error = failure("Function.ResponseSizeTooLarge", error);
            (StatusCode::PAYLOAD_TOO_LARGE, Err(error))
        }
    };
    api.tell(Report::Answer(id, answer));
    reply(status)
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Reply {
    api.tell(Report::Answer(id, Err(reported(&headers, &body))));
    reply(StatusCode::ACCEPTED)
}

async fn init_error(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> Reply {
    api.tell(Report::InitError(reported(&headers, &body)));
    reply(StatusCode::ACCEPTED)
}

type Reply = (StatusCode, axum::Json<Value>);

fn reply(status: StatusCode) -> Reply {
    (status, axum::Json(json!({ "status": status.canonical_reason() })))
}

/// An error as the function reports it: in the body, or at least in a header.
fn reported(headers: &HeaderMap, body: &[u8]) -> FunctionError {
    let header = headers.get("lambda-runtime-function-error-type");
    let header = header.and_then(|kind| kind.to_str().ok()).unwrap_or("Unhandled");
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let kind = body["errorType"].as_str().unwrap_or(header);
    failure(kind, body["errorMessage"].as_str().unwrap_or_default())
}

impl Api {
    fn tell(&self, report: Report) {
        // Nobody listens any more when the process outlives its handle by a moment.
        self.report.send(report).ok();
    }
}

/// What a process writes to one of its outputs.
#[derive(Debug)]
struct Captured {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Captured {
    fn new(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) -> Self {
        let text: Arc<Mutex<Vec<u8>>> = Arc::default();
        let into = Arc::clone(&text);
        let reader = tokio::spawn(async move {
            let Some(mut pipe) = pipe else { return };
            let mut part = vec![0; 8 * 1024];
            while let Ok(length @ 1..) = pipe.read(&mut part).await {
                into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..length]);
            }
        });
        Self { text, reader }
    }

    fn text(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Waits for the end of the output, a second at most: a child of the process may hold it open.
    async fn finish(&mut self) {
        if !self.reader.is_finished() && timeout(Duration::from_secs(1), &mut self.reader).await.is_err() {
            self.reader.abort();
        }
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        self.reader.abort();
    }
}
