//! The Lambda entry point: a binary holds many functions, `_HANDLER` says which one this process serves.

mod origin;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bytes::Bytes;
use kit::{Chance, ClientAddress, Clock, Function, House, Kind, RequestId, Router, Settings};
use lambda_http::lambda_runtime::{self, Diagnostic};
use lambda_http::request::RequestContext;
use lambda_http::{Body, IntoResponse, LambdaEvent, RequestExt, service_fn};
use origin::Origin;
use serde_json::{Value, json};
use std::future::ready;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;
use store::Location;

/// How long one call to AWS may take, retries included: a route has 15 s, and a call that hangs should leave time for a
/// clear answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one attempt may take before it is tried again.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long the connection to DynamoDB may take to open before the process says that it is ready.
const WARM_UP: Duration = Duration::from_secs(2);

/// What a binary with these functions does from start to end.
pub fn run(all: &'static [Function]) -> ExitCode {
    match start(all) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}", json!({ "level": "ERROR", "error": why }));
            ExitCode::FAILURE
        }
    }
}

fn start(all: &'static [Function]) -> Result<(), String> {
    let handler = std::env::var("_HANDLER").ok().filter(|name| !name.is_empty());
    let function = chosen(all, handler.as_deref())?;
    report_panics(function.name);
    let house = house()?;
    let origin = Origin::of(&needed("GUESTLIST_ORIGIN_HASHES")?)?;
    // One invocation at a time is all that a Lambda process gets.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| why.to_string())?;
    runtime.block_on(serve(function, house, origin)).map_err(|why| why.to_string())
}

