//! A consumer or schedule function as the event source mappings see it: Lambda's JSON in, Lambda's JSON out.

use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

type Answer = Pin<Box<dyn Future<Output = Result<Value, String>> + Send>>;

/// What is called with a batch, a tick or stream records.
#[derive(Clone)]
pub struct Handler {
    name: String,
    limit: Duration,
    call: Arc<dyn Fn(Value) -> Answer + Send + Sync>,
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").field("name", &self.name).field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Handler {
    /// `call` under the function's name; an invocation may take as long as `limit`, as a Lambda's timeout has it.
    pub fn new<F, A>(name: impl Into<String>, limit: Duration, call: F) -> Self
    where
        F: Fn(Value) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Value, String>> + Send + 'static,
    {
        Self { name: name.into(), limit, call: Arc::new(move |input| Box::pin(call(input))) }
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Calls the function once.
    ///
    /// # Errors
    /// What the function said, or that it panicked or took too long. In all three cases Lambda takes nothing as done.
    pub async fn call(&self, input: Value) -> Result<Value, String> {
        let mut task = tokio::spawn((self.call)(input));
        match tokio::time::timeout(self.limit, &mut task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(format!("{} panicked", self.name)),
            Err(_) => {
                task.abort();
                Err(format!("{} took longer than {} s", self.name, self.limit.as_secs()))
            }
        }
    }
}

/// The ids in a partial batch response, `{"batchItemFailures": [{"itemIdentifier": id}]}`; an empty or absent list
/// means that all went well
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>).
///
/// # Errors
/// An answer of any other shape counts as a failure of the whole batch, as Lambda has it.
pub fn failures(answer: &Value) -> Result<Vec<String>, String> {
    let list = match answer.get("batchItemFailures") {
        None | Some(Value::Null) if answer.is_null() || answer.is_object() => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        _ => return Err(format!("not a partial batch response: {answer}")),
    };
    list.iter()
        .map(|failure| match failure.get("itemIdentifier").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => Ok(id.to_owned()),
            _ => Err(format!("a batch item failure without its itemIdentifier: {failure}")),
        })
        .collect()
}

/// The end of the runner, as its parts see it coming.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// The switch (send `true`), and what to give to the parts.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (switch, stop) = watch::channel(false);
        (switch, Self(stop))
    }

    /// Resolves when the runner is to end, also when its switch is gone.
    pub async fn requested(&mut self) {
        drop(self.0.wait_for(|stop| *stop).await);
    }
}
