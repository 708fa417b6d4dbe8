//! `cargo xtask package`: the binaries as Lambda gets them.

use crate::{Result, cargo, template};
use std::path::Path;

/// The crates with a binary, and what it is called there.
pub(crate) const BINARIES: [(&str, &str); 2] = [("functions", "bootstrap"), ("pictures", "pictures")];
/// The profile that they are built with (Cargo.toml).
const PROFILE: &str = "deployed";

/// The newest interface of glibc that Lambda's Amazon Linux 2023 has
/// (<https://docs.aws.amazon.com/linux/al2023/ug/core-glibc.html>).
const GLIBC: u32 = 34;

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
        let held = std::fs::read(&to).map_err(|why| format!("{} can't be read: {why}", to.display()))?;
        if let Some(newer) = glibc(&held).filter(|minor| *minor > GLIBC) {
            return Err(format!(
                "{} needs glibc 2.{newer}, and Lambda has 2.{GLIBC}: it would not start there. Build it on an older system \
                 (Debian 12, Ubuntu 22.04), as docs/DEPLOY.md says.",
                to.display()
            ));
        }
        lines.push(format!("{}bootstrap: {bytes} bytes", template::code(home)));
    }
    lines.push("docs/DEPLOY.md says how to send them".to_owned());
    Ok(lines.join("\n"))
}

/// The minor version of the newest interface of glibc 2 that a binary asks for: its symbols' versions are in it by name.
fn glibc(binary: &[u8]) -> Option<u32> {
    const NAME: &[u8] = b"GLIBC_2.";
    let names = binary.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    names
        .filter_map(|(at, _)| {
            let digits = binary[at + NAME.len()..].iter().take_while(|byte| byte.is_ascii_digit());
            String::from_utf8(digits.copied().collect()).ok()?.parse().ok()
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_that_a_binary_asks_for_is_found() {
        assert_eq!(glibc(b"\x7fELF..GLIBC_2.4\0GLIBC_2.34\0memcpy\0GLIBC_2.17\0GLIBC_2.2.5\0"), Some(34));
        assert_eq!(glibc(b"__isoc23_strtol\0GLIBC_2.38\0GLIBC_2.34\0"), Some(38));
        assert_eq!(glibc(b"static"), None);
    }
}
