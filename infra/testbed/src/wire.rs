//! What AWS calls look like on the wire: which service and operation a request is for, and how each
//! service writes its errors, byte for byte as the SDK parses them.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::{Value, json};
use std::fmt;

/// The message that AWS gives with a reason `TransactionConflict`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>, errors).
const CONFLICT: &str = "Transaction is ongoing for the item";
/// The message that AWS gives when writes to an on-demand table are throttled (same page).
const THROTTLED: &str = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html.";

/// The AWS service that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    Ses,
    S3,
    Ssm,
}

/// Which service and operation a request is for: `X-Amz-Target` for DynamoDB, SQS and Parameter Store, the path for SES v2,
/// which is REST, and the parameter `x-id` for S3, whose requests name their operation there. An SES operation other than
/// `SendEmail` is named by its method and path.
pub(crate) fn operation_of(request: &HttpRequest) -> (Service, String) {
    if let Some(target) = request.headers().get("x-amz-target") {
        let (service, operation) = target.rsplit_once('.').unwrap_or(("", target));
        let service = match service {
            "AmazonSQS" => Service::Sqs,
            "AmazonSSM" => Service::Ssm,
            _ => Service::DynamoDb,
        };
        return (service, operation.to_owned());
    }
    let uri: http::Uri = request.uri().parse().unwrap_or_default();
    let path = uri.path();
    let named = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("x-id="));
    if let Some(operation) = named {
        return (Service::S3, operation.to_owned());
    }
    if request.method() == "POST" && path.ends_with("/v2/email/outbound-emails") {
        return (Service::Ses, "SendEmail".to_owned());
    }
    (Service::Ses, format!("{} {path}", request.method()))
}

/// The request's body as JSON; null when it is none.
pub(crate) fn body_of(request: &HttpRequest) -> Value {
    let bytes = request.body().bytes().unwrap_or_default();
    serde_json::from_slice(bytes).unwrap_or_default()
}

/// An error as `service` answers it. DynamoDB and SQS (AWS JSON 1.0) and Parameter
/// Store (1.1) put the type in the body; SES (REST JSON)
/// puts it in a header; S3 writes XML.
pub(crate) fn error(service: Service, status: u16, kind: &str, mut body: Value) -> Answer {
    let (prefix, media_type) = match service {
        Service::DynamoDb => ("com.amazonaws.dynamodb.v20120810#", "application/x-amz-json-1.0"),
        Service::Sqs => ("com.amazonaws.sqs#", "application/x-amz-json-1.0"),
        Service::Ssm => ("", "application/x-amz-json-1.1"),
        Service::Ses => ("", "application/json"),
        Service::S3 => ("", "application/xml"),
    };
    let status = StatusCode::try_from(status).map_err(other)?;
    let text = match service {
        Service::DynamoDb | Service::Sqs | Service::Ssm => {
            body["__type"] = json!(format!("{prefix}{kind}"));
            body.to_string()
        }
        Service::Ses => body.to_string(),
        Service::S3 => {
            let message = body["message"].as_str().unwrap_or_default();
            format!("<Error><Code>{kind}</Code><Message>{message}</Message></Error>")
        }
    };
    let mut response = HttpResponse::new(status, SdkBody::from(text));
    let headers = response.headers_mut();
    headers.insert("content-type", media_type);
    headers.insert("x-amzn-requestid", "TESTBED");
    if service == Service::Ses {
        headers.insert("x-amzn-errortype", kind.to_owned());
    }
    Ok(response)
}

/// One action's place in the `CancellationReasons` of a cancelled transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    None,
    Conflict,
    Throttled,
}

