//! What the kernel knows of a process and of the machine (Linux: `proc(5)`).

use crate::Result;
use std::time::Duration;

/// How long one tick of `/proc/PID/stat` is: USER_HZ, 100 a second on every Linux that we run on.
const TICK: Duration = Duration::from_millis(10);
/// What Linux says of the files of a thread that has ended: "no such file" to who opens one, "no such process" to who reads it
/// (`errno(3)`).
const ENOENT: i32 = 2;
const ESRCH: i32 = 3;

fn proc(pid: u32, file: &str) -> Result<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}"));
    text.map_err(|why| format!("the process's {file} can't be read: {why}").into())
}

/// The CPU time of a process so far, threads that have ended included, to 10 ms.
///
/// # Errors
/// The process has ended.
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = proc(pid, "stat")?;
    // After the name, which is in parentheses and may hold anything: the 14th and 15th fields are utime and stime.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest).ok_or("a stat without its name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks =
        |at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok()).ok_or("a stat without its times");
    Ok(TICK * (ticks(11)? + ticks(12)?))
}

/// The CPU time of a process's living threads, to the nanosecond (`/proc/PID/task/*/schedstat`): for a process so young
/// that no thread of it has ended. One that ends while this is asked isn't counted.
///
/// # Errors
/// The process has ended.
pub fn young_cpu(pid: u32) -> Result<Duration> {
    let mut nanos = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let stat = match std::fs::read_to_string(task?.path().join("schedstat")) {
            Err(why) if [Some(ENOENT), Some(ESRCH)].contains(&why.raw_os_error()) => continue,
            stat => stat?,
        };
        nanos += stat.split(' ').next().and_then(|field| field.parse::<u64>().ok()).ok_or("no schedstat")?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// A figure of `/proc/PID/status` that is given in KiB, in bytes: `VmRSS`, or `VmHWM` for the peak.
///
/// # Errors
/// The process has ended.
pub fn memory(pid: u32, figure: &str) -> Result<u64> {
    kib(&proc(pid, "status")?, figure).ok_or_else(|| format!("no {figure}").into())
}

fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The machine and the date, without its name or any path of it.
///
/// # Errors
/// `/proc` can't be read.
pub fn machine() -> Result<String> {
    let cpus = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let memory = kib(&std::fs::read_to_string("/proc/meminfo")?, "MemTotal").unwrap_or_default();
    let gib = memory.div_ceil(1 << 30);
    let now = kit::Clock::system().now().to_string();
    let date = now.split('T').next().unwrap_or_default();
    let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    let profile = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    let model = model.unwrap_or("of an unknown model");
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!(
        "{date}; {cores} cores ({model}), {gib} GiB of memory, {system} on {architecture}; {profile}; load average before it \
         began: {load}."
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_process_is_known_by_its_id() {
        let me = std::process::id();
        assert!(memory(me, "VmRSS").unwrap() > 1 << 20);
        assert!(memory(me, "VmHWM").unwrap() >= memory(me, "VmRSS").unwrap() / 2);
        assert!(young_cpu(me).unwrap() > Duration::ZERO);
        cpu(me).unwrap();
        assert!(memory(me, "VmNothing").is_err());
    }
}
