//! A folder with small stand-ins for the apps' sources and for the tools that build them, and a runner that works there.

#![allow(dead_code, reason = "each test file uses its part")]

use crate::http::{Answer, call};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
pub const ANY: (&str, &str) = ("accept", "*/*");

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
    i=0
    while [ $i -lt 60 ]; do
      i=$((i + 1))
      echo "module $i"
    done
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
    echo "a font, long enough to be worth compressing" > $app/dist/assets/fonts/onest-cyrillic.woff2
    echo "worker of $app" > $app/dist/sw.js
    echo "{}" > $app/dist/manifest.webmanifest
  done
  ;;
esac
"#;

/// A folder with sources, and a folder with tools.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str) -> Self {
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

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.0.join(path)).unwrap();
    }

    pub fn tool(&self, name: &str, script: &str) {
        self.write(&format!("tools/{name}"), script);
        fs::set_permissions(self.0.join("tools").join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// How npm was called, all told.
    pub fn calls(&self) -> Vec<String> {
        fs::read_to_string(self.0.join("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guestlist"));
        // From a folder within: the sources are looked for upwards.
        let here = self.0.join("docs");
        fs::create_dir_all(&here).unwrap();
        command.args(arguments).env("PATH", self.0.join("tools")).current_dir(here);
        command
    }

    pub fn build(&self) -> Output {
        self.command(&["--build-apps"]).output().unwrap()
    }

    pub fn start(&self, arguments: &[&str]) -> House {
        House::start(self.command(&[&["--memory", "--no-seed", "--port", "0"], arguments].concat()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A running binary, killed at the end.
pub struct House {
    pub child: Child,
    pub port: u16,
    pub said: Arc<Mutex<Vec<String>>>,
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl House {
    pub fn start(mut command: Command) -> Self {
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

    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        call(self.port, "GET", path, headers, "").unwrap()
    }

    /// Waits until a line with these words is on the terminal.
    pub fn says(&self, words: &str) {
        until(words, || self.said.lock().unwrap().iter().any(|line| line.contains(words)));
    }
}

pub fn until(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("never: {what}");
}
