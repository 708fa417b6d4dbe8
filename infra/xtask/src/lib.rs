//! The workspace's own tools: what is derived from the registry, and the checks that keep it honest.

pub mod aws;
pub mod cloud;
pub mod generate;
pub mod grants;
pub mod keys;
pub mod new;
pub mod openapi;
pub mod origin;
pub mod package;
pub mod problems;
pub mod publish;
pub mod qr;
pub mod redrive;
pub mod site;
pub mod smoke;
pub mod source;
pub mod suite;
pub mod template;
pub mod tools;
pub mod web;

use std::path::{Path, PathBuf};
use std::process::Command;

/// What went wrong, in words for the person at the keyboard.
pub type Result<T> = std::result::Result<T, String>;

/// The workspace's folder.
pub fn root() -> PathBuf {
    // This crate lies at infra/xtask.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// `book_place` and `public-keys` as `BookPlace` and `PublicKeys`.
pub fn pascal_case(name: &str) -> String {
    let words = name.split(['_', '-']);
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect()
}

/// Runs cargo with these arguments.
///
/// # Errors
/// It fails, and has said why.
pub fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let ended = Command::new(program).args(arguments).current_dir(root).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("cargo {} failed", arguments.join(" "))),
        Err(why) => Err(format!("cargo can't be started: {why}")),
    }
}

pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|why| format!("{} can't be read: {why}", path.display()))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|why| format!("{} can't be made: {why}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|why| format!("{} can't be written: {why}", path.display()))
}
