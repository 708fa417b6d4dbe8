//! The start of a route.

use super::{Start, words};
use crate::Result;
use serde_json::{Map, Value, json};

/// A route in its parts.
pub fn read(route: &str) -> Result<Start> {
    match route.split_once(' ') {
        Some((method @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE"), path)) if path.starts_with('/') => {
            Ok(Start::Route { method: method.to_owned(), path: path.to_owned() })
        }
        _ => Err(format!("{route:?} isn't a method and a path, such as \"GET /api/events/{{event}}\"")),
    }
}

/// A likely method and path, to be put right by hand.
pub fn likely(noun: &str, function: &str) -> Start {
    let verb = function.split('_').next().unwrap_or_default();
    let method = match verb {
        "read" | "list" | "render" | "find" => "GET",
        "update" | "change" => "PATCH",
        "delete" | "discard" | "remove" => "DELETE",
        _ => "POST",
    };
    let path = format!("/api/{}/{}", noun.replace('_', "-"), function.replace('_', "-"));
    Start::Route { method: method.to_owned(), path }
}

/// The fields of a path.
fn fields(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The type of a field of a path.
fn type_of(field: &str) -> &'static str {
    match field {
        "event" => "domain::ids::EventId",
        "booking" => "domain::ids::BookingId",
        "ticket" => "domain::ids::TicketId",
        "user" => "domain::ids::UserId",
        "pass" => "domain::ids::DoorPassId",
        "scan" => "domain::ids::ScanId",
        _ => "String",
    }
}

pub fn source(function: &str, type_name: &str, method: &str, path: &str) -> String {
    let words = words(function);
    let lines: String =
        fields(path).map(|field| format!("    /// Which {field}.\n    {field}: {},\n", type_of(field))).collect();
    let body = if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}}}") };
    format!(
        "\
//! {words}.

use kit::{{Caller, Cx, Grant, NoContent, Result, Route}};
use schemars::JsonSchema;
use serde::Deserialize;

/// {words}.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct {type_name} {body}

impl Route for {type_name} {{
    const ROUTE: &str = \"{method} {path}\";
    const CALLER: Caller = Caller::User;
    const GRANTS: &[Grant] = &[];
    type Reply = NoContent;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {{
        // Load from cx.store(), decide in `domain`, then commit its changes with the reply.
        cx.commit(vec![], NoContent).await
    }}
}}

#[cfg(test)]
mod tests {{
    use super::*;

    #[test]
    fn an_unknown_field_is_refused() {{
        let read = serde_json::from_value::<{type_name}>(serde_json::json!({{ \"colour\": \"red\" }}));
        assert!(read.is_err_and(|why| why.to_string().contains(\"unknown field\")));
    }}
}}
"
    )
}

pub fn sample(method: &str, path: &str) -> Value {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
    let route = format!("{method} {path}");
    // The placeholders that the samples of others have are called as the fields are.
    let parameters: Map<String, Value> =
        fields(path).map(|field| (field.to_owned(), json!(format!("{{{{{field}}}}}")))).collect();
    let path = path.replace('{', "{{").replace('}', "}}");
    let mut sample = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "accept-encoding": "gzip, br",
            "accept-language": "en",
            "authorization": "Bearer {{token:guest}}",
            "host": "guestlist.example",
            "user-agent": agent,
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "r3pmxmplak",
            "domainName": "guestlist.example",
            "domainPrefix": "guestlist",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": agent,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_176_000_000_u64,
        },
    });
    if !parameters.is_empty() {
        sample["pathParameters"] = json!(parameters);
    }
    if matches!(method, "POST" | "PUT" | "PATCH") {
        sample["headers"]["content-type"] = json!("application/json");
        sample["body"] = json!("{}");
    }
    sample["isBase64Encoded"] = json!(false);
    sample
}
