//! The web apps on the runner's port: which path is whose, with which headers, and what is served while there are none. The
//! sources and the tools that build them are small stand-ins here; the real ones are for the browser's tests.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod http;

use http::{Answer, call};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
const ANY: (&str, &str) = ("accept", "*/*");

/// What `npm` does here: notes how it was called, and makes in its folder what the real one would.
const NPM: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
echo "npm $*" >> ../calls
case "$1" in
ci)
  mkdir -p node_modules
  echo '{}' > node_modules/.package-lock.json
  ;;
run)
  while [ -e ../wait ]; do sleep 0.05; done
  if [ -e ../broken ]; then
    echo "vite: about to build"
    echo "App.tsx:3:1: unexpected token" >&2
    exit 1
  fi
  for app in attendee organizer; do
    rm -rf $app/dist
    mkdir -p $app/dist/assets/fonts
    echo "<title>$app</title>" > $app/dist/index.html
    echo "app of $app" > $app/dist/assets/app.js
    echo "brotli of $app" > $app/dist/assets/app.js.br
    echo "gzip of $app" > $app/dist/assets/app.js.gz
    echo "chunk of $app" > $app/dist/assets/home-D6L2WMlL.js
    echo "font" > $app/dist/assets/fonts/onest-cyrillic.woff2
    echo "worker of $app" > $app/dist/sw.js
    echo "{}" > $app/dist/manifest.webmanifest
  done
  ;;
esac
"#;

/// A folder with sources, and a folder with tools.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("guestlist-apps-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        let place = Self(path);
        place.write("openapi.json", "{}");
        place.write("web/package.json", r#"{"engines": {"node": ">=20.19"}}"#);
        place.write("web/package-lock.json", "{}");
        place.write("web/attendee/src/App.tsx", "one");
        place.tool("node", "#!/bin/sh\necho v20.19.2\n");
        place.tool("npm", NPM);
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.0.join(path)).unwrap();
    }

    fn tool(&self, name: &str, script: &str) {
        self.write(&format!("tools/{name}"), script);
        fs::set_permissions(self.0.join("tools").join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// How npm was called, all told.
    fn calls(&self) -> Vec<String> {
        fs::read_to_string(self.0.join("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guestlist"));
        // From a folder within: the sources are looked for upwards.
        let here = self.0.join("docs");
        fs::create_dir_all(&here).unwrap();
        command.args(arguments).env("PATH", self.0.join("tools")).current_dir(here);
        command
    }

    fn build(&self) -> Output {
        self.command(&["--build-apps"]).output().unwrap()
    }

    fn start(&self, arguments: &[&str]) -> House {
        House::start(self.command(&[&["--memory", "--no-seed", "--port", "0"], arguments].concat()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A running binary, killed at the end.
struct House {
    child: Child,
    port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl House {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let start = lines.find(|line| line.starts_with("Guestlist is running")).expect("it says where it is");
        let port = start.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let (out, err) = (Arc::clone(&said), Arc::clone(&said));
        std::thread::spawn(move || lines.for_each(|line| out.lock().unwrap().push(line)));
        std::thread::spawn(move || errors.for_each(|line| err.lock().unwrap().push(line)));
        Self { child, port, said }
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        call(self.port, "GET", path, headers, "").unwrap()
    }

    /// Waits until a line with these words is on the terminal.
    fn says(&self, words: &str) {
        until(words, || self.said.lock().unwrap().iter().any(|line| line.contains(words)));
    }
}

fn until(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("never: {what}");
}

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
