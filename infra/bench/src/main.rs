//! The benchmarks: `cargo xtask bench`, or `cargo run --release -p bench`. One table of what was measured, what was aimed
//! at and what became of it; a whole run writes it to `infra/bench/RESULTS.md`.
//!
//! Every part is bounded in count and time, speaks to loopback only, and ends the processes that it starts.

mod bill;
mod client;
mod cold_start;
mod cost_page;
mod costs;
mod cpu;
mod deployed;
mod distance;
mod event;
mod journey;
mod lambda;
mod load;
mod meter;
mod people;
mod process;
mod report;
mod runner;
mod rush;
mod scene;
mod share;
mod stand_in;
mod tally;
mod tls;
mod web;
mod world;

use report::Report;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What a part of the benchmarks comes to; an error is a sentence for the person at the keyboard.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const HELP: &str = "\
Measures Guestlist and prints one table; a whole release run writes it to infra/bench/RESULTS.md, and what an event comes to
into infra/bench/measured-event.json and docs/COST.md.

Usage: cargo run --release -p bench -- [--quick] [--no-build] [--only PART] [--lambda FILE]
       cargo run -p bench -- --cost

  --quick      a short run, to see that everything works; writes nothing
  --no-build   measure the binaries as they are, instead of building them first
  --only PART  one of functions, cold-start, event, runner, rush, web; writes nothing but what an event comes to
  --lambda FILE
               take this for the binary that ships; it isn't built
  --cost       measure nothing: write docs/COST.md anew from the prices and the last measurement
";

/// The parts, in the order of the table.
const PARTS: [&str; 6] = ["functions", "cold-start", "event", "runner", "rush", "web"];

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
    let (mut quick, mut build, mut only, mut given) = (false, true, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--no-build" => build = false,
            "--cost" => return cost_page::write(),
            "--only" => only = arguments.next().filter(|part| PARTS.contains(&part.as_str())).map(Some).ok_or(HELP)?,
            "--lambda" => given = Some(PathBuf::from(arguments.next().ok_or(HELP)?)),
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
    let packed = folder.join(if release { "../lambda/functions/bootstrap" } else { "bootstrap" });
    let ships = release || given.is_some();
    let build = build && given.is_none();
    let lambda = given.unwrap_or(packed);
    if build && release {
        cargo(&["xtask", "package", "functions"])?;
        cargo(&["build", "--quiet", "--release", "--package", "local", "--bin", "guestlist"])?;
    } else if build {
        cargo(&["build", "--quiet", "--package", "functions", "--bin", "bootstrap"])?;
        cargo(&["build", "--quiet", "--package", "local", "--bin", "guestlist"])?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let scale = Scale { quick };
    let (report, event) = runtime.block_on(measure(&folder, &lambda, scale, only.as_deref()))?;
    let text = report.markdown();
    println!("{text}");
    if let Some(measured) = event.filter(|_| ships && !quick) {
        cost_page::keep(&measured)?;
        eprintln!("bench: written to infra/bench/measured-event.json and docs/COST.md");
    }
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

async fn measure(
    folder: &Path,
    lambda: &Path,
    scale: Scale,
    only: Option<&str>,
) -> Result<(Report, Option<tally::Measured>)> {
    let machine = process::machine()?;
    let (mut report, mut event) = (Report::new(machine.clone()), None);
    for part in PARTS.into_iter().filter(|part| only.is_none_or(|only| only == *part)) {
        eprintln!("bench: {part}");
        match part {
            "functions" => costs::measure(&mut report).await?,
            "cold-start" => cold_start::measure(&mut report, lambda, scale).await?,
            "event" => {
                let mut measured = event::measure(&mut report, scale).await?;
                (measured.cpu_ms, measured.init_ms) = cpu::measure(&mut report, lambda, scale).await?;
                measured.machine.clone_from(&machine);
                event = Some(measured);
            }
            "runner" => load::measure(&mut report, &folder.join("guestlist"), scale).await?,
            "rush" => rush::measure(&mut report, scale).await?,
            _ => web::measure(&mut report, &folder.join("guestlist"), scale).await?,
        }
    }
    Ok((report, event))
}
