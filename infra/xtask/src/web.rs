//! The web apps' part of `cargo xtask test`: types and lint, vitest, and Playwright in a Chromium on the runner's own binary.

use crate::suite::Tally;
use crate::{Result, read};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Chromium and what is the same to Playwright, as systems name it.
const CHROMIUMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// One tool's tests and how they ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What ran them.
    pub name: &'static str,
    /// How many ended how.
    pub tally: Tally,
    /// The names of the tests that failed.
    pub failed: Vec<String>,
    /// What went wrong besides tests that failed.
    pub broke: Option<String>,
}

/// What is known of the web apps after their checks and tests.
#[derive(Debug)]
pub struct Outcome {
    /// What either holds or doesn't.
    pub checks: Vec<(&'static str, Result<String>)>,
    /// The tests.
    pub parts: Vec<Part>,
}

/// Says what the web apps' part needs, and what it installs.
pub fn announce() {
    println!(
        "For the web apps it needs Node 20.19 or newer with npm, and installs their packages into web/node_modules"
    );
    println!("where they aren't there yet (about 300 MB).");
    if find_chromium().is_none() {
        println!("The browser's tests need a Chromium. There is none here ({}, or what", CHROMIUMS.join(", "));
        println!("CHROMIUM names), so apt-get installs it, by sudo unless this is root.");
    }
}

/// Builds the runner and the apps, and runs all checks and tests of the apps, whatever failed before.
pub fn run(root: &Path) -> Outcome {
    let built = build(root);
    let checked = npm(root, &["run", "check"], &[]);
    let unit = Report::new(root, "vitest", vitest).of(|to| {
        npm(root, &["test", "--", "--reporter=default", "--reporter=json", &format!("--outputFile.json={to}")], &[])
    });
    let e2e = Report::new(root, "playwright", playwright).of(|to| {
        let (runner, browser) = (built.clone()?, chromium()?);
        let named = [
            ("GUESTLIST_BIN", runner.to_string_lossy().into_owned()),
            ("CHROMIUM", browser.to_string_lossy().into_owned()),
            ("PLAYWRIGHT_JSON_OUTPUT_FILE", to.to_owned()),
        ];
        npm(root, &["run", "e2e", "--", "--reporter=list,json"], &named)
    });
    let said = |outcome: Result<()>| outcome.map(|()| "ok".to_owned());
    Outcome {
        checks: vec![("web apps' build", said(built.map(drop))), ("web apps' types and lint", said(checked))],
        parts: vec![unit, e2e],
    }
}

/// Builds the runner, and has it build the apps as it does for everybody. Gives the runner's binary.
fn build(root: &Path) -> Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    // The runner's own tests run it, so it is there after theirs. Built by itself it would have other features, and all that
    // it shares with them would be compiled once more.
    ended("cargo test --no-run", Command::new(cargo).args(["test", "--workspace", "--no-run"]).current_dir(root))?;
    // This very program lies where cargo puts what it builds.
    let here = std::env::current_exe().map_err(|why| format!("the folder of built programs can't be found: {why}"))?;
    let runner = here.with_file_name(format!("guestlist{}", std::env::consts::EXE_SUFFIX));
    ended("guestlist --build-apps", Command::new(&runner).arg("--build-apps").current_dir(root))?;
    Ok(runner)
}

/// Runs npm in the folder `web`, with further environment variables.
pub(crate) fn npm(root: &Path, arguments: &[&str], named: &[(&str, String)]) -> Result<()> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let words = format!("npm {}", arguments.join(" "));
    println!("\n{words}");
    let named = named.iter().map(|(name, value)| (name, value));
    ended(&words, Command::new(npm).args(arguments).envs(named).current_dir(root.join("web")))
}

fn ended(words: &str, command: &mut Command) -> Result<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{words} failed, see above")),
        Err(why) => Err(format!("{words} can't be started: {why}")),
    }
}

/// The browser for the tests; installed where there is none.
fn chromium() -> Result<PathBuf> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    println!("\nThere is no Chromium here: installing it with apt-get");
    let id = Command::new("id").arg("-u").output();
    let is_root = id.is_ok_and(|said| said.stdout.trim_ascii() == b"0");
    for arguments in [&["update", "-qq"][..], &["install", "-y", "-qq", "--no-install-recommends", "chromium"]] {
        let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            command.arg("apt-get");
        }
        let words = format!("apt-get {}", arguments.join(" "));
        ended(&words, command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
            .map_err(|why| format!("{why}. Install Chromium, or name one in CHROMIUM"))?;
    }
    find_chromium().ok_or_else(|| "apt-get installed no Chromium. Install it, or name one in CHROMIUM".to_owned())
}

fn find_chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    CHROMIUMS.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// What a report says: the tests, and the names of those that failed.
type Reader = fn(&Value) -> Option<(Tally, Vec<String>)>;

/// A tool's report, which it writes as JSON.
struct Report {
    name: &'static str,
    file: PathBuf,
    reader: Reader,
}

impl Report {
    fn new(root: &Path, name: &'static str, reader: Reader) -> Self {
        Self { name, file: root.join(format!("target/checks/{name}.json")), reader }
    }

    /// Runs the tool, which is told where to write.
    fn of(self, tool: impl FnOnce(&str) -> Result<()>) -> Part {
        // An earlier run's report must not stand in for this one's.
        drop(std::fs::remove_file(&self.file));
        let ran = tool(&self.file.to_string_lossy());
        let written = read(&self.file).ok().and_then(|text| serde_json::from_str(&text).ok());
        judge(self.name, ran, written.as_ref().and_then(self.reader))
    }
}

