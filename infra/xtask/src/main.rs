//! `cargo xtask`: see the words below.

use std::path::Path;
use std::process::{Command, ExitCode};
use xtask::{Result, generate, new, problems, redrive, root, suite, template, tools};

const HELP: &str = "\
cargo xtask generate           write openapi.json and template.yaml from the registry
cargo xtask generate --check   fail where one is stale
cargo xtask new NOUN/VERB_NOUN 'METHOD /path'
                               start a new function: its file, its registry line, its sample; 'every 5 minutes' instead of
                               the route starts a schedule, 'from QUEUE' a consumer
cargo xtask check              formatting, clippy, generated files
cargo xtask test               every test (--no-lint: without the tools from PyPI)
cargo xtask bench              measure everything and write infra/bench/RESULTS.md (--quick: a short run, writes nothing)
cargo xtask record             write down what the API answered in the last test run: events/{problems,replies}.json
cargo xtask lint               only what the tools from PyPI say of template.yaml and openapi.json
cargo xtask redrive QUEUE STAGE
                               send the dead letters of a queue of a deployment back to it, with the AWS CLI
cargo xtask package            build the two binaries into target/lambda (more arguments go to cargo build)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&root(), &arguments) {
        Ok(true) => ExitCode::SUCCESS,
        // What failed is said by then.
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Gives whether what was asked for went well.
fn run(root: &Path, arguments: &[&str]) -> Result<bool> {
    match arguments {
        ["generate"] => {
            let written = generate::generate(root)?;
            println!(
                "{}",
                if written.is_empty() { "nothing was stale".into() } else { format!("wrote {}", written.join(", ")) }
            );
        }
        ["generate", "--check"] => {
            generate::check(root)?;
            println!("generated files are fresh");
        }
        ["new", name] => println!("{}", new::function(root, name, None)?.join("\n")),
        ["new", name, start] => println!("{}", new::function(root, name, Some(start))?.join("\n")),
        ["check"] => {
            cargo(root, &["fmt", "--all", "--", "--check"])?;
            cargo(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
            generate::check(root)?;
        }
        ["test"] => return suite::run(root, suite::Options { no_lint: false }),
        ["test", "--no-lint"] => return suite::run(root, suite::Options { no_lint: true }),
        ["lint"] => return lint(root),
        ["bench", rest @ ..] => cargo(root, &[&["run", "--release", "--package", "bench", "--"], rest].concat())?,
        ["record"] => record(root)?,
        ["redrive", queue, stage] => {
            println!("{}", redrive::redrive(Path::new("aws"), &redrive::queues(pictures::every()), queue, stage)?);
        }
        ["package", rest @ ..] => package(root, rest)?,
        [] | ["help" | "--help" | "-h"] => println!("{HELP}"),
        _ => return Err(format!("cargo xtask doesn't know `{}`. It knows:\n{HELP}", arguments.join(" "))),
    }
    Ok(true)
}

fn lint(root: &Path) -> Result<bool> {
    tools::install(root)?;
    let checked = tools::check(root)?;
    for tools::Checked { name, outcome } in &checked {
        match outcome {
            Ok(said) => println!("{name}: {}", if said.is_empty() { "ok" } else { said }),
            Err(why) => println!("{name} FAILED:\n{why}"),
        }
    }
    Ok(checked.iter().all(|checked| checked.outcome.is_ok()))
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

/// Writes down the replies to the samples and the problems that the last whole test run saw: the API's description has both.
fn record(root: &Path) -> Result<()> {
    problems::record(root, pictures::every())?;
    let arguments = ["test", "--quiet", "--package", "functions", "--test", "replies"];
    let mut test = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    let ended = test.args(arguments).env("GUESTLIST_RECORD", "1").current_dir(root).status();
    if !ended.is_ok_and(|status| status.success()) {
        return Err("the replies can't be written down: see above".to_owned());
    }
    generate::generate(root).map(drop)
}

/// Builds the binaries and puts each where `CodeUri` of the template looks, under the name that Lambda wants.
fn package(root: &Path, rest: &[&str]) -> Result<()> {
    let target = rest.iter().position(|argument| *argument == "--target").and_then(|at| rest.get(at + 1));
    let built = root.join("target").join(target.unwrap_or(&"")).join("release");
    // The crate, and what its binary is called.
    for (home, binary) in [("functions", "bootstrap"), ("pictures", "pictures")] {
        let arguments = ["build", "--release", "--package", home, "--bin", binary];
        cargo(root, &[&arguments, rest].concat())?;
        let folder = root.join(template::code(home));
        std::fs::create_dir_all(&folder).map_err(|why| format!("{} can't be made: {why}", folder.display()))?;
        let from = built.join(binary);
        std::fs::copy(&from, folder.join("bootstrap"))
            .map_err(|why| format!("{} can't be copied: {why}", from.display()))?;
    }
    println!("target/lambda has both binaries; `sam deploy --guided` sends them");
    Ok(())
}
