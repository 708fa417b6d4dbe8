//! What the sources say in words: the doc comments of functions and nouns.

use crate::{Result, read};
use kit::Function;
use std::path::Path;

/// A function's doc comment: the one over its type, which for a route is also in its request's schema.
///
/// # Errors
/// The file is missing, or its type isn't in it.
pub fn function_doc(root: &Path, function: &Function) -> Result<String> {
    let path = root.join("functions/src").join(function.noun).join(format!("{}.rs", function.name));
    let text = read(&path)?;
    let mut doc = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(words) = line.strip_prefix("///") {
            doc.push(words.trim());
        } else if line.starts_with("pub struct ") && names(line, function.type_name) {
            return Ok(doc.join(" ").trim().to_owned());
        } else if !line.starts_with("#[") {
            doc.clear();
        }
    }
    Err(format!("{} holds no `pub struct {}`", path.display(), function.type_name))
}

fn names(line: &str, type_name: &str) -> bool {
    let rest = line.strip_prefix("pub struct ").unwrap_or_default();
    rest.split(|c: char| !c.is_alphanumeric()).next() == Some(type_name)
}

/// A noun's doc comment: the first lines of its `mod.rs`.
///
/// # Errors
/// The file is missing.
pub fn noun_doc(root: &Path, noun: &str) -> Result<String> {
    let text = read(&root.join("functions/src").join(noun).join("mod.rs"))?;
    let doc: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    Ok(doc.join(" ").trim().to_owned())
}

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}