/// The function of this name.
fn chosen(all: &'static [Function], handler: Option<&str>) -> Result<&'static Function, String> {
    let Some(handler) = handler else {
        return Err(format!(
            "_HANDLER is not set. It must name one of this binary's {} functions, such as {}. To run Guestlist on this \
             machine, use `cargo run`.",
            all.len(),
            all.first().map_or("", |function| function.name),
        ));
    };
    all.iter().find(|function| function.name == handler).ok_or_else(|| {
        let nearest = all.iter().map(|function| function.name).min_by_key(|name| distance(name, handler));
        format!(
            "_HANDLER is {handler:?}, but none of this binary's {} functions is called that. The nearest is {}.",
            all.len(),
            nearest.unwrap_or_default(),
        )
    })
}

/// How many letters have to be put in, taken out or changed to make one word of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let changed = row[j] + usize::from(from != *to);
            next.push(changed.min(row[j + 1] + 1).min(next[j] + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// A panic is a line of JSON too. lambda_runtime catches it and answers with an error.
fn report_panics(function: &'static str) {
    std::panic::set_hook(Box::new(move |info| {
        println!(
            "{}",
            json!({ "level": "ERROR", "function": function, "status": "failed", "error": info.to_string() })
        );
    }));
}

fn needed(name: &str) -> Result<String, String> {
    set(name).ok_or_else(|| format!("{name} is not set. Lambda or template.yaml sets it for every function."))
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What the functions stand on here. Lambda puts credentials and region into the environment
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>), so this reads them from there; the full
/// search of `aws-config` would cost the cold start a millisecond and the binary 0.7 MB.
fn house() -> Result<House, String> {
    if set("AWS_LAMBDA_RUNTIME_API").is_none() {
        let why = "AWS_LAMBDA_RUNTIME_API is not set: this binary runs in AWS Lambda. To run Guestlist on this machine, use \
                   `cargo run`.";
        return Err(why.to_owned());
    }
    let credentials = Credentials::new(
        needed("AWS_ACCESS_KEY_ID")?,
        needed("AWS_SECRET_ACCESS_KEY")?,
        set("AWS_SESSION_TOKEN"),
        None,
        "the environment",
    );
    let sdk = SdkConfig::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
        .region(Region::new(needed("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .timeout_config(
            aws_sdk_sqs::config::timeout::TimeoutConfig::builder()
                .operation_timeout(CALL_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        )
        .build();
    let settings = Settings {
        store: Location {
            prefix: needed("GUESTLIST_PREFIX")?,
            keys: needed("GUESTLIST_KEYS")?,
            dynamodb: set("AWS_ENDPOINT_URL_DYNAMODB"),
            ssm: set("AWS_ENDPOINT_URL_SSM"),
        },
        base_url: needed("GUESTLIST_BASE_URL")?.trim_end_matches('/').to_owned(),
        sender: needed("GUESTLIST_SENDER")?,
        mail_set: set("GUESTLIST_MAIL_SET"),
        queues: needed("GUESTLIST_QUEUES")?,
        sqs: set("AWS_ENDPOINT_URL_SQS"),
        ses: set("AWS_ENDPOINT_URL_SESV2"),
        bucket: needed("GUESTLIST_BUCKET")?,
        uploads: needed("GUESTLIST_UPLOADS")?,
        s3: set("AWS_ENDPOINT_URL_S3"),
    };
    Ok(House::new(&sdk, settings, Clock::system(), Chance::System))
}

async fn serve(function: &'static Function, house: House, origin: Origin) -> Result<(), lambda_http::Error> {
    let (house, origin) = (&house, &origin);
    // Lambda's init may take ten seconds; what takes longer than this is better left to the first invocation.
    drop(tokio::time::timeout(WARM_UP, function.warm_up(house)).await);
    if let Kind::Route { .. } = function.kind {
        // A router of one: another path or method than the function's own gets a problem.
        let router = &Router::new(std::slice::from_ref(function))?;
        lambda_http::run(service_fn(|request: lambda_http::Request| async move {
            let id = request.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
            let answer = match origin.admit(plain(request)?, &house.settings().base_url, &id) {
                Ok(request) => router.answer(house, request).await,
                Err(refused) => {
                    println!("{}", origin::refusal(function.name, &id));
                    refused
                }
            };
            Ok::<_, lambda_http::Error>(Reply(answer))
        }))
        .await
    } else {
        lambda_runtime::run(service_fn(|input: LambdaEvent<Value>| async move {
            function.invoke(house, input.payload).await.map_err(failed)
        }))
        .await
    }
}

/// An answer as Lambda takes it: what is UTF-8 as text, anything else in base64. `lambda_http` would go by the content type, and
/// brings every character set of the web for that.
struct Reply(http::Response<Bytes>);

impl IntoResponse for Reply {
    fn into_response(self) -> Pin<Box<dyn Future<Output = http::Response<Body>> + Send>> {
        let reply = self.0.map(|body| match String::from_utf8(body.into()) {
            Ok(text) => Body::Text(text),
            Err(error) => Body::Binary(error.into_bytes()),
        });
        Box::pin(ready(reply))
    }
}

/// What Lambda is told of a failure, which it shows beside the invocation.
fn failed(error: kit::Error) -> Diagnostic {
    Diagnostic { error_type: "Failed".to_owned(), error_message: error.to_string() }
}

/// Lambda's request as the kit takes it: path and query, headers, body, and who sent it.
fn plain(request: lambda_http::Request) -> Result<http::Request<Bytes>, lambda_http::Error> {
    let id = request.lambda_context_ref().map(|context| context.request_id.clone());
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok()),
        _ => None,
    };
    let (parts, body) = request.into_parts();
    let body = match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        // `Body` may grow; what we don't know we don't read.
        _ => Bytes::new(),
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut plain = http::Request::builder().method(parts.method).uri(target).body(body)?;
    *plain.headers_mut() = parts.headers;
    if let Some(id) = id {
        plain.extensions_mut().insert(RequestId(id));
    }
    if let Some(address) = address {
        plain.extensions_mut().insert(ClientAddress(address));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_handler_names_its_function() {
        assert_eq!(chosen(crate::all(), Some("book_place")).unwrap().name, "book_place");
    }

    #[test]
    fn an_unknown_handler_is_told_the_nearest_name_and_how_many_there_are() {
        let count = format!("{} functions", crate::all().len());
        let error = chosen(crate::all(), Some("bookplace")).unwrap_err();
        assert!(error.contains(&count) && error.ends_with("The nearest is book_place."), "{error}");
        let error = chosen(crate::all(), None).unwrap_err();
        assert!(error.contains("_HANDLER is not set") && error.contains(&count), "{error}");
    }

    #[tokio::test]
    async fn an_answer_is_text_or_base64() {
        let reply = async |body: &'static [u8]| {
            let answer = http::Response::builder().header("content-type", "image/png").body(Bytes::from_static(body));
            Reply(answer.unwrap()).into_response().await
        };
        let text = reply("Ужин, 18:00".as_bytes()).await;
        assert_eq!(text.body(), &Body::from("Ужин, 18:00"));
        assert_eq!(text.headers()["content-type"], "image/png");
        assert_eq!(reply(b"\x89PNG\r\n").await.body(), &Body::Binary(b"\x89PNG\r\n".to_vec()));
        assert_eq!(reply(b"").await.body(), &Body::from(""));
    }

    #[test]
    fn the_distance_counts_letters() {
        assert_eq!([distance("", ""), distance("", "abc"), distance("kitten", "sitting")], [0, 3, 3]);
    }
}
