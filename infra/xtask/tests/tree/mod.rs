//! A copy of what xtask reads and writes, to be changed at will; it goes with its owner.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct Tree(PathBuf);

impl Tree {
    pub fn copy() -> Self {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let own = format!("guestlist-xtask-{}-{number}", std::process::id());
        let tree = Self(std::env::temp_dir().join(own));
        for part in
            ["functions/src", "pictures/src", "shared/kit/src", "events", "infra/aws", "openapi.json", "template.yaml"]
        {
            copy(&xtask::root().join(part), &tree.0.join(part));
        }
        tree
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.0.join(path), text).unwrap();
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}
