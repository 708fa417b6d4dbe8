//! Builds the apps with Node and npm: installs their packages where they are missing or others than asked for, then builds.

use super::{App, STAMP, Trouble, is_built, sources};
use serde_json::Value;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// As npm is called: on Windows it is a script.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
/// How many of a tool's first and last lines are kept: npm says first what is wrong, the bundler last.
const FIRST: usize = 12;
const LAST: usize = 36;
/// A runner builds at a time: the others wait for it.
const LOCK: &str = ".building";

/// Builds both apps. `tell` hears of each step before it is taken.
///
/// # Errors
/// Why they can't be built.
pub(super) async fn build(web: &Path, tell: &(impl Fn(&'static str) + Sync)) -> Result<(), Trouble> {
    let _turn = take_turn(web, tell).await.map_err(|error| Trouble::files(&error))?;
    if is_built(web) {
        return Ok(());
    }
    check_node(web).await?;
    if !is_installed(web) {
        tell("installing what they are built with (npm ci)");
        npm(web, &["ci", "--no-audit", "--no-fund"]).await?;
    }
    // Sources that change meanwhile are not those of this build.
    let sources = sources::fingerprint(web).map_err(|error| Trouble::files(&error))?;
    tell("being built (npm run build)");
    npm(web, &["run", "build"]).await?;
    for app in App::ALL {
        fs::write(web.join(app.folder()).join(STAMP), &sources).map_err(|error| Trouble::files(&error))?;
    }
    Ok(())
}

async fn take_turn(web: &Path, tell: &impl Fn(&'static str)) -> io::Result<File> {
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(web.join(LOCK))?;
    let mut told = false;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        if !told {
            tell("being built by another runner; waiting for it");
            told = true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The packages of the present list are there when npm's own list of them is no older.
fn is_installed(web: &Path) -> bool {
    let written = |path: &str| fs::metadata(web.join(path)).and_then(|file| file.modified());
    match (written("node_modules/.package-lock.json"), written("package-lock.json")) {
        (Ok(installed), Ok(asked_for)) => installed >= asked_for,
        _ => false,
    }
}

async fn check_node(web: &Path) -> Result<(), Trouble> {
    let oldest = oldest_node(web);
    let what = match version("node", web).await {
        Some(node) if numbers(&node).is_some_and(|here| here >= oldest) => return Ok(()),
        Some(node) => format!("Node is too old for the web apps: it says {node}."),
        None => "Node isn't here, and the web apps need it to be built.".to_owned(),
    };
    Err(Trouble { what, said: Vec::new(), remedy: get_node(oldest), command: String::new() })
}

fn get_node((major, minor): (u32, u32)) -> String {
    format!(
        "Get Node {major}.{minor} or newer with its npm, from https://nodejs.org or your system's packages, then start again."
    )
}

/// The oldest Node that will do, as package.json has it: `"engines": {"node": ">=20.19"}`.
fn oldest_node(web: &Path) -> (u32, u32) {
    let package = fs::read(web.join("package.json")).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let asked = package.as_ref().and_then(|package| package.pointer("/engines/node")).and_then(Value::as_str);
    asked.and_then(|asked| numbers(asked.trim_start_matches(['>', '=', ' ']))).unwrap_or((20, 0))
}

/// `v20.19.2` as 20 and 19.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

async fn version(tool: &str, web: &Path) -> Option<String> {
    let output = Command::new(tool).arg("--version").current_dir(web).kill_on_drop(true).output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs npm to its end. When this future is dropped, npm and whatever it started end too.
async fn npm(web: &Path, arguments: &[&str]) -> Result<(), Trouble> {
    let words = format!("npm {}", arguments.join(" "));
    let trouble = |what: String, said: Vec<String>| Trouble {
        what,
        said,
        remedy: "Mend that, then start again.".to_owned(),
        command: words.clone(),
    };
    let unstarted = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Trouble {
            what: "Node is here, but npm isn't, and the web apps need it to be built.".to_owned(),
            said: Vec::new(),
            remedy: get_node(oldest_node(web)),
            command: String::new(),
        },
        _ => trouble(format!("{words} can't be started: {error}."), Vec::new()),
    };
    let (mut child, said) = start(web, arguments).map_err(unstarted)?;
    let ended = child.0.wait().await;
    // All is said by now, unless something that npm left behind still holds its end.
    let said = tokio::time::timeout(Duration::from_secs(2), said).await;
    let said = said.ok().and_then(Result::ok).unwrap_or_default();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(trouble(format!("{words} failed."), said)),
        Err(error) => Err(trouble(format!("{words} was lost: {error}."), said)),
    }
}

fn start(web: &Path, arguments: &[&str]) -> io::Result<(Group, oneshot::Receiver<Vec<String>>)> {
    // One pipe for both, so that what is said keeps its order.
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(NPM);
    command
        .args(arguments)
        .current_dir(web)
        // Plain lines, and nothing about newer versions of npm.
        .envs([("NO_COLOR", "1"), ("FORCE_COLOR", "0"), ("npm_config_update_notifier", "false")])
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = Group(command.spawn()?);
    let (all, said) = oneshot::channel();
    // A thread of its own: the runtime's only one for what blocks is for passwords and files.
    std::thread::Builder::new().name("npm".to_owned()).spawn(move || {
        drop(all.send(first_and_last(BufReader::new(reader))));
    })?;
    Ok((child, said))
}

/// Reads all that a tool says, until it says no more; gives the first and the last of it.
fn first_and_last(said: impl BufRead) -> Vec<String> {
    let (mut first, mut last, mut left_out) = (Vec::new(), VecDeque::new(), 0);
    let lines = said.split(b'\n').map_while(Result::ok).map(|line| plain(&String::from_utf8_lossy(&line)));
    for line in lines.filter(|line| !line.is_empty()) {
        if first.len() < FIRST {
            first.push(line);
            continue;
        }
        if last.len() == LAST {
            last.pop_front();
            left_out += 1;
        }
        last.push_back(line);
    }
    if left_out > 0 {
        first.push(format!("... {left_out} more lines ..."));
    }
    first.extend(last);
    first
}

/// A line without its colours (ECMA-48, 5.4): not every tool leaves them out when asked to.
fn plain(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.trim_start_matches(|c: char| (' '..='?').contains(&c)).get(1..).unwrap_or_default());
    }
    plain.trim_end().to_owned()
}

/// A tool in a process group of its own, which ends with this value: npm starts a shell that starts the bundler, and killing
/// npm alone would leave those.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // No id: it has ended, and its children with it.
        #[cfg(unix)]
        if let Some(id) = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_much_that_was_said_the_first_and_the_last_is_kept() {
        let said = |count: usize| (0..count).map(|line| format!("line {line}\n\n")).collect::<String>();
        assert_eq!(first_and_last(said(48).as_bytes()).len(), 48);
        let kept = first_and_last(said(100).as_bytes());
        assert_eq!((kept.len(), kept[0].as_str(), kept[48].as_str()), (49, "line 0", "line 99"));
        assert_eq!(kept[12], "... 52 more lines ...");
    }

    #[test]
    fn colours_are_left_out() {
        assert_eq!(
            plain("\u{1b}[38;5;246m12 │\u{1b}[0m \u{1b}[1mconst\u{1b}[22m x[1m = [2];  "),
            "12 │ const x[1m = [2];"
        );
        assert_eq!(plain("cut off \u{1b}[38;5"), "cut off");
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(numbers("v20.19.2"), Some((20, 19)));
        assert_eq!(numbers("v22"), Some((22, 0)));
        assert_eq!(numbers("v9.1\n"), Some((9, 1)));
        assert_eq!(numbers("no"), None);
        assert!(numbers("v9.1") < numbers("v20.0") && numbers("v20.9") < numbers("v20.19"));
    }
}
