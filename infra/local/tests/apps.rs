//! The web apps on the runner's port: which path is whose, and with which headers. What is served are small stand-ins; the real
//! apps are for the browser's tests.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod http;
mod place;

use http::call;
use place::{ANY, HTML, Place};

#[test]
fn every_path_goes_to_whom_it_belongs() {
    let place = Place::new("paths");
    assert!(place.build().status.success());
    let house = place.start(&[]);
    for (path, accept, status, says) in [
        ("/", HTML, 200, "<title>attendee</title>"),
        ("/", ANY, 200, "<title>attendee</title>"),
        ("/log-in", HTML, 200, "<title>attendee</title>"),
        ("/tickets/tkt_1?from=mail", HTML, 200, "<title>attendee</title>"),
        ("/assets/app.js", ANY, 200, "app of attendee"),
        ("/sw.js", ANY, 200, "worker of attendee"),
        ("/organize/", HTML, 200, "<title>organizer</title>"),
        ("/organize/door", HTML, 200, "<title>organizer</title>"),
        ("/organize/assets/app.js", ANY, 200, "app of organizer"),
        ("/organize/sw.js", ANY, 200, "worker of organizer"),
        // What isn't there isn't a page.
        ("/assets/gone-D6L2WMlL.js", ANY, 404, "no_such_route"),
        ("/assets/gone-D6L2WMlL.js", HTML, 404, "There is nothing here"),
        ("/organize/assets/gone.js", HTML, 404, "There is nothing here"),
        ("/assets", ANY, 404, "no_such_route"),
        ("/gone.png", ANY, 404, "no_such_route"),
        ("/../../package.json", HTML, 200, "<title>attendee</title>"),
        ("/%2e%2e/%2e%2e/package.json", ANY, 404, "no_such_route"),
        ("/organize/..%2f..%2fpackage.json", ANY, 404, "no_such_route"),
        // Others' paths, known or not.
        ("/openapi.json", ANY, 200, "\"openapi\""),
        ("/api/events", ANY, 200, "items"),
        ("/api/nothing", HTML, 404, "no_such_route"),
        ("/pictures/gone.webp", HTML, 404, ""),
        ("/e/nothing", HTML, 404, "<html"),
        ("/dev/nothing", HTML, 404, "There is nothing here"),
        ("/docs", HTML, 200, "API reference"),
        ("/dev", HTML, 200, "For organizers"),
    ] {
        let answer = house.get(path, &[accept]);
        assert_eq!(answer.status, status, "{path} {accept:?}: {}", answer.text());
        assert!(answer.text().contains(says), "{path}: {}", answer.text());
        let is_app = says.contains("<title>");
        assert_eq!(
            answer.text().contains("<title>attendee") || answer.text().contains("<title>organizer"),
            is_app,
            "{path}"
        );
    }
    let away = house.get("/organize", &[HTML]);
    assert_eq!((away.status, away.head.contains("\r\nlocation: /organize/\r\n")), (307, true), "{}", away.head);
    let head = call(house.port, "HEAD", "/log-in", &[HTML], "").unwrap();
    assert_eq!((head.status, head.text().as_str()), (200, ""));
    let posted = call(house.port, "POST", "/log-in", &[HTML], "x=1").unwrap();
    assert_eq!(posted.status, 404, "an app's page takes no form");
}

#[test]
fn each_file_says_how_long_it_keeps_and_what_it_may() {
    let place = Place::new("headers");
    assert!(place.build().status.success());
    let house = place.start(&[]);
    for base in ["", "/organize"] {
        for (path, cache) in [
            ("/", "no-cache"),
            ("/settings", "no-cache"),
            ("/sw.js", "no-cache"),
            ("/manifest.webmanifest", "no-cache"),
            ("/assets/app.js", "no-cache"),
            ("/assets/home-D6L2WMlL.js", "public, max-age=31536000, immutable"),
            ("/assets/fonts/onest-cyrillic.woff2", "public, max-age=604800"),
        ] {
            let answer = house.get(&format!("{base}{path}"), &[HTML]);
            assert_eq!(answer.status, 200, "{base}{path}");
            for line in [
                &format!("cache-control: {cache}\r\n"),
                "content-security-policy: default-src 'none'; script-src 'self'",
                "x-content-type-options: nosniff\r\n",
                "referrer-policy: no-referrer\r\n",
                "last-modified: ",
                "vary: accept-encoding",
            ] {
                assert!(answer.head.contains(line), "{base}{path} without {line}: {}", answer.head);
            }
            let organizer = base == "/organize";
            assert_eq!(answer.head.contains("'wasm-unsafe-eval'"), organizer, "{base}{path}: {}", answer.head);
            let camera = if organizer { "camera=(self)" } else { "camera=()" };
            assert!(answer.head.contains(camera), "{base}{path}: {}", answer.head);
            assert!(
                !answer.head.contains("unsafe-inline") && !answer.head.contains("'unsafe-eval'"),
                "{}",
                answer.head
            );
        }
    }
    for (since, status) in [("Fri, 31 Dec 2100 00:00:00 GMT", 304), ("Fri, 31 Dec 1999 00:00:00 GMT", 200)] {
        assert_eq!(house.get("/assets/app.js", &[("if-modified-since", since)]).status, status, "{since}");
    }
}

#[test]
fn text_goes_compressed_as_the_browser_takes_it() {
    let place = Place::new("compressed");
    assert!(place.build().status.success());
    let house = place.start(&[]);
    for (path, accepts, says) in [
        ("/assets/app.js", "gzip, deflate, br, zstd", Some("br")),
        ("/organize/assets/app.js", "gzip", Some("gzip")),
        ("/assets/app.js", "identity", None),
        // What the functions and the runner make is compressed on its way.
        ("/openapi.json", "gzip, br", Some("br")),
        ("/dev", "gzip", Some("gzip")),
        ("/dev", "identity", None),
        // Compressed by its format.
        ("/assets/fonts/onest-cyrillic.woff2", "gzip, br", None),
    ] {
        let answer = house.get(path, &[("accept-encoding", accepts)]);
        let encoding = answer.head.split("content-encoding: ").nth(1).map(|rest| rest.split("\r\n").next().unwrap());
        assert_eq!((answer.status, encoding), (200, says), "{path} {accepts}: {}", answer.head);
    }
    assert_eq!(
        house.get("/assets/app.js", &[("accept-encoding", "br")]).text(),
        "brotli of attendee\n",
        "made by the build"
    );
}

#[test]
fn apps_that_are_left_out_leave_a_page_in_their_place() {
    let place = Place::new("left-out");
    let without = Place::new("nowhere");
    without.remove("web/package.json");
    for house in [place.start(&["--no-web"]), without.start(&[])] {
        house.says("left out");
        for path in ["/", "/organize/"] {
            let answer = house.get(path, &[HTML]);
            assert_eq!(answer.status, 200, "{path}");
            assert!(
                answer.text().contains("left out") && answer.text().contains("href=\"/dev\""),
                "{path}: {}",
                answer.text()
            );
        }
        assert_eq!(house.get("/tickets", &[HTML]).status, 404);
        assert_eq!(house.get("/assets/app.js", &[ANY]).status, 404);
        assert!(!house.get("/dev", &[HTML]).text().contains("For organizers"));
    }
    assert_eq!(place.calls().len() + without.calls().len(), 0);
    assert_eq!(without.build().status.code(), Some(2));
}
