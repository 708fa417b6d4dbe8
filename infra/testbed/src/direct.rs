//! The embedded DynamoDB without a network in between: calls of the SDK are handed to the database and answered at once. The
//! requests and answers are those of the wire; only the sockets are left out. It saves more than half of what a call costs
//! an unoptimised test, and it waits for nothing outside of the runtime, so that Tokio's paused clock
//! (`#[tokio::test(start_paused = true)]`) runs a [`Contention`](crate::Contention) model in its own time, however slow the
//! machine is.

use crate::wire::{Answer, around, operation_of, other};
use aws_smithy_runtime_api::client::http::{HttpConnectorFuture, SharedHttpClient};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};

/// A client whose calls `database` answers; `inner` is never called.
pub(crate) fn client(database: Database, inner: SharedHttpClient) -> SharedHttpClient {
    around(inner, move |_, request| HttpConnectorFuture::ready(answer(&database, &request)))
}

fn answer(database: &Database, request: &HttpRequest) -> Answer {
    let (_, operation) = operation_of(request);
    let body = std::str::from_utf8(request.body().bytes().unwrap_or_default()).map_err(other)?;
    let (status, body) = match carried_out(database, &operation, body) {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    };
    let mut response = HttpResponse::new(StatusCode::try_from(status).map_err(other)?, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

fn carried_out(database: &Database, operation: &str, body: &str) -> Result<String, DynoxideError> {
    match operation {
        "GetItem" => written(&database.get_item(read(body)?)?),
        "PutItem" => written(&database.put_item(read(body)?)?),
        "UpdateItem" => written(&database.update_item(read(body)?)?),
        "DeleteItem" => written(&database.delete_item(read(body)?)?),
        "Query" => written(&database.query(read(body)?)?),
        "Scan" => written(&database.scan(read(body)?)?),
        "BatchGetItem" => written(&database.batch_get_item(read(body)?)?),
        "BatchWriteItem" => written(&database.batch_write_item(read(body)?)?),
        "TransactWriteItems" => written(&database.transact_write_items(read(body)?)?),
        "TransactGetItems" => written(&database.transact_get_items(read(body)?)?),
        _ => Err(DynoxideError::ValidationException(format!("{operation} goes over the wire only"))),
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn written<T: serde::Serialize>(reply: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(reply).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
