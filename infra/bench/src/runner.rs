//! The local runner as people start it: its own process, its data on disk.

use crate::client::{Ask, Client};
use crate::{Result, process};
use serde_json::Value;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

/// How long the runner may take to start, and to build its city.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long the work behind the scenes may take to come to its end.
const UNTIL_QUIET: Duration = Duration::from_secs(300);

/// A folder for data, gone when this is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one beside the binaries: on the disk that the build is on, never in memory as `/tmp` may be.
    ///
    /// # Errors
    /// It can't be made.
    pub fn beside(binary: &Path) -> Result<Self> {
        let path = binary.with_file_name(format!("bench-data-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// A folder in it, for one runner's data.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A running runner, killed when this is dropped.
#[derive(Debug)]
pub struct Runner {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it listens.
    pub port: u16,
    /// Its process.
    pub pid: u32,
    /// From starting the process to its first answer.
    pub first_answer: Duration,
}

impl Runner {
    /// Starts it on any free port, and asks for the list of events.
    ///
    /// # Errors
    /// It doesn't start, or doesn't answer.
    pub async fn start(binary: &Path, data: &Path) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(binary)
            .args(["--no-build", "--port", "0", "--data"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|why| format!("the runner can't be started: {why}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no stdout")?).lines();
        let start = line_with(&mut lines, "Guestlist is running").await?;
        let port = start.rsplit(':').next().and_then(|port| port.trim_end_matches('/').parse().ok());
        let port = port.ok_or_else(|| format!("no port in {start:?}"))?;
        let mut client = Client::connect(port, Ipv4Addr::LOCALHOST).await?;
        client.send(&Ask::get("/api/events")).await?.expect(200)?;
        let first_answer = started.elapsed();
        let pid = child.id().ok_or("the runner has ended")?;
        Ok(Self { child, lines, port, pid, first_answer })
    }

    /// Waits until the city of the first start is built.
    ///
    /// # Errors
    /// It isn't, in three minutes.
    pub async fn city(&mut self) -> Result<()> {
        line_with(&mut self.lines, "The city is there").await.map(drop)
    }

    /// Waits until every queue is empty and nothing is being done; gives the CPU time that took.
    ///
    /// # Errors
    /// There is no end to it.
    pub async fn quiet(&self) -> Result<Duration> {
        let begun = Instant::now();
        let first = process::cpu(self.pid)?;
        let mut client = Client::connect(self.port, Ipv4Addr::LOCALHOST).await?;
        let mut still = 0;
        while begun.elapsed() < UNTIL_QUIET {
            let before = process::cpu(self.pid)?;
            sleep(Duration::from_millis(500)).await;
            let queues = client.send(&Ask::get("/dev/queues.json")).await?.expect(200)?;
            let busy = |queue: &Value| {
                // What waits in a queue of dead letters is nobody's work; here it is a fault.
                ["waiting", "delayed", "in_flight"].iter().any(|state| queue[state].as_u64() != Some(0))
            };
            let idle = process::cpu(self.pid)?.saturating_sub(before) <= Duration::from_millis(20);
            let empty = queues.as_array().is_some_and(|queues| !queues.is_empty() && !queues.iter().any(busy));
            still = if idle && empty { still + 1 } else { 0 };
            if still == 4 {
                return Ok(process::cpu(self.pid)?.saturating_sub(first));
            }
        }
        Err("the runner's queues don't run empty".into())
    }

    /// Ends it.
    ///
    /// # Errors
    /// It can't be ended.
    pub async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

async fn line_with(lines: &mut Lines<BufReader<ChildStdout>>, words: &str) -> Result<String> {
    let found = timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await? {
            if line.contains(words) {
                return Ok(line);
            }
        }
        Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
    });
    let found = found.await.map_err(|_| format!("the runner never says {words:?}"))?;
    Ok(found.map_err(|_| format!("the runner ended before it said {words:?}"))?)
}
