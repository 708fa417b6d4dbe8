//! The secret by which the API knows that a request came through CloudFront: made and rotated in SSM's Parameter Store. Called by
//! `cargo xtask keys`.
//!
//! The template names CloudFront's secret and the hashes that functions take by one version (`OriginVersion`), so both always have
//! the same. The secrets to come are made some rotations ahead, and their hashes are deployed with those of the present one and of
//! the ones before: whatever order a stack is updated in, and had it been rotated some times since, whoever sends one is heard. It is
//! never rotated to one that the functions in use don't take.

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
/// What the functions in use take: a copy of the hashes that the stack makes (`OriginHashes` in infra/aws/edge.yaml).
const DEPLOYED: &str = "origin-hashes-deployed";

/// How many secrets are made ahead: it can be rotated as often between two deployments, and is then refused.
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
    /// The same, but the secret was there and stays.
    Mended(u64),
    /// The next is in its place.
    Rotated(u64),
    /// It stays, as the functions in use don't take the next. They will, once this version is deployed.
    Ahead(u64),
}

/// Makes what is missing of a stage's secret; with `rotate`, puts the next in its place. Gives a line that says what was done and
/// what to deploy.
///
/// # Errors
/// AWS says no: what was begun is ended by the next call. Or it can't be rotated before it is deployed.
pub fn make(aws: &Path, stage: &str, rotate: bool) -> Result<String> {
    let parameters = Parameters { aws, stage };
    let keep = || {
        let failed =
            |why| format!("the origin secret can't be kept: {why}. What was begun does no harm: run this again.");
        parameters.keep(rotate).map_err(failed)
    };
    let mut kept = keep()?;
    // The secret is still the one of before, and whoever rotates may do so because others have it.
    if let (true, Kept::Mended(_)) = (rotate, &kept) {
        kept = keep()?;
    }
    let (done, version) = match kept {
        Kept::There(version) => ("there already", version),
        Kept::Mended(_) if rotate => {
            return Err(
                "the origin secret isn't rotated yet: somebody else changes it just now. Run this again.".to_owned()
            );
        }
        Kept::Made(version) | Kept::Mended(version) => ("made", version),
        Kept::Rotated(version) => ("rotated", version),
        Kept::Ahead(version) => {
            return Err(format!(
                "the origin secret isn't rotated, since the functions in use don't take the next one yet. First deploy with \
                 OriginVersion={version}, then run this again."
            ));
        }
    };
    Ok(format!("origin secret: {done} (OriginVersion={version})"))
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
        if let (true, Some(version), Some(next)) = (rotates, version(&secret), next.first())
            && !self.is_taken(next)?
        {
            return Ok(Kept::Ahead(version));
        }
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
            (false, true) => Kept::Mended(sent),
            (false, false) => Kept::Made(sent),
        })
    }

    /// Whether the functions in use take a secret. Where none are deployed nobody is turned away.
    fn is_taken(&self, secret: &str) -> Result<bool> {
        let deployed = self.get(DEPLOYED)?;
        Ok(deployed.is_none_or(|(_, hashes)| list(Some(hashes)).contains(&hash(secret))))
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
