//! What can go wrong between us and what keeps our state.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// A failure of the store. None of them says anything about the request: they are about us.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The change was decided on what is no longer so: a condition failed, or others wrote the same items all the time.
    /// Nothing was written. Read again and decide anew.
    #[error("overtaken by another change")]
    Overtaken,
    /// The service takes no more at the moment. Nothing was written, and nothing is known to be wrong with the request.
    #[error("busy: {0}")]
    Busy(String),
    /// No answer, or one that says nothing of what happened: the change may or may not have been written.
    #[error("no answer: {0}")]
    Unavailable(String),
    /// The service says no, and would each time: we lack the right to it, or it isn't there. Nothing was written.
    #[error("refused: {0}")]
    Refused(String),
    /// An item that can't be read as what it should hold.
    #[error("the item {key} can't be read or written: {why}")]
    Item {
        /// Its partition key.
        key: String,
        /// What is wrong.
        why: String,
    },
    /// A cursor that this list didn't give.
    #[error("the cursor is not one that this list gave")]
    Cursor,
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn item(key: &str, why: &impl std::fmt::Display) -> Error {
        Error::Item { key: key.to_owned(), why: why.to_string() }
    }

    /// What an SDK error means for whoever called.
    pub(crate) fn of<E>(error: SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let code = error.code().unwrap_or_default().to_owned();
        let said = format!("{}", aws_sdk_dynamodb::error::DisplayErrorContext(&error));
        match code.as_str() {
            "ConditionalCheckFailedException" | "TransactionConflictException" => Error::Overtaken,
            "ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded" => {
                Error::Busy(said)
            }
            // What we asked is wrong, and would be each time.
            "ValidationException" => Error::item("any", &said),
            // These are told as our own faults are (4xx), but pass.
            "TransactionInProgressException" | "ReplicatedWriteConflictException" | "LimitExceededException" => {
                Error::Unavailable(said)
            }
            _ if error.raw_response().is_some_and(|answer| answer.status().is_client_error()) => Error::Refused(said),
            _ => Error::Unavailable(said),
        }
    }
}
