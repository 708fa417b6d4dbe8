//! The second binary: the functions that decode and draw pictures.

// For its names alone.
use hypot as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    functions::entry::run(pictures::all())
}
