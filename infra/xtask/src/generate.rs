//! The files that are derived from the registry. They are checked in, so that a review sees what a change does to the API
//! and to permissions, and never edited by hand.

use crate::{Result, openapi, read, template, write};
use std::path::Path;

/// The command that mends a stale file.
pub const MEND: &str = "cargo xtask generate";

/// A generated file.
#[derive(Debug)]
pub struct Generated {
    /// Where it lies, from the workspace's folder.
    pub path: &'static str,
    /// What it must hold.
    pub text: String,
}

/// Every generated file, as it should be.
///
/// # Errors
/// What they are made of can't be read, or breaks a limit.
pub fn generated(root: &Path) -> Result<Vec<Generated>> {
    let functions = pictures::every();
    Ok(vec![
        Generated { path: "openapi.json", text: openapi::text(root, functions)? },
        Generated { path: "template.yaml", text: template::text(root, functions)? },
    ])
}

/// Writes what is stale and names it.
///
/// # Errors
/// As [`generated`], or a file can't be written.
pub fn generate(root: &Path) -> Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for Generated { path, text } in generated(root)? {
        if read(&root.join(path)).ok().as_deref() != Some(text.as_str()) {
            write(&root.join(path), &text)?;
            written.push(path);
        }
    }
    Ok(written)
}

/// Whether every generated file is as it should be.
///
/// # Errors
/// Names those that are stale, where each first differs, and the command that mends them.
pub fn check(root: &Path) -> Result<()> {
    let mut stale = Vec::new();
    for Generated { path, text } in generated(root)? {
        let held = read(&root.join(path)).unwrap_or_default();
        if held != text {
            let same = held.lines().zip(text.lines()).take_while(|(held, wanted)| held == wanted).count();
            stale.push(format!(
                "{path} is stale from line {}: it has `{}`, and should have `{}`",
                same + 1,
                held.lines().nth(same).unwrap_or_default().trim(),
                text.lines().nth(same).unwrap_or_default().trim(),
            ));
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(format!("{}\nMend it with: {MEND}", stale.join("\n"))) }
}
