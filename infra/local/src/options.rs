//! The command line.

use crate::failure::Failure;
use lexopt::prelude::{Long, Short, ValueExt as _};
use std::ffi::OsString;
use std::path::PathBuf;

/// What the runner was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The port for people; 0 takes any free one.
    pub port: u16,
    /// Where everything is kept; `None` keeps nothing.
    pub data: Option<PathBuf>,
    /// Whether to delete what an earlier run kept.
    pub fresh: bool,
    /// Whether an empty house is filled with a small living city.
    pub seed: bool,
    /// Whether the log goes to the console.
    pub verbose: bool,
    /// The folder from which the web apps' sources are looked for, upwards; `None` leaves the apps out.
    pub web: Option<PathBuf>,
    /// Whether to build the web apps where they aren't built of the present sources.
    pub build: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 4040,
            data: Some(PathBuf::from(".guestlist")),
            fresh: false,
            seed: true,
            verbose: false,
            web: Some(PathBuf::from(".")),
            build: true,
        }
    }
}

/// What to do: run, or only say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start the runner.
    Run(Options),
    /// Build the web apps and end.
    BuildApps,
    /// Print this and end.
    Say(String),
}

/// What `--help` prints.
pub const HELP: &str = "\
Guestlist, all of it, on this machine: the web apps, the functions, DynamoDB, queues, schedules and a mailbox.

Usage: guestlist [--port N] [--data DIR | --memory] [--fresh] [--no-seed]
                 [--no-web | --no-build] [--verbose]
       guestlist --build-apps

  --port N      the port on 127.0.0.1 (default 4040; 0 takes any free one)
  --data DIR    where everything is kept (default .guestlist)
  --memory      keep nothing: all is gone when it stops
  --fresh       delete what an earlier run kept in the data folder, and start over
  --no-seed     start with an empty house instead of a small living city of events
  --no-web      leave out the web apps: build nothing, serve only the rest
  --no-build    serve the web apps as they were last built, whatever became of their sources
  --build-apps  build the web apps, where they aren't built of the present sources yet, and end
  --verbose     print the functions' log lines here instead of DIR/log.jsonl
  --help        this
  --version     the version
";

impl Command {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// A sentence about the first argument that isn't understood.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Failure> {
        let mut parser = lexopt::Parser::from_args(arguments);
        let mut options = Options::default();
        let mut memory = false;
        let mut data = false;
        let mut build_apps = false;
        while let Some(argument) = parser.next().map_err(|error| usage(&error))? {
            match argument {
                Long("port") | Short('p') => {
                    let value = parser.value().map_err(|error| usage(&error))?;
                    options.port = value.parse().map_err(|_| {
                        Failure::Usage(format!("{} is no port; a port is a number up to 65535.", value.display()))
                    })?;
                }
                Long("data") => {
                    options.data = Some(parser.value().map_err(|error| usage(&error))?.into());
                    data = true;
                }
                Long("memory") => memory = true,
                Long("fresh") => options.fresh = true,
                Long("no-seed") => options.seed = false,
                Long("no-web") => options.web = None,
                Long("no-build") => options.build = false,
                Long("build-apps") => build_apps = true,
                Long("verbose") | Short('v') => options.verbose = true,
                Long("help") | Short('h') => return Ok(Self::Say(HELP.to_owned())),
                Long("version") | Short('V') => {
                    return Ok(Self::Say(format!("guestlist {}\n", env!("CARGO_PKG_VERSION"))));
                }
                other => return Err(usage(&other.unexpected())),
            }
        }
        if memory && data {
            return Err(Failure::Usage("--memory keeps nothing, so it can't go with --data.".to_owned()));
        }
        if memory {
            options.data = None;
        }
        if build_apps {
            return Ok(Self::BuildApps);
        }
        Ok(Self::Run(options))
    }
}

fn usage(error: &lexopt::Error) -> Failure {
    let said = error.to_string();
    let mut letters = said.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    Failure::Usage(format!("{first}{}.", letters.as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn read(line: &str) -> Result<Command, Failure> {
        Command::read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_command_line_is_read() {
        assert_eq!(read("").unwrap(), Command::Run(Options::default()));
        let options = Options {
            port: 0,
            data: Some("x".into()),
            fresh: true,
            seed: false,
            verbose: true,
            web: None,
            build: false,
        };
        assert_eq!(
            read("--port 0 --data x --fresh --no-seed --verbose --no-web --no-build").unwrap(),
            Command::Run(options)
        );
        assert_eq!(read("--memory").unwrap(), Command::Run(Options { data: None, ..Options::default() }));
        assert_eq!(read("--build-apps").unwrap(), Command::BuildApps);
        assert!(matches!(read("--help").unwrap(), Command::Say(help) if help.contains("--fresh")));
        assert!(matches!(read("--version").unwrap(), Command::Say(version) if version.starts_with("guestlist ")));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, word) in [
            ("--prot 1", "prot"),
            ("--port x", "x is no port"),
            ("--port", "port"),
            ("city", "city"),
            ("--memory --data x", "--memory"),
        ] {
            let said = read(line).unwrap_err().to_string();
            assert!(said.contains(word) && said.contains("--help"), "{line}: {said}");
        }
    }
}
