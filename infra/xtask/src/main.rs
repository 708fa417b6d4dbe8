//! `cargo xtask`: see the words below.

use std::path::Path;
use std::process::{Command, ExitCode};
use xtask::{Result, generate, new, root, suite};

const HELP: &str = "\
cargo xtask generate           write openapi.json and template.yaml from the registry
cargo xtask generate --check   fail where one is stale
cargo xtask new NOUN/VERB_NOUN start a new function: its file, its registry line, its sample
cargo xtask check              formatting, clippy, generated files
cargo xtask test               every test (--no-lint: without the tools from PyPI)
cargo xtask bench              measure everything and write infra/bench/RESULTS.md (--quick: a short run, writes nothing)
cargo xtask package            build the functions' binary into target/lambda (more arguments go to cargo build)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&root(), &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    match arguments {
        ["generate"] => {
            let written = generate::generate(root)?;
            println!(
                "{}",
                if written.is_empty() {
                    "nothing was stale".to_owned()
                } else {
                    format!("wrote {}", written.join(", "))
                }
            );
            Ok(())
        }
        ["generate", "--check"] => generate::check(root).map(|()| println!("generated files are fresh")),
        ["new", name] => {
            for line in new::function(root, name)? {
                println!("{line}");
            }
            Ok(())
        }
        ["check"] => {
            cargo(root, &["fmt", "--all", "--", "--check"])?;
            cargo(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
            generate::check(root)
        }
        ["test"] => suite::run(root, suite::Options { no_lint: false }),
        ["test", "--no-lint"] => suite::run(root, suite::Options { no_lint: true }),
        ["bench", rest @ ..] => cargo(root, &[&["run", "--release", "--package", "bench", "--"], rest].concat()),
        ["package", rest @ ..] => package(root, rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("cargo xtask doesn't know `{}`. It knows:\n{HELP}", arguments.join(" "))),
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let ended = Command::new(program).args(arguments).current_dir(root).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("cargo {} failed", arguments.join(" "))),
        Err(why) => Err(format!("cargo can't be started: {why}")),
    }
}

/// Builds the binary and puts it where `CodeUri` of the template looks.
fn package(root: &Path, rest: &[&str]) -> Result<()> {
    let mut arguments = vec!["build", "--release", "--package", "functions", "--bin", "bootstrap"];
    arguments.extend(rest);
    cargo(root, &arguments)?;
    let target = rest.iter().position(|argument| *argument == "--target").and_then(|at| rest.get(at + 1));
    let built = root.join("target").join(target.unwrap_or(&"")).join("release/bootstrap");
    let folder = root.join("target/lambda");
    std::fs::create_dir_all(&folder).map_err(|why| format!("{} can't be made: {why}", folder.display()))?;
    std::fs::copy(&built, folder.join("bootstrap"))
        .map_err(|why| format!("{} can't be copied: {why}", built.display()))?;
    println!("target/lambda/bootstrap is built; `sam deploy --guided` sends it");
    Ok(())
}
