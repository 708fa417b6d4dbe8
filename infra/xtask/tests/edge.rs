//! CloudFront gives the apps the headers that the runner gives them, and sends each path to who answers it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::Language;
use functions::pages::{CAMERA, NO_DEVICES, app_policy};
use kit::Kind;
use xtask::root;

fn edge() -> String {
    std::fs::read_to_string(root().join("infra/aws/edge.yaml")).unwrap()
}

/// The lines of a resource.
fn resource<'a>(edge: &'a str, name: &str) -> &'a str {
    let at = edge.find(&format!("\n  {name}:\n")).unwrap_or_else(|| panic!("there is no {name}"));
    let rest = &edge[at + 1..];
    let end = rest.match_indices("\n  ").find(|(at, _)| *at > 0 && !rest[at + 3..].starts_with(' '));
    end.map_or(rest, |(end, _)| &rest[..end])
}

#[test]
fn the_apps_get_the_headers_that_the_runner_gives_them() {
    let edge = edge();
    let uploads = "connect-src 'self' https://${PicturesBucket.RegionalDomainName}; ";
    let organizer = app_policy("'wasm-unsafe-eval'", "").replace("connect-src 'self'; ", uploads);
    for (name, policy, devices) in
        [("AttendeeHeaders", app_policy("", ""), NO_DEVICES), ("OrganizerHeaders", organizer, CAMERA)]
    {
        let headers = resource(&edge, name);
        assert!(headers.contains(&format!("\"{policy}\"\n")), "{name} should send\n{policy}");
        assert!(
            headers.contains(&format!("Header: permissions-policy\n              Value: {devices}\n")),
            "{headers}"
        );
        assert!(headers.contains("ReferrerPolicy: no-referrer\n"), "{headers}");
        assert!(headers.contains("ContentTypeOptions:\n"), "{headers}");
    }
}

#[test]
fn the_edge_knows_every_language() {
    let codes: Vec<&str> = Language::ALL.iter().map(|language| language.code()).collect();
    let line = format!("const LANGUAGES = {codes:?};");
    assert!(edge().contains(&line), "infra/aws/edge.yaml should have {line}");
}

/// The patterns and whom they lead to, in CloudFront's order.
fn behaviours(edge: &str) -> Vec<(String, String)> {
    let after = |line: &str, name: &str| line.trim().trim_start_matches("- ").strip_prefix(name).map(str::to_owned);
    let lines: Vec<&str> = resource(edge, "Distribution").lines().collect();
    let patterns = lines.iter().enumerate().filter_map(|(at, line)| Some((at, after(line, "PathPattern: ")?)));
    patterns
        .map(|(at, pattern)| (pattern, lines[at..].iter().find_map(|line| after(line, "TargetOriginId: ")).unwrap()))
        .collect()
}

/// As CloudFront matches: `*` is anything, also with slashes.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, rest)) => path.strip_prefix(start).is_some_and(|left| {
            (0..=left.len()).filter(|at| left.is_char_boundary(*at)).any(|at| matches(rest, &left[at..]))
        }),
    }
}

fn origin(behaviours: &[(String, String)], path: &str) -> String {
    let found = behaviours.iter().find(|(pattern, _)| matches(pattern, path));
    found.map_or("web".to_owned(), |(_, origin)| origin.clone())
}

#[test]
fn each_function_is_asked_for_its_paths() {
    let edge = edge();
    let behaviours = behaviours(&edge);
    for function in pictures::every() {
        if let Kind::Route { path, .. } = function.kind {
            let asked = origin(&behaviours, path);
            assert_eq!(asked, "api", "{} at {path}: give it a behaviour in infra/aws/edge.yaml", function.name);
        }
    }
    for (path, wanted) in [
        ("/", "web"),
        ("/tickets/tkt_1", "web"),
        ("/assets/app.js", "web"),
        ("/sw.js", "web"),
        ("/organize/door", "web"),
        ("/pictures/a-480.jpg", "pictures"),
        ("/api/nowhere", "api"),
    ] {
        assert_eq!(origin(&behaviours, path), wanted, "{path}");
    }
}

/// What is written is refused by CloudFront itself where a behaviour takes reading only.
#[test]
fn what_is_written_gets_through() {
    let edge = edge();
    let distribution = resource(&edge, "Distribution");
    let writing: Vec<&str> = distribution
        .split("- PathPattern: ")
        .skip(1)
        .filter(|behaviour| behaviour.contains("POST"))
        .filter_map(|behaviour| behaviour.lines().next())
        .collect();
    for function in pictures::every() {
        if let Kind::Route { method, path, .. } = function.kind
            && method != "GET"
        {
            assert!(writing.iter().any(|pattern| matches(pattern, path)), "{}: {method} {path}", function.name);
        }
    }
}