/// A tool that failed without a failed test, or passed without a report or a test, has broken.
fn judge(name: &'static str, ran: Result<()>, report: Option<(Tally, Vec<String>)>) -> Part {
    let (tally, failed) = report.clone().unwrap_or_default();
    let broke = match (ran, report) {
        (Err(_), Some((tally, _))) if tally.failed > 0 => None,
        (Err(why), _) => Some(why),
        (Ok(()), None) => Some("it passed, but wrote no report that can be read".to_owned()),
        (Ok(()), Some((tally, _))) if tally.passed + tally.failed == 0 => Some("it ran no test".to_owned()),
        (Ok(()), Some(_)) => None,
    };
    Part { name, tally, failed, broke }
}

fn count(report: &Value, pointer: &str) -> Option<usize> {
    report.pointer(pointer).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok())
}

/// vitest's report, which has the shape of Jest's.
fn vitest(report: &Value) -> Option<(Tally, Vec<String>)> {
    let tally = Tally {
        passed: count(report, "/numPassedTests")?,
        failed: count(report, "/numFailedTests")?,
        ignored: count(report, "/numPendingTests")? + count(report, "/numTodoTests").unwrap_or(0),
    };
    let files = report["testResults"].as_array().into_iter().flatten();
    let tests = files.flat_map(|file| file["assertionResults"].as_array().into_iter().flatten());
    let failed = tests.filter(|test| test["status"] == "failed").map(|test| text(&test["fullName"])).collect();
    Some((tally, failed))
}

/// Playwright's report. A test that passed only the second time has failed.
fn playwright(report: &Value) -> Option<(Tally, Vec<String>)> {
    let tally = Tally {
        passed: count(report, "/stats/expected")?,
        failed: count(report, "/stats/unexpected")? + count(report, "/stats/flaky")?,
        ignored: count(report, "/stats/skipped")?,
    };
    let mut failed = Vec::new();
    failures(report, "", &mut failed);
    Some((tally, failed))
}

/// Suites lie within suites, and hold specs; a spec holds a test for each project.
fn failures(suite: &Value, within: &str, failed: &mut Vec<String>) {
    for spec in suite["specs"].as_array().into_iter().flatten() {
        let tests = spec["tests"].as_array().into_iter().flatten();
        for _ in tests.filter(|test| test["status"] == "unexpected" || test["status"] == "flaky") {
            failed.push(format!("{within}{}", text(&spec["title"])));
        }
    }
    for suite in suite["suites"].as_array().into_iter().flatten() {
        failures(suite, &format!("{within}{} › ", text(&suite["title"])), failed);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("a test without a name").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tally(passed: usize, failed: usize, ignored: usize) -> Tally {
        Tally { passed, failed, ignored }
    }

    #[test]
    fn vitest_s_report_is_read() {
        let report = json!({
            "numTotalTestSuites": 2, "numPassedTests": 12, "numFailedTests": 1, "numPendingTests": 2, "numTodoTests": 1,
            "success": false,
            "testResults": [
                { "name": "/x/when.test.ts", "status": "failed", "assertionResults": [
                    { "status": "passed", "fullName": "when one zone" },
                    { "status": "failed", "fullName": "when two zones" },
                ] },
                { "name": "/x/broken.test.ts", "status": "failed", "assertionResults": [], "message": "no such module" },
            ],
        });
        assert_eq!(vitest(&report), Some((tally(12, 1, 3), vec!["when two zones".to_owned()])));
        assert_eq!(vitest(&json!({ "numPassedTests": "12" })), None);
    }

    #[test]
    fn playwright_s_report_is_read_and_a_flake_is_a_failure() {
        let spec = |title: &str, status: &str| json!({ "title": title, "tests": [{ "status": status }] });
        let report = json!({
            "suites": [{ "title": "guest.spec.ts", "specs": [spec("books", "expected"), spec("cancels", "unexpected")],
                "suites": [{ "title": "offline", "specs": [spec("shows the ticket", "flaky"), spec("x", "skipped")] }] }],
            "errors": [],
            "stats": { "expected": 1, "unexpected": 1, "flaky": 1, "skipped": 1, "duration": 1.5 },
        });
        let failed = ["guest.spec.ts › cancels", "guest.spec.ts › offline › shows the ticket"].map(str::to_owned);
        assert_eq!(playwright(&report), Some((tally(1, 2, 1), failed.to_vec())));
        assert_eq!(playwright(&json!({ "suites": [] })), None);
    }

    #[test]
    fn a_tool_that_fails_without_a_failed_test_has_broken() {
        let with = |tally: Tally| Some((tally, Vec::new()));
        let failed = || Err("npm test failed, see above".to_owned());
        assert_eq!(judge("x", Ok(()), with(tally(3, 0, 0))).broke, None);
        assert_eq!(judge("x", failed(), with(tally(3, 1, 0))).broke, None, "its tests say it");
        for (ran, report) in
            [(failed(), with(tally(3, 0, 0))), (failed(), None), (Ok(()), None), (Ok(()), with(tally(0, 0, 4)))]
        {
            let part = judge("x", ran.clone(), report.clone());
            assert!(part.broke.is_some(), "{ran:?} {report:?}");
        }
    }
}
