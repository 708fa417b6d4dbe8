//! The first binary: every function but those that draw pictures.

use std::process::ExitCode;

fn main() -> ExitCode {
    functions::entry::run(functions::all())
}
