//! `cargo xtask test`: every test there is, in one go.

use crate::web::{self, Part};
use crate::{Result, cloud, generate, grants, package, problems, read, tools, write};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

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
    /// What needs PyPI: the tools that check the template, and the stand-in for AWS.
    pub no_lint: bool,
}

/// Runs everything and prints summaries, the plain count of passed and failed last. Gives whether everything passed.
///
/// # Errors
/// Something can't be run at all.
pub fn run(root: &Path, options: Options) -> Result<bool> {
    announce(root, options);
    if !options.no_lint {
        tools::install(root)?;
    }
    let mut parts = vec![cargo_tests(root)?];
    let mut checks = vec![
        ("grants", used_grants(root)),
        ("problems", problems::check(root, pictures::every())),
        ("generated files", generate::check(root).map(|()| "fresh".to_owned())),
    ];
    if !options.no_lint {
        checks.extend(tools::check(root)?.into_iter().map(|tools::Checked { name, outcome }| (name, outcome)));
        checks.push(("cloud-test", cloud_test(root)));
    }
    let web = web::run(root);
    checks.extend(web.checks);
    parts.extend(web.parts);

    for part in &parts {
        for name in &part.failed {
            println!("FAILED: {name}");
        }
        if let Some(why) = &part.broke {
            println!("\n{} FAILED: {why}", part.name);
        }
    }
    for (name, outcome) in &checks {
        if let Err(why) = outcome {
            println!("\n{name} FAILED:\n{why}");
        }
    }
    println!();
    for Part { name, tally, broke, .. } in &parts {
        let Tally { passed, failed, ignored } = tally;
        let broke = if broke.is_some() { "; FAILED, see above" } else { "" };
        println!("{name}: {passed} passed, {failed} failed, {ignored} ignored{broke}");
    }
    for (name, outcome) in &checks {
        match outcome {
            Ok(said) => println!("{name}: {}", if said.is_empty() { "ok" } else { said }),
            Err(_) => println!("{name}: FAILED, see above"),
        }
    }
    if options.no_lint {
        println!(
            "--no-lint: NOT RUN were cfn-lint, sam validate, the checks of the transformed template and of openapi.json, cloud-test"
        );
    }
    let outcomes: Vec<bool> = checks.iter().map(|(_, outcome)| outcome.is_ok()).collect();
    let (passed, failed) = sum(&parts, &outcomes);
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// Everything that passed and failed: tests, what broke, and checks.
fn sum(parts: &[Part], checks: &[bool]) -> (usize, usize) {
    let passed: usize = parts.iter().map(|part| part.tally.passed).sum();
    let failed: usize = parts.iter().map(|part| part.tally.failed + usize::from(part.broke.is_some())).sum();
    let held = checks.iter().filter(|held| **held).count();
    (passed + held, failed + checks.len() - held)
}

fn announce(root: &Path, options: Options) {
    println!(
        "This runs cargo test over the workspace, checks grants, generated files and the template, deploys the template to a"
    );
    println!("stand-in for AWS on this machine, then checks and tests the web apps, also in a browser.");
    if options.no_lint {
        println!(
            "--no-lint: the template is NOT checked by cfn-lint and sam, nor openapi.json by its validator, and it"
        );
        println!("is NOT deployed to the stand-in.");
    } else if !tools::installed(root) {
        println!("It needs Python 3.10 or newer, and first installs cfn-lint, aws-sam-cli, aws-sam-translator and");
        println!(
            "openapi-spec-validator from PyPI into target/checks (about 300 MB), later ministack, boto3 and awscli"
        );
        println!("into target/cloud (about 200 MB).");
    }
    web::announce();
}

/// `cargo xtask cloud-test`, with the unoptimised binaries that the tests have just been built with: to build those that Lambda
/// gets would take longer than all of it.
fn cloud_test(root: &Path) -> Result<String> {
    println!("\ncargo xtask cloud-test");
    let begun = Instant::now();
    // This very program lies where cargo puts what it builds.
    let here = std::env::current_exe().map_err(|why| format!("the folder of built programs can't be found: {why}"))?;
    let code = root.join("target/cloud-debug");
    package::BINARIES.into_iter().try_for_each(|(home, binary)| {
        let (from, to) = (here.with_file_name(binary), code.join(home));
        let copied = std::fs::create_dir_all(&to).and_then(|()| std::fs::copy(&from, to.join("bootstrap")));
        copied.map(drop).map_err(|why| format!("{} can't be copied to {}: {why}", from.display(), to.display()))
    })?;
    cloud::test(root, Some(&code))?;
    Ok(format!("ok, in {} s", begun.elapsed().as_secs()))
}

fn cargo_tests(root: &Path) -> Result<Part> {
    let (grants, problems) = (root.join(GRANTS_LOG), root.join(problems::LOG));
    write(&grants, "")?;
    write(&problems, "")?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut running = Command::new(cargo)
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("GUESTLIST_GRANTS_LOG", &grants)
        .env("GUESTLIST_PROBLEMS_LOG", &problems)
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| format!("cargo test can't be started: {why}"))?;
    let mut tests = Part { name: "cargo test", ..Part::default() };
    if let Some(said) = running.stdout.take() {
        for line in BufReader::new(said).lines() {
            let line = line.map_err(|why| why.to_string())?;
            tests.tally.add_line(&line);
            let name = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"));
            tests.failed.extend(name.map(str::to_owned));
            println!("{line}");
        }
    }
    let ended = running.wait().map_err(|why| why.to_string())?;
    if !ended.success() && tests.tally.failed == 0 {
        tests.broke = Some("it failed without a failed test: something doesn't build, or a test crashed".to_owned());
    }
    Ok(tests)
}

fn used_grants(root: &Path) -> Result<String> {
    let functions = pictures::every();
    let unused = grants::unused(functions, &read(&root.join(GRANTS_LOG))?);
    let count: usize = functions.iter().map(|function| function.grants.len()).sum();
    if unused.is_empty() {
        return Ok(format!("all {count} of {} functions used", functions.len()));
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

    #[test]
    fn one_part_that_fails_fails_everything() {
        let part = |passed, failed, broke: Option<&str>| Part {
            tally: Tally { passed, failed, ignored: 0 },
            broke: broke.map(str::to_owned),
            ..Part::default()
        };
        assert_eq!(sum(&[part(900, 0, None), part(40, 0, None), part(12, 0, None)], &[true, true]), (954, 0));
        assert_eq!(sum(&[part(900, 0, None), part(39, 1, None)], &[true]), (940, 1));
        assert_eq!(sum(&[part(900, 0, None), part(0, 0, Some("no Chromium"))], &[true]), (901, 1));
        assert_eq!(sum(&[part(900, 0, None)], &[true, false]), (901, 1));
    }
}
