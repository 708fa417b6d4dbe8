//! The binary as people run it: what it says when it can't start, and that nothing acknowledged is ever lost.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod http;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const BINARY: &str = env!("CARGO_BIN_EXE_guestlist");

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("guestlist-binary-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.starts_with("guestlist: ") && said.trim_end().ends_with('.') && !said.contains("panicked"), "{said}");
    said
}

/// A running binary, killed at the end.
struct House {
    child: Child,
    port: u16,
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl House {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(BINARY)
            .args(["--port", "0", "--no-seed", "--no-web", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let start = lines.find(|line| line.starts_with("Guestlist is running")).expect("it says where it is");
        let port = start.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap();
        // Reads on, or the child would stop at a full pipe.
        std::thread::spawn(move || lines.count());
        Self { child, port }
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<(u16, Value)> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let answer = http::call(self.port, method, path, &[("content-type", "application/json")], &body)?;
        Ok((answer.status, answer.json()))
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }
}

/// Waits, as long as it takes within reason, for what must happen.
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
fn help_and_version_are_said_and_nothing_starts() {
    let help = run(&["--help"]);
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("--fresh"));
    assert!(run(&["--version"]).status.success());
    assert!(refused(&["--prot", "1"]).contains("--help"));
}

#[test]
fn a_busy_port_is_named_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let said = refused(&["--memory", "--port", &port.to_string()]);
    assert!(said.contains(&port.to_string()) && said.contains("--port"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new("unwritable");
    let file = place.0.join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let said = refused(&["--port", "0", "--data", file.join("data").to_str().unwrap()]);
    assert!(said.contains("can't be written") && said.contains("--data"), "{said}");
}

#[test]
fn a_newer_folder_is_left_as_it_is() {
    let place = Place::new("newer");
    std::fs::create_dir_all(place.data()).unwrap();
    std::fs::write(place.data().join("guestlist-version"), "2000000\n").unwrap();
    let said = refused(&["--port", "0", "--data", place.data().to_str().unwrap()]);
    assert!(said.contains("newer") && said.contains("2000000"), "{said}");
    assert!(!place.data().join("tables.sqlite").exists());
}

#[test]
fn a_stranger_s_folder_survives_even_a_fresh_start() {
    let place = Place::new("stranger");
    std::fs::write(place.0.join("thesis.txt"), "years of work").unwrap();
    let said = refused(&["--port", "0", "--fresh", "--data", place.0.to_str().unwrap()]);
    assert!(said.contains("not a data folder"), "{said}");
    assert!(place.0.join("thesis.txt").exists());
}

#[test]
fn a_folder_in_use_is_named_and_free_again_after_a_stop() {
    let place = Place::new("in-use");
    let mut house = House::start(&place.data());
    let said = refused(&["--port", "0", "--data", place.data().to_str().unwrap()]);
    assert!(said.contains("in use"), "{said}");
    house.signal("TERM");
    assert_eq!(house.child.wait().unwrap().code(), Some(0), "a stop is no failure");
    drop(House::start(&place.data()));
}

#[test]
fn the_workshop_answers_to_this_machine_only_and_the_clock_stays_moved() {
    let place = Place::new("clock");
    let house = House::start(&place.data());
    let ahead = |house: &House| house.call("GET", "/dev/clock.json", None).unwrap().1["ahead_seconds"].as_i64();
    assert_eq!(ahead(&house), Some(0));
    assert_eq!(house.call("POST", "/dev/clock", Some(&json!({ "forward": "1d" }))).unwrap().0, 200);
    assert_eq!(house.call("POST", "/dev/clock", Some(&json!({ "forward": "soon" }))).unwrap().0, 400);
    assert_eq!(house.call("GET", "/dev/clock", None).unwrap().0, 405);
    assert_eq!(house.call("GET", "/api/nothing", None).unwrap().0, 404);
    house.signal("KILL");
    drop(house);
    assert_eq!(ahead(&House::start(&place.data())), Some(86_400));
}

/// A folder of a runner that kept private keys elsewhere is such a one, too.
#[test]
fn private_keys_are_kept_for_their_owner_alone_and_lost_ones_are_made_anew() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new("keys");
    let published = || {
        let house = House::start(&place.data());
        let (status, keys) = house.call("GET", "/.well-known/jwks.json", None).unwrap();
        assert_eq!(status, 200);
        let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
        keys["keys"].as_array().unwrap().iter().map(kid).collect::<Vec<_>>()
    };
    let first = published();
    assert_eq!(first.len(), 1);
    let file = place.data().join("parameters.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(published(), first, "it signs on after a start");
    std::fs::remove_file(&file).unwrap();
    let second = published();
    assert_eq!((second.len(), &second[1]), (2, &first[0]), "what the lost one signed is valid on");
}

/// A second port would give the private keys, and the tables, to whoever else is on this machine.
#[cfg(target_os = "linux")]
#[test]
fn nothing_listens_but_the_port_for_people() {
    let place = Place::new("ports");
    let house = House::start(&place.data());
    let of = |file: &str| format!("/proc/{}/{file}", house.child.id());
    let files = std::fs::read_dir(of("fd")).unwrap().filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
    let held: Vec<String> = files.map(|file| file.to_string_lossy().into_owned()).collect();
    // The columns: https://docs.kernel.org/networking/proc_net_tcp.html
    let sockets = ["net/tcp", "net/tcp6"].map(|table| std::fs::read_to_string(of(table)).unwrap_or_default()).concat();
    let listening = sockets.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (address, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
        let is_ours = *state == "0A" && held.contains(&format!("socket:[{inode}]"));
        is_ours.then(|| u16::from_str_radix(address.rsplit(':').next()?, 16).ok())?
    });
    assert_eq!(listening.collect::<Vec<_>>(), [house.port]);
}

/// People sign up until the process is killed in the middle of it. Whoever was answered can sign in afterwards and gets
/// their mail: neither the account nor the fact of it nor the mail is lost.
#[test]
fn nothing_acknowledged_is_lost_by_a_kill() {
    let place = Place::new("kill");
    let house = House::start(&place.data());
    let person =
        |number: usize| json!({ "email": format!("guest{number}@example.org"), "password": "a long sentence" });
    let mut acknowledged = Vec::new();
    for number in 0..200 {
        if number == 6 {
            house.signal("KILL");
        }
        let mut body = person(number);
        body["name"] = format!("Guest {number}").into();
        match house.call("POST", "/api/users", Some(&body)) {
            Ok((202, _)) => acknowledged.push(number),
            Ok(other) => panic!("{other:?}"),
            Err(_) => break,
        }
    }
    drop(house);
    assert!(acknowledged.len() >= 6, "{acknowledged:?}");

    let house = House::start(&place.data());
    for number in &acknowledged {
        let (status, body) = house.call("POST", "/api/tokens", Some(&person(*number))).unwrap();
        assert_eq!(status, 200, "guest {number}: {body}");
        until(&format!("a mail for guest {number}"), || {
            let mails = house.call("GET", &format!("/dev/mailbox.json?to=guest{number}@example.org"), None).unwrap().1;
            mails.as_array().is_some_and(|mails| mails.iter().any(|mail| mail["codes"][0].is_string()))
        });
    }
}
