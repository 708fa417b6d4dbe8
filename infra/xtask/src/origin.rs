//! The secret by which the API knows that a request came through CloudFront: made and rotated in SSM's Parameter Store. Called by
//! `cargo xtask keys`.
//!
//! The template names CloudFront's secret and the hashes that functions take by one version (`OriginVersion`), so both always have
//! the same. The secrets to come are made some rotations ahead, and their hashes are deployed with those of the present one and of
//! the ones before: whatever order a stack is updated in, and had it been rotated some times since, whoever sends one is heard.

use crate::Result;
use crate::aws::ask;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use std::path::Path;

/// What CloudFront sends.
const SECRET: &str = "origin-secret";
/// What the functions take.
const HASHES: &str = "origin-hashes";
/// What CloudFront is going to send after the next rotations, with commas between them.
const NEXT: &str = "origin-next";

/// How many secrets are made ahead: as often can it be rotated between two deployments.
const AHEAD: usize = 5;
/// How many hashes functions are given: the present one, those to come and those of before. All variables of a function together
/// may have 4 KB (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>); these have 1.3.
const TAKEN: usize = 20;

/// A stage's parameters.
struct Parameters<'a> {
    aws: &'a Path,
    stage: &'a str,
}

/// A parameter's version and value.
type Held = (u64, String);

impl Parameters<'_> {
    fn path(&self, name: &str) -> String {
        format!("/guestlist/{}/{name}", self.stage)
    }

    fn get(&self, name: &str) -> Result<Option<Held>> {
        let query = "Parameter.[Version,Value]";
        let arguments = ["ssm", "get-parameter", "--name", &self.path(name), "--with-decryption", "--query", query];
        let said = match ask(self.aws, &arguments, None) {
            Err(why) if why.contains("ParameterNotFound") => return Ok(None),
            said => said?,
        };
        let held = said
            .split_once(char::is_whitespace)
            .and_then(|(version, value)| Some((version.parse().ok()?, value.trim().to_owned())));
        held.map(Some).ok_or_else(|| format!("{} can't be read: AWS gave no version and value of it", self.path(name)))
    }

    /// Gives the version that it now has.
    fn put(&self, name: &str, kind: &str, value: &str) -> Result<u64> {
        let path = self.path(name);
        let arguments = ["ssm", "put-parameter", "--name", &path, "--type", kind, "--overwrite"];
        // The CLI reads the file of a single value once. (That of --cli-input-json it reads twice, which a pipe can't give.)
        let given = ["--value", "file:///dev/stdin", "--query", "Version"];
        let said = ask(self.aws, &[&arguments[..], &given].concat(), Some(value))?;
        said.parse().map_err(|_| format!("{path} has no version: {said:?}"))
    }
}

/// What became of a secret, with the version to deploy.
enum Kept {
    /// It was whole, and stays.
    There(u64),
    /// What was missing is made; nothing of it is deployed yet.
    Made(u64),
    /// The same, but the secret was there and stays; `known` says whether functions may have been deployed that take the next.
    Mended { version: u64, known: bool },
    /// The next is in its place.
    Rotated(u64),
}

/// Makes what is missing of a stage's secret; with `rotate`, puts the next in its place. Gives a line that says what was done and
/// what to deploy.
///
/// # Errors
/// AWS says no. What was begun is ended by the next call.
pub fn make(aws: &Path, stage: &str, rotate: bool) -> Result<String> {
    let parameters = Parameters { aws, stage };
    let mut kept = parameters.keep(rotate)?;
    // The secret is still the one of before, and whoever rotates may do so because others have it.
    if let (true, Kept::Mended { known: true, .. }) = (rotate, &kept) {
        kept = parameters.keep(true)?;
    }
    let (done, version) = match kept {
        Kept::There(version) => return Ok(format!("origin secret: there already (OriginVersion={version})")),
        Kept::Mended { version, .. } if rotate => {
            return Err(format!(
                "it isn't rotated yet, since what was made ahead of it was lost and is made anew. First deploy with \
                 OriginVersion={version}, so that the functions take what comes"
            ));
        }
        Kept::Made(version) | Kept::Mended { version, .. } => ("made", version),
        Kept::Rotated(version) => ("rotated", version),
    };
    let then = match version {
        1 => String::new(),
        _ => format!(": deploy with that before it is rotated {AHEAD} times more"),
    };
    Ok(format!("origin secret: {done} (OriginVersion={version}{then})"))
}

impl Parameters<'_> {
    /// One step: mends what isn't whole, or rotates what is.
    fn keep(&self, rotate: bool) -> Result<Kept> {
        let (secret, hashes) = (self.get(SECRET)?, self.get(HASHES)?);
        let value = |held: &Option<Held>| held.as_ref().map(|(_, value)| value.clone());
        let version = |held: &Option<Held>| held.as_ref().map(|(version, _)| *version);
        let (present, before) = (value(&secret), list(value(&hashes)));
        // What was to come and is in use already: a rotation that didn't end.
        let next = list(value(&self.get(NEXT)?)).into_iter().filter(|next| Some(next) != present.as_ref());
        let mut next: Vec<String> = next.take(AHEAD).collect();

        let whole = version(&secret) == version(&hashes)
            && next.len() == AHEAD
            && present.iter().chain(&next).all(|one| before.contains(&hash(one)));
        if let (true, false, Some(version)) = (whole, rotate, version(&secret)) {
            return Ok(Kept::There(version));
        }
        let (rotates, was_there) = (rotate && whole, present.is_some());
        let known = next.first().is_some_and(|next| before.contains(&hash(next)));
        let now = if rotates { Some(next.remove(0)) } else { present };
        let now = now.map_or_else(random, Ok)?;
        while next.len() < AHEAD {
            next.push(random()?);
        }
        let mut hashes: Vec<String> = std::iter::once(&now).chain(&next).map(|one| hash(one)).collect();
        let older: Vec<String> = before.into_iter().filter(|hash| !hashes.contains(hash)).collect();
        hashes.extend(older);
        hashes.truncate(TAKEN);
        let hashes = hashes.join(",");
        // The hashes first: who is taken may be told before who asks.
        let mut taken = self.put(HASHES, "String", &hashes)?;
        let mut sent = self.put(SECRET, "String", &now)?;
        // A call that was cut off left one behind the other.
        while taken < sent {
            taken = self.put(HASHES, "String", &hashes)?;
        }
        while sent < taken {
            sent = self.put(SECRET, "String", &now)?;
        }
        self.put(NEXT, "SecureString", &next.join(","))?;
        Ok(match (rotates, was_there) {
            (true, _) => Kept::Rotated(sent),
            (false, true) => Kept::Mended { version: sent, known },
            (false, false) => Kept::Made(sent),
        })
    }
}

/// What stands in a parameter with commas between.
fn list(value: Option<String>) -> Vec<String> {
    value.unwrap_or_default().split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

fn random() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| "the system gives no random bytes".to_owned())?;
    Ok(hex(&bytes))
}

fn hash(secret: &str) -> String {
    hex(digest(&SHA256, secret.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
