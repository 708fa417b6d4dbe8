//! The second binary: the functions that decode and draw pictures.

use std::process::ExitCode;

fn main() -> ExitCode {
    functions::entry::run(pictures::all())
}
