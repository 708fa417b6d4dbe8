//! AWS, asked through its own CLI, which has the credentials of whoever deploys.

use crate::Result;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What `aws` (the AWS CLI) answers, as plain text unless it is asked for other. `input` is what `file:///dev/stdin` among the arguments reads: a secret has no
/// place among arguments, which others on the machine can see.
///
/// # Errors
/// It can't be started, or AWS says no.
pub fn ask(aws: &Path, arguments: &[&str], input: Option<&str>) -> Result<String> {
    let absent = |why: std::io::Error| {
        format!("{} can't be started: {why}. Install the AWS CLI, version 2, and log in with it.", aws.display())
    };
    let mut command = Command::new(aws);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    if !arguments.contains(&"--output") {
        command.args(["--output", "text"]);
    }
    let mut running =
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() }).spawn().map_err(absent)?;
    if let (Some(mut pipe), Some(input)) = (running.stdin.take(), input) {
        // If it ended without reading, what it says is told below.
        drop(pipe.write_all(input.as_bytes()));
    }
    let output = running.wait_with_output().map_err(absent)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("aws {} failed: {}", arguments.join(" "), said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
