//! Building the web apps: when, with what, what is served meanwhile, and what is said when it fails. Node and npm are small
//! stand-ins.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod http;
mod place;

use place::{ANY, HTML, Place, until};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_rest_is_served_while_the_apps_are_being_built() {
    let place = Place::new("building");
    place.write("wait", "");
    let house = place.start(&[]);
    house.says("being built (npm run build)");
    assert_eq!(place.calls(), ["npm ci --no-audit --no-fund", "npm run build"]);
    for path in ["/", "/organize/", "/tickets"] {
        let answer = house.get(path, &[HTML]);
        assert_eq!(answer.status, 503, "{path}");
        let page = answer.text();
        assert!(
            page.contains("http-equiv=\"refresh\"") && page.contains("being built (npm run build)"),
            "{path}: {page}"
        );
        assert!(page.contains("href=\"/dev\"") && !page.contains("<script"), "{path}: {page}");
    }
    assert_eq!(house.get("/assets/app.js", &[ANY]).json()["code"], "apps_not_built");
    assert_eq!(house.get("/api/events", &[ANY]).status, 200);
    place.remove("wait");
    house.says("built in ");
    let page = house.get("/", &[HTML]);
    assert_eq!((page.status, page.text().contains("attendee")), (200, true));
}

#[test]
fn only_what_changed_is_built_again() {
    let place = Place::new("again");
    for (change, calls) in [
        (None, vec!["npm ci --no-audit --no-fund", "npm run build"]),
        (None, vec![]),
        (Some(("web/attendee/src/App.tsx", "one")), vec![]),
        (Some(("web/attendee/src/App.tsx", "two")), vec!["npm run build"]),
        (Some(("openapi.json", "{ }")), vec!["npm run build"]),
        (Some(("web/package-lock.json", "{ }")), vec!["npm ci --no-audit --no-fund", "npm run build"]),
        (Some(("web/e2e/guest.spec.ts", "")), vec![]),
    ] {
        drop(fs::remove_file(place.0.join("calls")));
        if let Some((path, text)) = change {
            place.write(path, text);
        }
        let built = place.build();
        assert!(built.status.success(), "{built:?}");
        assert_eq!(place.calls(), calls, "{change:?}");
    }
    fs::remove_dir_all(place.0.join("web/attendee/dist")).unwrap();
    assert!(place.build().status.success() && place.calls() == ["npm run build"], "half of it is gone");
}

#[test]
fn two_runners_build_once() {
    let place = Place::new("two");
    place.write("wait", "");
    let houses = [place.start(&[]), place.start(&[])];
    until("one waits for the other", || {
        let said =
            |words: &str| houses.iter().filter(|h| h.said.lock().unwrap().iter().any(|l| l.contains(words))).count();
        said("being built (npm run build)") == 1 && said("being built by another runner") == 1
    });
    place.remove("wait");
    for house in &houses {
        house.says("built in ");
        assert_eq!(house.get("/", &[HTML]).status, 200);
    }
    assert_eq!(place.calls().len(), 2, "{:?}", place.calls());
}

#[test]
fn a_build_that_fails_says_why_and_what_to_do() {
    let place = Place::new("broken");
    place.write("broken", "");
    let house = place.start(&[]);
    house.says("npm run build failed.");
    house.says("App.tsx:3:1: unexpected token");
    house.says("/web && npm run build");
    let answer = house.get("/", &[HTML]);
    let page = answer.text();
    assert_eq!(answer.status, 503);
    for words in [
        "npm run build failed.",
        "vite: about to build",
        "App.tsx:3:1: unexpected token",
        "cd web &amp;&amp; npm run build",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("refresh"), "nothing more is coming");
    assert_eq!(house.get("/api/events", &[ANY]).status, 200);
    let built = place.build();
    assert_eq!(built.status.code(), Some(2), "{built:?}");
    assert!(!String::from_utf8_lossy(&built.stderr).contains("is served"), "nothing is");
    // Mended, it is built by the next start: nothing was stamped.
    place.remove("broken");
    assert!(place.build().status.success());
}

#[test]
fn without_node_it_says_so_and_serves_the_rest() {
    for (name, change, words) in [
        ("no-node", None, "Node isn't here"),
        (
            "old-node",
            Some(("node", "#!/bin/sh\necho v20.18.3\n")),
            "Node is too old for the web apps: it says v20.18.3.",
        ),
        ("no-npm", Some(("npm", "")), "Node is here, but npm isn't"),
    ] {
        let place = Place::new(name);
        match change {
            None => place.remove("tools/node"),
            Some((tool, "")) => place.remove(&format!("tools/{tool}")),
            Some((tool, script)) => place.tool(tool, script),
        }
        let house = place.start(&[]);
        house.says(words);
        house.says("Get Node 20.19 or newer");
        house.says("Everything else is served.");
        let page = house.get("/organize/", &[HTML]);
        assert_eq!(page.status, 503, "{name}");
        assert!(page.text().contains("nodejs.org") && !page.text().contains("refresh"), "{}", page.text());
        assert_eq!(house.get("/api/events", &[ANY]).status, 200);
    }
}

#[test]
fn what_is_built_needs_no_node() {
    let place = Place::new("built");
    assert!(place.build().status.success());
    place.remove("tools/node");
    assert_eq!(place.start(&[]).get("/", &[HTML]).status, 200);
}

#[test]
fn without_building_the_last_build_is_served() {
    let place = Place::new("no-build");
    let never = place.start(&["--no-build"]);
    never.says("were never built");
    assert_eq!(never.get("/", &[HTML]).status, 503);
    assert!(place.build().status.success());
    place.write("web/attendee/src/App.tsx", "two");
    drop(fs::remove_file(place.0.join("calls")));
    assert_eq!(place.start(&["--no-build"]).get("/", &[HTML]).status, 200);
    assert_eq!(place.calls(), [""; 0]);
}

#[test]
fn what_npm_started_ends_with_the_runner() {
    let place = Place::new("children");
    let script = "#!/bin/sh\nPATH=/usr/bin:/bin\nsh -c 'echo $$ > ../child; sleep 600' &\nwait\n";
    place.tool("npm", script);
    for stop in ["TERM", "INT"] {
        drop(fs::remove_file(place.0.join("child")));
        let mut house = place.start(&[]);
        let child = || fs::read_to_string(place.0.join("child")).ok().filter(|text| text.ends_with('\n'));
        until("npm's child has started", || child().is_some());
        let child = child().unwrap();
        let runs = || Path::new("/proc").join(child.trim()).join("cmdline").exists() && !is_zombie(child.trim());
        assert!(runs());
        let sent = Command::new("kill").arg(format!("-{stop}")).arg(house.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        assert_eq!(house.child.wait().unwrap().code(), Some(0));
        until("npm's child has ended", || !runs());
    }
}

/// Ended, and not yet waited for by whoever took it over.
fn is_zombie(id: &str) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).map_or(true, |stat| stat.contains(") Z "))
}
