//! ministack, started and stopped.

use crate::keys::Account;
use crate::{Result, read};
use serde_json::json;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where it says that it is; any would do.
pub const REGION: &str = "eu-central-1";
/// The key of whoever owns the account: ministack checks no signature of it.
pub const ROOT_KEY: &str = "test";

/// How long it may take to listen.
const START: Duration = Duration::from_secs(60);
/// How many lines of its log are told when something fails.
const LAST_WORDS: usize = 20;

/// A running ministack. It and all that it started end when this is dropped, or when this process ends however it may.
pub struct StandIn {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl StandIn {
    /// Starts it, empty, on a free port of loopback; what it keeps on disk is in `folder`.
    pub fn start(root: &Path, bin: &Path, folder: &Path) -> Result<Self> {
        let said = |why: std::io::Error| format!("{} can't be made: {why}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(said)?;
        }
        for name in ["mails", "tmp"] {
            fs::create_dir_all(folder.join(name)).map_err(said)?;
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = free.map_err(|why| format!("there is no free port: {why}"))?.port();
        let log = File::create(folder.join("ministack.log")).map_err(said)?;
        let mut command = Command::new(bin.join("python"));
        command
            .arg(root.join("infra/xtask/src/cloud/stand_in.py"))
            .arg(folder.join("mails"))
            .env_clear()
            .envs(environment(folder))
            .envs(settings(port))
            // It ends with this pipe.
            .stdin(Stdio::piped())
            .stdout(log.try_clone().map_err(said)?)
            .stderr(log);
        // Or with its group, which the functions' processes are in.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = command.spawn().map_err(|why| format!("ministack can't be started: {why}"))?;
        let mut stand_in = Self { process, port, folder: folder.to_owned() };
        stand_in.wait()?;
        Ok(stand_in)
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) || begun.elapsed() > START {
                return Err(format!("ministack doesn't listen:\n{}", self.last_words()));
            }
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where all of AWS is.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The folder with a file per mail.
    pub fn mails(&self) -> PathBuf {
        self.folder.join("mails")
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("ministack.log")
    }

    /// The end of its log, as far as it tells of trouble.
    pub fn last_words(&self) -> String {
        let log = read(&self.log()).unwrap_or_default();
        // It introduces itself at length before it listens.
        let heard = log.lines().skip_while(|line| !line.contains("Running on"));
        // The functions' own lines, in JSON, are told from their logs.
        let mut lines: Vec<&str> = heard.filter(|line| !line.contains("INFO") && !line.starts_with('{')).collect();
        if lines.is_empty() {
            lines = log.lines().collect();
        }
        lines.drain(..lines.len().saturating_sub(LAST_WORDS));
        lines.join("\n")
    }

    /// A command that talks to it as who owns the account.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(environment(&self.folder)).env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    /// The AWS CLI, as it is after whoever owns the account has logged in with it: for commands that take it as a program.
    pub fn aws(&self, bin: &Path) -> Result<PathBuf> {
        let mut script = "#!/bin/sh\n".to_owned();
        for (name, value) in environment(&self.folder) {
            script += &format!("export {name}='{value}'\n");
        }
        // Bridge: PyPI has version 1 of the CLI only, which doesn't know this command of version 2.
        let credentials = json!({ "Version": 1, "AccessKeyId": ROOT_KEY, "SecretAccessKey": ROOT_KEY });
        script += &format!("[ \"$1 $2\" = 'configure export-credentials' ] && echo '{credentials}' && exit\n");
        // Bridge: it asks SQS at an old address, whatever AWS_ENDPOINT_URL says; so it is told by the option.
        let endpoint = self.endpoint();
        script += &format!("exec '{}' --endpoint-url '{endpoint}' \"$@\"\n", bin.join("aws").display());
        let file = self.folder.join("aws");
        // Written once: somebody may be running it.
        if !file.exists() {
            let failed = |why: std::io::Error| format!("{} can't be made: {why}", file.display());
            fs::write(&file, script).map_err(failed)?;
            #[cfg(unix)]
            fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(failed)?;
        }
        Ok(file)
    }

    /// The account, for commands that keep its secrets.
    pub fn account(&self, bin: &Path) -> Result<Account> {
        Ok(Account { aws: self.aws(bin)?, region: Some(REGION.to_owned()), endpoint: Some(self.endpoint()) })
    }

    /// Stops it and all functions.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let begun = Instant::now();
        while self.process.try_wait().is_ok_and(|ended| ended.is_none()) && begun.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(20));
        }
        // It ends its group itself, unless it crashed or hangs: then what it started is still there.
        let group = format!("kill -s KILL -- -{} 2> /dev/null", self.process.id());
        drop(Command::new("sh").args(["-c", &group]).status());
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// What each command gets of this machine's environment: nothing but the way to programs.
fn environment(folder: &Path) -> [(&'static str, String); 8] {
    let folder = |name: &str| folder.join(name).to_string_lossy().into_owned();
    [
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("HOME", folder("tmp")),
        ("TMPDIR", folder("tmp")),
        ("STATE_DIR", folder("tmp")),
        ("AWS_ACCESS_KEY_ID", ROOT_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", ROOT_KEY.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ]
}

/// How ministack is set up. The functions' processes inherit it, and find the services by it.
fn settings(port: u16) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("GATEWAY_PORT", port.to_string()),
        // It listens on every address otherwise, and on a second port for things.
        ("BIND_HOST", Ipv4Addr::LOCALHOST.to_string()),
        ("IOT_MTLS_ENABLED", "0".to_owned()),
        ("SFTP_ENABLED", "0".to_owned()),
        ("MINISTACK_REGION", REGION.to_owned()),
        // Functions act as their roles, and may do what those grant and nothing else.
        ("AUTH", "true".to_owned()),
    ];
    let services = [
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_ENDPOINT_URL_SQS",
        "AWS_ENDPOINT_URL_SESV2",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SSM",
    ];
    settings.extend(services.map(|name| (name, format!("http://127.0.0.1:{port}"))));
    settings
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;
    use std::os::unix::process::CommandExt;
    use std::sync::mpsc::channel;

    #[test]
    fn what_a_crashed_stand_in_has_started_ends_with_it() {
        let mut process = Command::new("sh")
            .args(["-c", "sleep 600 & exit 1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut held = process.stdout.take().unwrap();
        drop(StandIn { process, port: 0, folder: PathBuf::new() });
        // Who holds the other end of this pipe lives.
        let (ended, heard) = channel();
        std::thread::spawn(move || ended.send(held.read_to_end(&mut Vec::new())));
        assert!(heard.recv_timeout(Duration::from_secs(10)).is_ok());
    }
}
