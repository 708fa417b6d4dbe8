//! `cargo xtask new`: the start of a function, which compiles as it is.

use crate::{Result, pascal_case, read, write};
use serde_json::json;
use std::path::Path;

/// Starts a route: writes its file with a first test, its module, its registry line and its sample. `route` is its method and
/// path, such as `GET /api/events/{event}`; where it isn't said, one is guessed, to be put right by hand. Gives lines that say
/// what to do next.
///
/// # Errors
/// The name isn't `noun/verb_noun`, or there is such a function; the route isn't a method and a path.
pub fn function(root: &Path, name: &str, route: Option<&str>) -> Result<Vec<String>> {
    let (noun, function) = parts(name)?;
    let type_name = pascal_case(function);
    let sources = root.join("functions/src");
    let file = sources.join(noun).join(format!("{function}.rs"));
    if file.exists() {
        return Err(format!("there is a function {noun}/{function} already"));
    }
    let (method, path) = match route {
        Some(route) => method_and_path(route)?,
        None => likely_route(noun, function),
    };

    let registry = read(&sources.join("lib.rs"))?;
    let is_new_noun = !sources.join(noun).join("mod.rs").exists();
    let registry = if is_new_noun { with_module(&registry, noun)? } else { registry };
    let registry = with_line(&registry, noun, &format!("route::<{noun}::{function}::{type_name}>(),"))?;
    let modules = if is_new_noun {
        format!("//! {}.\n\npub mod {function};\n", capital(&noun.replace('_', " ")))
    } else {
        with_module(&read(&sources.join(noun).join("mod.rs"))?, function)?
    };

    write(&file, &source(function, &type_name, method, &path))?;
    write(&sources.join(noun).join("mod.rs"), &modules)?;
    write(&sources.join("lib.rs"), &registry)?;
    write(&root.join("events").join(noun).join(format!("{function}.json")), &sample(method, &path)?)?;
    Ok(vec![
        format!(
            "wrote functions/src/{noun}/{function}.rs, its line in functions/src/lib.rs, events/{noun}/{function}.json"
        ),
        "Next, as docs/ADDING_A_FUNCTION.md has it:".to_owned(),
        "  1. the function's doc comment, fields, ROUTE, CALLER and GRANTS".to_owned(),
        "  2. the rule in shared/domain, with its tests; what it loads in shared/store".to_owned(),
        "  3. run: load, decide, commit, reply".to_owned(),
        "  4. the sample: a request that the right caller gets its 2xx for".to_owned(),
        "  5. cargo xtask generate, then cargo xtask test".to_owned(),
    ])
}

fn parts(name: &str) -> Result<(&str, &str)> {
    let fits = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    match name.split_once('/') {
        Some((noun, function)) if fits(noun) && fits(function) && function.contains('_') => Ok((noun, function)),
        _ => Err(format!("{name:?} isn't NOUN/VERB_NOUN, such as bookings/book_place")),
    }
}

/// A route in its parts.
fn method_and_path(route: &str) -> Result<(&str, String)> {
    match route.split_once(' ') {
        Some((method @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE"), path)) if path.starts_with('/') => {
            Ok((method, path.to_owned()))
        }
        _ => Err(format!("{route:?} isn't a method and a path, such as \"GET /api/events/{{event}}\"")),
    }
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

/// A likely method and path, to be put right by hand.
fn likely_route(noun: &str, function: &str) -> (&'static str, String) {
    let verb = function.split('_').next().unwrap_or_default();
    let method = match verb {
        "read" | "list" | "render" | "find" => "GET",
        "update" | "change" => "PATCH",
        "delete" | "discard" | "remove" => "DELETE",
        _ => "POST",
    };
    (method, format!("/api/{}/{}", noun.replace('_', "-"), function.replace('_', "-")))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A source with one more `pub mod`, in its place by the alphabet.
fn with_module(text: &str, name: &str) -> Result<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = format!("pub mod {name};");
    let is_module = |line: &str| line.starts_with("pub mod ") || line.starts_with("mod ");
    let bare = |line: &str| line.trim_start_matches("pub ").to_owned();
    let at = lines.iter().position(|held| is_module(held) && bare(held) > bare(&line));
    let at = at.or_else(|| lines.iter().rposition(|held| is_module(held)).map(|last| last + 1));
    let at = at.ok_or("no `pub mod` to stand beside")?;
    lines.insert(at, &line);
    Ok(lines.join("\n") + "\n")
}

/// The registry with one more line, at the end of its noun's.
fn with_line(text: &str, noun: &str, entry: &str) -> Result<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_entry =
        |line: &str| ["route::<", "schedule::<", "consumer::<"].iter().any(|kind| line.trim().starts_with(kind));
    let of_noun = format!("::<{noun}::");
    let last = lines.iter().rposition(|line| is_entry(line) && line.contains(&of_noun));
    let entry = format!("        {entry}");
    match last {
        Some(last) => lines.insert(last + 1, entry),
        None => {
            let last =
                lines.iter().rposition(|line| is_entry(line)).ok_or("the registry has no line to stand beside")?;
            lines.insert(last + 1, format!("        // {noun}"));
            lines.insert(last + 2, entry);
        }
    }
    Ok(lines.join("\n") + "\n")
}

fn source(function: &str, type_name: &str, method: &str, path: &str) -> String {
    let words = capital(&function.replace('_', " "));
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
#[derive(Clone, Deserialize, JsonSchema)]
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

fn sample(method: &str, path: &str) -> Result<String> {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
    let route = format!("{method} {path}");
    // The placeholders that the samples of others have are called as the fields are.
    let parameters: serde_json::Map<String, serde_json::Value> =
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
    Ok(serde_json::to_string_pretty(&sample).map_err(|why| why.to_string())? + "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_is_noun_and_verb_noun() {
        assert_eq!(parts("bookings/book_place"), Ok(("bookings", "book_place")));
        for name in
            ["book_place", "bookings/book", "Bookings/book_place", "bookings/../x_y", "bookings/book-place", "/a_b"]
        {
            assert!(parts(name).is_err(), "{name}");
        }
    }

    #[test]
    fn lines_go_to_their_place() {
        let modules = "//! Things.\n\npub mod ask_thing;\nmod views;\n\npub use views::View;\n";
        let with = with_module(modules, "read_thing").unwrap();
        assert_eq!(
            with,
            "//! Things.\n\npub mod ask_thing;\npub mod read_thing;\nmod views;\n\npub use views::View;\n"
        );
        assert!(with_module(modules, "zap_thing").unwrap().contains("mod views;\npub mod zap_thing;\n"));

        let registry = "vec![\n        // a\n        route::<a::x_a::XA>(),\n        // b\n        route::<b::x_b::XB>(),\n    ]\n";
        let with = with_line(registry, "a", "route::<a::y_a::YA>(),").unwrap();
        assert!(with.contains("XA>(),\n        route::<a::y_a::YA>(),\n        // b"), "{with}");
        let with = with_line(registry, "c", "route::<c::x_c::XC>(),").unwrap();
        assert!(with.contains("XB>(),\n        // c\n        route::<c::x_c::XC>(),\n    ]"), "{with}");
    }
}
