//! A script in the place of a program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes a script that can be run. A child writes it: were it open for writing here while another test's thread starts a program,
/// that program's process would hold it open too for a moment, and running it would fail ("Text file busy").
pub fn write(path: &Path, text: &str) {
    let mut child = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("sh is there");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it is read");
    assert!(child.wait().expect("it ends").success());
}
