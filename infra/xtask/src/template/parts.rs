//! The hand-written parts of the template, `infra/aws/*.yaml`. They are put together as text, so that their comments stay;
//! cfn-lint reads the result.

use crate::{Result, read};
use std::collections::BTreeMap;
use std::path::Path;

/// The sections that a part may have, in the order in which the template has them.
pub const SECTIONS: &[&str] = &["Parameters", "Rules", "Conditions", "Globals", "Resources", "Outputs"];

/// The lines of each section, all parts together.
#[derive(Debug, Default)]
pub struct Parts {
    sections: BTreeMap<&'static str, String>,
    /// Every name defined, with its section and where.
    names: BTreeMap<(&'static str, String), String>,
}

impl Parts {
    /// The parts in a folder, by name of file.
    ///
    /// # Errors
    /// A file can't be read, has another section, or defines what is defined already.
    pub fn read(folder: &Path) -> Result<Self> {
        let entries = std::fs::read_dir(folder).map_err(|why| format!("{} can't be read: {why}", folder.display()))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        paths.sort();
        let mut parts = Self::default();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            parts.add(&format!("infra/aws/{name}"), &read(&path)?)?;
        }
        Ok(parts)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<()> {
        let mut section = None;
        for line in text.lines() {
            let starts = line.starts_with(|c: char| c.is_ascii_alphabetic());
            if starts {
                let name = line.trim_end().trim_end_matches(':');
                let known = SECTIONS.iter().find(|known| **known == name);
                let known = known.ok_or_else(|| format!("{file}: no section {name:?}; there are {SECTIONS:?}"))?;
                section = Some(*known);
                self.sections.entry(known).or_default().push_str(&format!("  # {file}\n"));
                continue;
            }
            // What stands before the first section tells of the file, not of the template.
            let Some(section) = section else { continue };
            if let Some(name) = defined(line) {
                let key = (section, name.to_owned());
                if let Some(before) = self.names.insert(key, file.to_owned()) {
                    return Err(format!("{file}: {name} is already in {section}, from {before}"));
                }
            }
            let body = self.sections.entry(section).or_default();
            body.push_str(line.trim_end());
            body.push('\n');
        }
        Ok(())
    }

    /// The lines of a section.
    pub fn section(&self, name: &str) -> &str {
        self.sections.get(name).map_or("", String::as_str)
    }

    /// The names defined in a section.
    pub fn names(&self, section: &str) -> impl Iterator<Item = &str> {
        self.names.keys().filter(move |(held, _)| *held == section).map(|(_, name)| name.as_str())
    }
}

/// The name that a line of a section defines, if it does: two spaces, a name, a colon.
fn defined(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("  ")?;
    let (name, _) = rest.split_once(':')?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())).then_some(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parts_are_put_together() {
        let mut parts = Parts::default();
        parts
            .add("a", "# About a.\n\nParameters:\n  Stage:\n    Type: String\nResources:\n  One:\n    Type: X\n")
            .unwrap();
        parts.add("b", "Resources:\n  # Why.\n  Two:\n    Type: Y\n").unwrap();
        assert_eq!(parts.section("Resources"), "  # a\n  One:\n    Type: X\n  # b\n  # Why.\n  Two:\n    Type: Y\n");
        assert_eq!(parts.names("Resources").collect::<Vec<_>>(), ["One", "Two"]);
    }

    #[test]
    fn what_would_get_lost_is_refused() {
        let mut parts = Parts::default();
        assert!(parts.add("a", "Outputz:\n").unwrap_err().contains("Outputz"));
        parts.add("a", "Resources:\n  One:\n    Type: X\n").unwrap();
        assert!(parts.add("b", "Resources:\n  One:\n    Type: Y\n").unwrap_err().contains("One is already"));
    }
}
