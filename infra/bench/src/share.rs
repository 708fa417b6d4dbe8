//! A share of a CPU, as Lambda gives it to a function by its memory, enforced by the kernel: a control group with a quota
//! (<https://docs.kernel.org/scheduler/sched-bwc.html>). Needs the right to make one (root, mostly).

use crate::Result;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// At so many MB a function has one CPU
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
pub const MB_PER_CPU: u32 = 1_769;
/// How often the quota is given anew, in microseconds. AWS doesn't document Lambda's; 20 ms is what is told of it.
const PERIOD: u32 = 20_000;

/// A control group; dropping it takes it away, once it is empty.
pub struct Share {
    folder: PathBuf,
    script: PathBuf,
}

impl Drop for Share {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.script));
        // A process that was just killed is in it for a moment more.
        for _ in 0..20 {
            if fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Share {
    /// The share of a function with so much memory.
    ///
    /// # Errors
    /// This machine lets nobody, or not us, limit a process so.
    pub fn of(memory_mb: u32) -> Result<Self> {
        let quota = (PERIOD * memory_mb / MB_PER_CPU).to_string();
        let name = format!("guestlist-bench-{}", std::process::id());
        let (old, new) = (Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup"));
        let folder = if old.is_dir() { old.join(&name) } else { new.join(&name) };
        fs::create_dir(&folder)?;
        let script = std::env::temp_dir().join(format!("{name}.sh"));
        let share = Self { folder, script };
        if old.is_dir() {
            fs::write(share.folder.join("cpu.cfs_period_us"), PERIOD.to_string())?;
            fs::write(share.folder.join("cpu.cfs_quota_us"), quota)?;
        } else {
            fs::write(share.folder.join("cpu.max"), format!("{quota} {PERIOD}"))?;
        }
        Ok(share)
    }

    /// A program that moves itself into the share and becomes `binary`, so that nothing of it runs outside.
    ///
    /// # Errors
    /// It can't be written.
    pub fn around(&self, binary: &Path) -> Result<PathBuf> {
        let (group, binary) = (self.folder.join("cgroup.procs"), binary.canonicalize()?);
        let text = format!("#!/bin/sh\necho $$ > '{}' && exec '{}'\n", group.display(), binary.display());
        // Of one that was cut off. Whoever else put something there has it left as it is: only a new file is written.
        drop(fs::remove_file(&self.script));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o700).open(&self.script)?;
        file.write_all(text.as_bytes())?;
        Ok(self.script.clone())
    }

    /// Moves a running process into it, all its threads.
    ///
    /// # Errors
    /// It has ended.
    pub fn take(&self, pid: u32) -> Result<()> {
        Ok(fs::write(self.folder.join("cgroup.procs"), pid.to_string())?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::process::cpu;
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Stdio};
    use std::time::Instant;

    #[test]
    fn a_program_is_written_where_nobody_can_have_put_a_link() {
        let folder = std::env::temp_dir().join(format!("guestlist-share-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (script, theirs) = (folder.join("program.sh"), folder.join("theirs"));
        fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, &script).unwrap();
        let share = Share { folder: folder.join("group"), script: script.clone() };
        fs::create_dir(&share.folder).unwrap();
        share.around(Path::new("/bin/sh")).unwrap();
        let made = fs::symlink_metadata(&script).unwrap();
        assert!(made.is_file() && made.permissions().mode() & 0o777 == 0o700, "{made:?}");
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
        drop(share);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn who_is_in_a_share_gets_no_more() {
        let share = match Share::of(256) {
            Ok(share) => share,
            Err(why) => {
                eprintln!("skipped: this machine lets us limit no process ({why})");
                return;
            }
        };
        let busy = share.around(Path::new("/bin/sh")).unwrap();
        let mut child = Command::new(busy).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"while :; do :; done\n").unwrap();
        let begun = Instant::now();
        std::thread::sleep(Duration::from_millis(600));
        let (used, passed) = (cpu(child.id()).unwrap(), begun.elapsed());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(used < passed / 4, "{used:?} of {passed:?}");
    }
}
