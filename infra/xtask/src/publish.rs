//! `cargo xtask publish-web`: builds the web apps and puts them where CloudFront gives them out, with the headers that the runner
//! gives them (`infra/local/src/apps/serve.rs`). It asks AWS through its own CLI. With `--built` it builds nothing: the workflow
//! builds where packages' own code finds no credentials (`.github/workflows/deploy.yml`).
//!
//! What pages refer to goes up before the pages, and nothing is taken away: a page that somebody opened before goes on finding
//! what it is made of. A release is some 2 MB, so a thousand of them cost five cents a month.

use crate::aws::ask;
use crate::{Result, web};
use functions::pages::app_cache;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The apps: where each is built, and under what its files lie in the bucket.
const APPS: [(&str, &str); 2] = [("web/attendee/dist", ""), ("web/organizer/dist", "organize/")];

/// When a file goes up. Each waits for what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// What has its content's hash in its name: nobody asks for it yet.
    Hashed,
    /// Icons and fonts.
    Plain,
    /// Scripts and styles whose names stay.
    Code,
    /// Pages.
    Page,
    /// Service workers, which fetch all of it anew.
    Worker,
}

/// Files that go up in one call: those of one app that are sent with the same headers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Batch {
    turn: Turn,
    app: (&'static str, &'static str),
    media: &'static str,
    cache: &'static str,
}

/// Builds the apps and publishes them at a stage, as [`upload`] does.
///
/// # Errors
/// They can't be built, there is no such deployment, or AWS says no.
pub fn publish(root: &Path, aws: &Path, stage: &str) -> Result<String> {
    if !root.join("web/node_modules").is_dir() {
        web::npm(root, &["ci", "--no-audit", "--no-fund"], &[])?;
    }
    web::npm(root, &["run", "build"], &[])?;
    upload(root, aws, stage)
}

/// Publishes what is built. Gives a line that says what was done.
///
/// # Errors
/// Nothing is built, there is no such deployment, or AWS says no.
pub fn upload(root: &Path, aws: &Path, stage: &str) -> Result<String> {
    let batches = batches(root)?;
    let output = |name: &str| {
        let stack = format!("guestlist-{stage}");
        let query = format!("Stacks[0].Outputs[?OutputKey=='{name}'].OutputValue");
        let said = ask(aws, &["cloudformation", "describe-stacks", "--stack-name", &stack, "--query", &query], None)?;
        if said.is_empty() { Err(format!("the stack {stack} puts out no {name}")) } else { Ok(said) }
    };
    let (bucket, distribution) = (output("WebBucket")?, output("DistributionId")?);
    // In the order of their turns.
    for (Batch { app: (built, under), media, cache, .. }, files) in &batches {
        let (from, to) = (root.join(built), format!("s3://{bucket}/{under}"));
        let from = from.to_string_lossy();
        let mut arguments = vec!["s3", "cp", &from, &to, "--recursive", "--no-progress", "--only-show-errors"];
        arguments.extend(["--content-type", media, "--cache-control", cache, "--exclude", "*"]);
        arguments.extend(files.iter().flat_map(|file| ["--include", file.as_str()]));
        ask(aws, &arguments, None)?;
    }
    let stale = stale(&batches);
    let mut arguments = vec!["cloudfront", "create-invalidation", "--distribution-id", &distribution, "--paths"];
    arguments.extend(stale.iter().map(String::as_str));
    ask(aws, &arguments, None)?;
    let count: usize = batches.values().map(Vec::len).sum();
    Ok(format!("{count} files are in {bucket}; CloudFront asks anew for the {} whose names stay", stale.len()))
}

/// The paths at which something else may be now.
fn stale(batches: &BTreeMap<Batch, Vec<String>>) -> Vec<String> {
    let named = batches.iter().filter(|(batch, _)| batch.turn != Turn::Hashed);
    let files = named
        .flat_map(|(Batch { app: (_, under), .. }, files)| files.iter().map(move |file| format!("/{under}{file}")));
    APPS.iter().map(|(_, under)| format!("/{under}")).chain(files).collect()
}

/// All files, by how they are sent.
fn batches(root: &Path) -> Result<BTreeMap<Batch, Vec<String>>> {
    let mut batches: BTreeMap<Batch, Vec<String>> = BTreeMap::new();
    for app in APPS {
        let folder = root.join(app.0);
        if !folder.join("index.html").is_file() {
            return Err(format!("{} isn't built: there is no index.html", app.0));
        }
        for file in files(&folder, &folder)? {
            let media = media(&file)?;
            let cache = app_cache(&format!("/{file}"));
            let turn = turn(&file, media, cache);
            batches.entry(Batch { turn, app, media, cache }).or_default().push(file);
        }
    }
    Ok(batches)
}

fn turn(file: &str, media: &str, cache: &str) -> Turn {
    match media {
        _ if cache.ends_with("immutable") => Turn::Hashed,
        _ if file == "sw.js" => Turn::Worker,
        "text/html; charset=utf-8" | "application/manifest+json" => Turn::Page,
        "text/javascript; charset=utf-8" | "text/css; charset=utf-8" | "application/wasm" => Turn::Code,
        _ => Turn::Plain,
    }
}

/// What a file is, by its name. One that isn't known would be shown as a download.
fn media(file: &str) -> Result<&'static str> {
    Ok(match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => return Err(format!("{file}: teach infra/xtask/src/publish.rs what this is")),
    })
}

/// The files of a folder by their paths within `root`, sorted; without what builds leave for themselves (names with a dot in front)
/// and what is compressed, which CloudFront does itself.
fn files(root: &Path, folder: &Path) -> Result<Vec<String>> {
    let unreadable = |why: std::io::Error| format!("{} can't be read: {why}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(unreadable)?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        if path.is_symlink() {
            return Err(format!(
                "{} leads elsewhere, and would be sent from there: a build makes no links",
                path.display()
            ));
        }
        if path.is_dir() {
            found.extend(files(root, &path)?);
        } else {
            let within = path.strip_prefix(root).map_err(|why| why.to_string())?;
            found.push(within.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(found)
}
