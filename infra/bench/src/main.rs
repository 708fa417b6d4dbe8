//! The benchmarks: `cargo xtask bench`, or `cargo run --release -p bench`. One table of what was measured, what was aimed
//! at and what became of it; a whole run writes it to `infra/bench/RESULTS.md`.
//!
//! Every part is bounded in count and time, speaks to loopback only, and ends the processes that it starts.

mod client;
mod cold_start;
mod costs;
mod distance;
mod journey;
mod load;
mod people;
mod process;
mod report;
mod runner;
mod rush;
mod tls;
mod web;
mod world;

use report::Report;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What a part of the benchmarks comes to; an error is a sentence for the person at the keyboard.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const HELP: &str = "\
Measures Guestlist and prints one table; a whole release run writes it to infra/bench/RESULTS.md.

Usage: cargo run --release -p bench -- [--quick] [--no-build] [--only PART]

  --quick      a short run, to see that everything works; writes nothing
  --no-build   measure the binaries as they are, instead of building them first
  --only PART  one of functions, cold-start, runner, rush, web; writes nothing
";

/// The parts, in the order of the table.
const PARTS: [&str; 5] = ["functions", "cold-start", "runner", "rush", "web"];

/// How much is measured.
#[derive(Clone, Copy, Debug)]
struct Scale {
    quick: bool,
}

impl Scale {
    /// `whole` in a whole run, `short` in a quick one.
    fn of<T>(self, whole: T, short: T) -> T {
        if self.quick { short } else { whole }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (mut quick, mut build, mut only) = (false, true, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--no-build" => build = false,
            "--only" => only = arguments.next().filter(|part| PARTS.contains(&part.as_str())).map(Some).ok_or(HELP)?,
            "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(format!("{other} isn't understood.\n\n{HELP}").into()),
        }
    }
    let release = !cfg!(debug_assertions);
    if !release {
        eprintln!("bench: this is a debug build; its times say nothing. Use cargo run --release -p bench.");
    }
    // The runner lies beside the bench, wherever the target folder is; what Lambda gets, where it is packed.
    let folder = std::env::current_exe()?.parent().map(PathBuf::from).ok_or("the bench has no folder")?;
    let lambda = folder.join(if release { "../lambda/functions/bootstrap" } else { "bootstrap" });
    if build && release {
        cargo(&["xtask", "package", "functions"])?;
        cargo(&["build", "--quiet", "--release", "--package", "local", "--bin", "guestlist"])?;
    } else if build {
        cargo(&["build", "--quiet", "--package", "functions", "--bin", "bootstrap"])?;
        cargo(&["build", "--quiet", "--package", "local", "--bin", "guestlist"])?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let scale = Scale { quick };
    let report = runtime.block_on(measure(&folder, &lambda, scale, only.as_deref()))?;
    let text = report.markdown();
    println!("{text}");
    if release && !quick && only.is_none() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
        std::fs::write(&path, &text).map_err(|why| format!("RESULTS.md can't be written: {why}"))?;
        eprintln!("bench: written to infra/bench/RESULTS.md");
    }
    Ok(())
}

/// Runs cargo. Each binary is built by itself, so that it has the features that it ships with and no others.
fn cargo(arguments: &[&str]) -> Result<()> {
    eprintln!("bench: cargo {}", arguments.join(" "));
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments.join(" ")).into()) }
}

async fn measure(folder: &Path, lambda: &Path, scale: Scale, only: Option<&str>) -> Result<Report> {
    let mut report = Report::new(process::machine()?);
    for part in PARTS.into_iter().filter(|part| only.is_none_or(|only| only == *part)) {
        eprintln!("bench: {part}");
        match part {
            "functions" => costs::measure(&mut report).await?,
            "cold-start" => cold_start::measure(&mut report, lambda, scale).await?,
            "runner" => load::measure(&mut report, &folder.join("guestlist"), scale).await?,
            "rush" => rush::measure(&mut report, scale).await?,
            _ => web::measure(&mut report, &folder.join("guestlist"), scale).await?,
        }
    }
    Ok(report)
}
