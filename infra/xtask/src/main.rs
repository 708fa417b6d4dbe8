//! `cargo xtask`: see the words below.

use std::path::Path;
use std::process::{Command, ExitCode};
use xtask::{
    Result, cargo, cloud, generate, keys, new, package, problems, publish, redrive, root, smoke, suite, tools,
};

const HELP: &str = "\
cargo xtask generate           write openapi.json and template.yaml from the registry
cargo xtask generate --check   fail where one is stale
cargo xtask new NOUN/VERB_NOUN 'METHOD /path'
                               start a new function: its file, its registry line, its sample; 'every 5 minutes' instead of
                               the route starts a schedule, 'from QUEUE' a consumer
cargo xtask check              formatting, clippy, generated files
cargo xtask test               every test (--no-lint: without what needs PyPI)
cargo xtask bench              measure everything, write infra/bench/RESULTS.md and docs/COST.md (--quick: a short run, writes nothing)
cargo xtask record             write down what the API answered in the last test run: events/{problems,replies}.json
cargo xtask lint               only what the tools from PyPI say of template.yaml and openapi.json
cargo xtask redrive QUEUE STAGE
                               send the dead letters of a queue of a deployment back to it, with the AWS CLI
cargo xtask keys STAGE         make what a deployment keeps secret and lacks, and replace signing keys that are old (--rotate:
                               all; --revoke ID: end one that others may have), with the AWS CLI's credentials; before the
                               first deployment, after it, and each quarter
cargo xtask cloud-test [FOLDER]
                               deploy template.yaml to ministack, an AWS on this machine, and drive the main job through it;
                               with FOLDER, the binaries in it are deployed (target/lambda: as `package` left them)
cargo xtask publish-web STAGE  build the web apps and put them where a deployment's CloudFront gives them out, with the AWS CLI
                               (--built: as they are built already)
cargo xtask smoke URL          book one ticket at a deployment, look at it as a door would, and cancel (docs/DEPLOY.md)
cargo xtask package [CRATE]    build the binaries for Lambda, or one of them, into target/lambda (more arguments go to
                               cargo build)";

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
        ["keys", stage] => with_keys(async |account| keys::keep(account, stage, false, print).await)?,
        ["keys", stage, "--rotate"] => with_keys(async |account| keys::keep(account, stage, true, print).await)?,
        ["keys", stage, "--revoke", id] => with_keys(async |account| keys::revoke(account, stage, id, print).await)?,
        ["cloud-test"] => cloud::test(root, None)?,
        ["cloud-test", folder] => cloud::test(root, Some(Path::new(folder)))?,
        ["publish-web", stage] => println!("{}", publish::publish(root, Path::new("aws"), stage)?),
        ["publish-web", stage, "--built"] => println!("{}", publish::upload(root, Path::new("aws"), stage)?),
        ["smoke", url] => smoke::run(url)?,
        ["package", rest @ ..] => println!("{}", package::package(root, rest)?),
        [] | ["help" | "--help" | "-h"] => println!("{HELP}"),
        _ => return Err(format!("cargo xtask doesn't know `{}`. It knows:\n{HELP}", arguments.join(" "))),
    }
    Ok(true)
}

fn with_keys(deed: impl AsyncFnOnce(&keys::Account) -> Result<()>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| why.to_string())?;
    runtime.block_on(deed(&keys::Account::of_environment()))
}

fn print(line: String) {
    println!("{line}");
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