/// `TransactionCanceledException`: one reason per action, in the order of the request; an action without an error has
/// the code `None` and no message
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html>).
pub(crate) fn cancelled(reasons: &[Reason]) -> Answer {
    let code = |reason: &Reason| match reason {
        Reason::None => "None",
        Reason::Conflict => "TransactionConflict",
        Reason::Throttled => "ThrottlingError",
    };
    let codes: Vec<_> = reasons.iter().map(code).collect();
    let reasons: Vec<_> = reasons
        .iter()
        .map(|reason| match reason {
            Reason::None => json!({ "Code": code(reason) }),
            Reason::Conflict => json!({ "Code": code(reason), "Message": CONFLICT }),
            Reason::Throttled => json!({ "Code": code(reason), "Message": THROTTLED }),
        })
        .collect();
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    let body = json!({ "Message": message, "CancellationReasons": reasons });
    error(Service::DynamoDb, 400, "TransactionCanceledException", body)
}

/// `TransactionConflictException`: what a plain write meets on an item that a transaction is writing
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling>).
pub(crate) fn conflict() -> Answer {
    let body = json!({ "message": CONFLICT });
    error(Service::DynamoDb, 400, "TransactionConflictException", body)
}

/// `ThrottlingException`: what an on-demand table answers for a hot partition, with the reason
/// `TableWriteKeyRangeThroughputExceeded`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-key-range-limit-exceeded-mitigation.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html>).
pub(crate) fn throttled(table: &str) -> Answer {
    let body = json!({
        "message": THROTTLED,
        "throttlingReasons": [{
            "reason": "TableWriteKeyRangeThroughputExceeded",
            "resource": format!("arn:aws:dynamodb:local:000000000000:table/{table}"),
        }],
    });
    error(Service::DynamoDb, 400, "ThrottlingException", body)
}

/// What a connector gives back.
pub(crate) type Answer = Result<HttpResponse, ConnectorError>;

/// An answer in JSON.
pub(crate) fn json(body: &Value) -> Answer {
    let status = StatusCode::try_from(200).map_err(other)?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/json");
    Ok(response)
}

/// An error that the SDK doesn't retry.
pub(crate) fn other(why: impl Into<BoxError>) -> ConnectorError {
    ConnectorError::other(why.into(), None)
}

/// The client `inner`, with the calls to these services answered by `answer`, which gets the service and the operation too. Every
/// other call is passed on.
pub(crate) fn answering<F>(inner: SharedHttpClient, services: &'static [Service], answer: F) -> SharedHttpClient
where
    F: Fn(Service, &str, &HttpRequest) -> Answer + Clone + Send + Sync + 'static,
{
    around(inner, move |connector, request| {
        let (service, operation) = operation_of(&request);
        if !services.contains(&service) {
            return connector.call(request);
        }
        HttpConnectorFuture::ready(answer(service, &operation, &request))
    })
}

/// An HTTP client whose every call goes through `handle`, which gets the connector below to pass the call on with.
pub(crate) fn around<F>(inner: SharedHttpClient, handle: F) -> SharedHttpClient
where
    F: Fn(SharedHttpConnector, HttpRequest) -> HttpConnectorFuture + Clone + Send + Sync + 'static,
{
    SharedHttpClient::new(Around { inner, handle })
}

#[derive(Clone)]
struct Around<I, F> {
    inner: I,
    handle: F,
}

impl<I: fmt::Debug, F> fmt::Debug for Around<I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Around").field(&self.inner).finish()
    }
}

impl<F> HttpClient for Around<SharedHttpClient, F>
where
    F: Fn(SharedHttpConnector, HttpRequest) -> HttpConnectorFuture + Clone + Send + Sync + 'static,
{
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        // The client below keeps its connectors, so making this wrapper per call costs nothing.
        SharedHttpConnector::new(Around {
            inner: self.inner.http_connector(settings, components),
            handle: self.handle.clone(),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_base_client_config(components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        self.inner.validate_final_config(components, config)
    }
}

impl<F> HttpConnector for Around<SharedHttpConnector, F>
where
    F: Fn(SharedHttpConnector, HttpRequest) -> HttpConnectorFuture + Send + Sync,
{
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        (self.handle)(self.inner.clone(), request)
    }
}
