//! The web apps: where their sources are, whether what was built is built of them, and what is being done about that.

mod build;
pub(crate) mod serve;
mod sources;

use crate::handler::Stop;
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The file beside a built app that says of which sources it was built. The next build empties the folder, and this with it.
const STAMP: &str = ".built-from";

/// One of the two apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// For those who come.
    Attendee,
    /// For those who invite; the door scanner is a part of it.
    Organizer,
}

impl App {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Attendee, Self::Organizer];

    /// Where it is built, within the folder `web`.
    fn folder(self) -> &'static str {
        match self {
            Self::Attendee => "attendee/dist",
            Self::Organizer => "organizer/dist",
        }
    }

    /// The path that it lies under.
    pub fn base(self) -> &'static str {
        match self {
            Self::Attendee => "/",
            Self::Organizer => "/organize/",
        }
    }
}

/// Where the apps stand.
#[derive(Clone, Debug)]
pub enum State {
    /// Left out, or their sources aren't here.
    Absent,
    /// Built of the present sources.
    Ready,
    /// Not yet: this is being done, since then.
    Working {
        /// What is being done.
        what: &'static str,
        /// Since when.
        since: Instant,
    },
    /// They can't be built.
    Failed(Trouble),
}

/// Why the apps can't be built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// What went wrong, as a sentence.
    pub what: String,
    /// What the tool said, its first and last lines.
    pub said: Vec<String>,
    /// What to do about it.
    pub remedy: String,
    /// What says all of it, in the folder `web`; empty where there is no more to say.
    pub command: String,
}

impl Trouble {
    fn files(error: &io::Error) -> Self {
        Self {
            what: format!("The folder web can't be worked in: {error}."),
            said: Vec::new(),
            remedy: "Mend that, then start again.".to_owned(),
            command: String::new(),
        }
    }
}

/// The apps of one runner.
#[derive(Clone, Debug)]
pub struct Apps {
    /// The folder `web`; `None` when there are no apps here.
    web: Option<PathBuf>,
    state: Arc<watch::Sender<State>>,
}

impl Apps {
    /// Looks from a folder upwards for the apps' sources, and whether what is built is built of them. Where they may not be
    /// built, what was built of any sources will do.
    pub fn open(from: Option<&Path>, may_build: bool) -> Self {
        let web = from.and_then(find);
        let state = match &web {
            None => State::Absent,
            Some(web) if is_built(web) => State::Ready,
            Some(_) if may_build => State::Working { what: "about to be built", since: Instant::now() },
            Some(web) if App::ALL.iter().all(|app| web.join(app.folder()).join("index.html").is_file()) => State::Ready,
            Some(_) => State::Failed(Trouble {
                what: "The web apps were never built, and --no-build builds nothing.".to_owned(),
                said: Vec::new(),
                remedy: "Start without it.".to_owned(),
                command: String::new(),
            }),
        };
        Self { web, state: Arc::new(watch::Sender::new(state)) }
    }

    /// Where they stand now.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Builds them, where they aren't built of the present sources, and says on the terminal what it does.
    ///
    /// # Errors
    /// Why they can't be built.
    pub async fn build(&self) -> Result<(), Trouble> {
        let (Some(web), State::Working { .. }) = (&self.web, self.state()) else { return Ok(()) };
        let begun = Instant::now();
        let tell = |what: &'static str| {
            say(what);
            self.state.send_replace(State::Working { what, since: Instant::now() });
        };
        let built = build::build(web, &tell).await;
        match &built {
            Ok(()) => {
                say(&format!("built in {}", seconds(begun.elapsed())));
                self.state.send_replace(State::Ready);
            }
            Err(trouble) => {
                warn(web, trouble);
                self.state.send_replace(State::Failed(trouble.clone()));
            }
        }
        built
    }

    /// Builds them unless it is asked to stop; then the tools end at once.
    pub(crate) async fn build_until(self, mut stop: Stop) {
        tokio::select! {
            // Why it failed is said by then.
            built = self.build() => if built.is_err() {
                eprintln!("              Everything else is served.");
            },
            () = stop.requested() => {}
        }
    }
}

/// One line on the terminal, like those of the start.
fn say(what: &str) {
    println!("  Apps        {what}");
}

fn warn(web: &Path, trouble: &Trouble) {
    for line in &trouble.said {
        eprintln!("    {line}");
    }
    eprintln!("  Apps        {} {}", trouble.what, trouble.remedy);
    if !trouble.command.is_empty() {
        eprintln!("              To see all of it: cd {} && {}", web.display(), trouble.command);
    }
}

/// `0.4 s`, `14 s`.
fn seconds(span: Duration) -> String {
    if span < Duration::from_secs(10) {
        format!("{:.1} s", span.as_secs_f64())
    } else {
        format!("{} s", span.as_secs())
    }
}

/// The folder `web` in the first folder upwards that holds it and the description of the API that it is built with.
fn find(from: &Path) -> Option<PathBuf> {
    let from = from.canonicalize().ok()?;
    let root =
        from.ancestors().find(|root| root.join("web/package.json").is_file() && root.join("openapi.json").is_file())?;
    Some(root.join("web"))
}

fn is_built(web: &Path) -> bool {
    let Ok(sources) = sources::fingerprint(web) else { return false };
    App::ALL.iter().all(|app| {
        let folder = web.join(app.folder());
        folder.join("index.html").is_file()
            && std::fs::read_to_string(folder.join(STAMP)).is_ok_and(|built_from| built_from == sources)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_millis(14_900)), "14 s");
    }
}
