//! What the sources say in words: the doc comments of functions and nouns.

use crate::{Result, read};
use kit::Function;
use std::path::{Path, PathBuf};

/// A function's doc comment: the one over its type, which for a route is also in its request's schema.
///
/// # Errors
/// The file is missing, its type isn't in it, or nothing is said of it.
pub fn function_doc(root: &Path, function: &Function) -> Result<String> {
    let path = folder(root, function.home, function.noun).join(format!("{}.rs", function.name));
    let text = read(&path)?;
    let mut doc = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(words) = line.strip_prefix("///") {
            doc.push(words.trim());
        } else if line.starts_with("pub struct ") && names(line, function.type_name) {
            if doc.is_empty() {
                return Err(format!("{} says nothing of its `pub struct {}`", path.display(), function.type_name));
            }
            return Ok(paragraphs(&doc));
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            doc.clear();
        }
    }
    Err(format!("{} holds no `pub struct {}`", path.display(), function.type_name))
}

fn names(line: &str, type_name: &str) -> bool {
    let rest = line.strip_prefix("pub struct ").unwrap_or_default();
    rest.split(|c: char| !c.is_alphanumeric()).next() == Some(type_name)
}

/// Lines as paragraphs, which empty lines part.
fn paragraphs(lines: &[&str]) -> String {
    let paragraphs = lines.split(|line| line.is_empty()).map(|lines| lines.join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The folder of a noun's functions. In a crate of one noun it is that of the crate.
pub fn folder(root: &Path, home: &str, noun: &str) -> PathBuf {
    let sources = root.join(home).join("src");
    if home == noun { sources } else { sources.join(noun) }
}

/// A noun's doc comment: the first lines of its `mod.rs`, or of its crate.
///
/// # Errors
/// The file is missing.
pub fn noun_doc(root: &Path, home: &str, noun: &str) -> Result<String> {
    let text = read(&folder(root, home, noun).join(if home == noun { "lib.rs" } else { "mod.rs" }))?;
    let doc: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    Ok(doc.join(" ").trim().to_owned())
}

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    let first = text.split("\n\n").next().unwrap_or(text);
    first.find(". ").map_or(first, |end| &first[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_has_paragraphs_and_a_first_sentence() {
        let text = paragraphs(&["Do this.", "", "It costs", "nothing. At all."]);
        assert_eq!(text, "Do this.\n\nIt costs nothing. At all.");
        assert_eq!(first_sentence(&text), "Do this.");
        assert_eq!(first_sentence("It costs nothing. At all."), "It costs nothing.");
    }
}
