//! `cargo xtask package`: the binaries as Lambda gets them.

use crate::{Result, cargo, template};
use std::path::Path;

/// The crates with a binary, and what it is called there.
const BINARIES: [(&str, &str); 2] = [("functions", "bootstrap"), ("pictures", "pictures")];
/// The profile that they are built with (Cargo.toml).
const PROFILE: &str = "deployed";

/// Builds the binaries, or the one of a crate that `arguments` begin with, and puts each where `CodeUri` of the template looks,
/// under the name that Lambda wants. Further arguments go to `cargo build`. Gives a line for each.
///
/// # Errors
/// A binary doesn't build, or can't be copied.
pub fn package(root: &Path, arguments: &[&str]) -> Result<String> {
    let is_crate = |name: &&str| BINARIES.iter().any(|(home, _)| home == name);
    let (only, rest) = match arguments.split_first() {
        Some((first, rest)) if is_crate(first) => (Some(*first), rest),
        _ => (None, arguments),
    };
    let target = rest.iter().position(|argument| *argument == "--target").and_then(|at| rest.get(at + 1));
    let built = root.join("target").join(target.unwrap_or(&"")).join(PROFILE);
    let mut lines = Vec::new();
    for (home, binary) in BINARIES.into_iter().filter(|(home, _)| only.is_none_or(|only| only == *home)) {
        let arguments = ["build", "--profile", PROFILE, "--package", home, "--bin", binary];
        cargo(root, &[&arguments, rest].concat())?;
        let folder = root.join(template::code(home));
        std::fs::create_dir_all(&folder).map_err(|why| format!("{} can't be made: {why}", folder.display()))?;
        let (from, to) = (built.join(binary), folder.join("bootstrap"));
        let bytes = std::fs::copy(&from, &to).map_err(|why| format!("{} can't be copied: {why}", from.display()))?;
        lines.push(format!("{}bootstrap: {bytes} bytes", template::code(home)));
    }
    lines.push("`sam deploy --guided` sends them".to_owned());
    Ok(lines.join("\n"))
}
