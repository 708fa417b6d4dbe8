//! What the apps are built of, as one short text. Contents count and not times: a fresh clone has today's times on everything.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders whose contents no build reads: what is installed, what is built, the browser tests.
const NOT_SOURCES: &[&str] = &["node_modules", "dist", "e2e"];
/// What the build itself writes beside the sources, from `openapi.json`.
const GENERATED: &str = "schema.d.ts";

/// The same for the same sources: every file under `web` that a build reads, and `openapi.json` beside it.
///
/// # Errors
/// A file that can't be read.
pub(super) fn fingerprint(web: &Path) -> io::Result<String> {
    let mut files = vec![web.join("../openapi.json")];
    collect(web, &mut files)?;
    files.sort();
    let mut all = md5::Context::new();
    for file in files {
        let name = file.strip_prefix(web).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let text = fs::read(&file)?;
        all.consume(format!("{name}\0{}\0", text.len()));
        all.consume(text);
    }
    Ok(format!("{:x}", all.compute()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        if kind.is_dir() && !is_hidden(&name) && !NOT_SOURCES.iter().any(|folder| name == *folder) {
            collect(&entry.path(), files)?;
        } else if kind.is_file() && is_source(&name) {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

fn is_source(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    !is_hidden(name) && text != GENERATED && !text.contains(".test.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn what_a_build_reads_counts_and_nothing_else() {
        let root = std::env::temp_dir().join(format!("guestlist-sources-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        let web = root.join("web");
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("openapi.json", "{}");
        write("web/package.json", "{}");
        write("web/attendee/src/App.tsx", "one");
        let mut last = fingerprint(&web).unwrap();
        write("web/attendee/src/App.tsx", "one");
        assert_eq!(fingerprint(&web).unwrap(), last, "another time is no change");
        for path in [
            "web/node_modules/react/index.js",
            "web/attendee/dist/index.html",
            "web/attendee/node_modules/idb/index.js",
            "web/e2e/guest.spec.ts",
            "web/attendee/src/App.test.tsx",
            "web/shared/src/api/schema.d.ts",
            "web/.building",
        ] {
            write(path, "x");
            assert_eq!(fingerprint(&web).unwrap(), last, "{path}");
        }
        for (path, text) in [
            ("web/attendee/src/App.tsx", "two"),
            ("web/shared/styles/base.css", ""),
            ("web/package-lock.json", "{}"),
            ("openapi.json", "{ }"),
            // The same bytes under other names.
            ("web/attendee/src/ab", "c"),
        ] {
            write(path, text);
            let now = fingerprint(&web).unwrap();
            assert_ne!(now, last, "{path}");
            last = now;
        }
        fs::rename(web.join("attendee/src/ab"), web.join("attendee/src/a")).unwrap();
        write("web/attendee/src/a", "bc");
        assert_ne!(fingerprint(&web).unwrap(), last);
        fs::remove_dir_all(root).unwrap();
    }
}
