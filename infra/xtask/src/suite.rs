//! `cargo xtask test`: every test there is, in one go.

use crate::{Result, generate, grants, read, tools, write};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The file that test processes append used grants to; `GUESTLIST_GRANTS_LOG` tells them where.
const GRANTS_LOG: &str = "target/grants.log";

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Not run, because they say so.
    pub ignored: usize,
}

impl Tally {
    /// Adds what a line of `cargo test` says: `test result: ok. 3 passed; 0 failed; 0 ignored; ...`.
    pub fn add_line(&mut self, line: &str) {
        let Some(result) = line.trim().strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<usize>), words.next()) else { continue };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// What is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The tools from PyPI.
    pub no_lint: bool,
}

/// Runs everything and prints summaries, the plain count of passed and failed last.
///
/// # Errors
/// Anything failed; what did is printed by then.
pub fn run(root: &Path, options: Options) -> Result<()> {
    announce(root, options);
    if !options.no_lint {
        tools::install(root)?;
    }
    let mut summaries = Vec::new();
    let mut all = Tally::default();
    let mut judge = |name: &str, outcome: Result<String>| {
        let passed = outcome.is_ok();
        all.passed += usize::from(passed);
        all.failed += usize::from(!passed);
        match outcome {
            Ok(said) => {
                summaries.push(format!("{name}: ok{}", if said.is_empty() { said } else { format!(", {said}") }))
            }
            Err(why) => {
                println!("\n{name} failed:\n{why}");
                summaries.push(format!("{name}: FAILED, see above"));
            }
        }
    };

    // Rust: the crates' own tests.
    let (tests, built) = cargo_tests(root)?;
    if !built {
        judge("cargo test", Err("cargo test did not end well: a test failed, or something doesn't build".to_owned()));
    }
    judge("grants", used_grants(root));

    // The generated files.
    judge("generated files", generate::check(root).map(|()| String::new()));
    if !options.no_lint {
        for tools::Checked { name, outcome } in tools::check(root)? {
            judge(name, outcome);
        }
    }

    // The web apps' and the browser's tests go here when there are web apps.

    println!();
    println!("cargo test: {} passed, {} failed, {} ignored", tests.passed, tests.failed, tests.ignored);
    for summary in &summaries {
        println!("{summary}");
    }
    if options.no_lint {
        println!(
            "NOT RUN, because of --no-lint: cfn-lint, sam validate, the transformed template, the validity of openapi.json"
        );
    }
    // A failed test fails its check too, and is counted once.
    let failed = all.failed.saturating_sub(usize::from(!built && tests.failed > 0)) + tests.failed;
    println!("{} passed, {failed} failed", tests.passed + all.passed);
    if failed == 0 { Ok(()) } else { Err("not everything passed".to_owned()) }
}

fn announce(root: &Path, options: Options) {
    println!("This runs cargo test over the workspace, then checks grants, generated files and the template.");
    if options.no_lint {
        println!("--no-lint: the template is NOT checked by cfn-lint and sam, nor openapi.json by its validator.");
    } else if !tools::installed(root) {
        println!("It needs Python 3.10 or newer, and first installs cfn-lint, aws-sam-cli, aws-sam-translator and");
        println!("openapi-spec-validator from PyPI into target/checks (about 300 MB; nothing outside of target).");
    }
}

fn cargo_tests(root: &Path) -> Result<(Tally, bool)> {
    let log = root.join(GRANTS_LOG);
    write(&log, "")?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut running = Command::new(cargo)
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("GUESTLIST_GRANTS_LOG", &log)
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| format!("cargo test can't be started: {why}"))?;
    let mut tally = Tally::default();
    if let Some(said) = running.stdout.take() {
        for line in BufReader::new(said).lines() {
            let line = line.map_err(|why| why.to_string())?;
            tally.add_line(&line);
            println!("{line}");
        }
    }
    let ended = running.wait().map_err(|why| why.to_string())?;
    Ok((tally, ended.success()))
}

fn used_grants(root: &Path) -> Result<String> {
    let functions = functions::all();
    let unused = grants::unused(functions, &read(&root.join(GRANTS_LOG))?);
    let count: usize = functions.iter().map(|function| function.grants.len()).sum();
    if unused.is_empty() {
        return Ok(format!("all {count} of {} functions were used", functions.len()));
    }
    Err(format!(
        "No test used these grants. Take them out of GRANTS, or test what needs them:\n  {}",
        unused.join("\n  ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_all_test_binaries_are_added_up() {
        let mut tally = Tally::default();
        tally.add_line("running 3 tests");
        tally.add_line("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s");
        tally.add_line(
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        assert_eq!(tally, Tally { passed: 5, failed: 4, ignored: 1 });
    }
}
