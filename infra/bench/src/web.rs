//! The attendees' app as its visitors get it: how much JavaScript the first load is, and what Lighthouse says of the release
//! runner's pages, seen from a phone.

use crate::client::{Ask, Client};
use crate::report::{Aim, Report, median};
use crate::runner::{Folder, Runner};
use crate::{Result, Scale};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const PART: &str = "web";
/// How much JavaScript the first load may be, compressed.
const MOST_SCRIPT: usize = 120_000;
/// What each of Lighthouse's scores should be at least.
const SCORE: u64 = 95;
/// Lighthouse's categories, and what they are called.
const CATEGORIES: [(&str, &str); 4] = [
    ("performance", "performance"),
    ("accessibility", "accessibility"),
    ("best-practices", "best practices"),
    ("seo", "SEO"),
];
/// Chromium and what is the same to Lighthouse, as systems name it.
const CHROMIUMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// What the browser is told: nothing leaves this machine.
const FLAGS: &str = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
                     --disable-component-update --disable-sync";
/// How long one run of Lighthouse may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// What Lighthouse saw of a page, once.
struct Look {
    scores: [u64; 4],
    script: usize,
}

/// Measures the app.
///
/// # Errors
/// It can't be built, or there is no browser.
pub async fn measure(report: &mut Report, binary: &Path, scale: Scale) -> Result<()> {
    let built = Command::new(binary).arg("--build-apps").status().await?;
    if !built.success() {
        return Err("the web apps can't be built".into());
    }
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let chromium = chromium().ok_or("there is no Chromium: install it, or name one in CHROMIUM")?;
    let (files, bytes) = entry(&web.join("attendee/dist"))?;
    let why = "look at what web/attendee/src/main.tsx imports before it is needed.";
    let words = format!("{:.1} kB in {files} file{}", kilobytes(bytes), if files == 1 { "" } else { "s" });
    report.row(
        PART,
        "JavaScript of the entry and what it imports, Brotli",
        words,
        Aim::of("120 kB", bytes <= MOST_SCRIPT, why),
    );

    let folder = Folder::beside(binary)?;
    let mut runner = Runner::start(binary, &folder.data()).await?;
    runner.city().await?;
    runner.quiet().await?;
    let mut client = Client::connect(runner.port, Ipv4Addr::LOCALHOST).await?;
    let listed = client.send(&Ask::get("/api/events")).await?.expect(200)?;
    let slug = listed.pointer("/items/0/slug").and_then(Value::as_str).ok_or("the city has no event")?;
    for (name, path) in [("home", "/".to_owned()), ("event page", format!("/e/{slug}"))] {
        let mut looks = Vec::new();
        for _ in 0..scale.of(3, 1) {
            looks.push(look(&web, &chromium, &format!("http://localhost:{}{path}", runner.port)).await?);
        }
        tell(report, name, &looks);
    }
    runner.stop().await?;
    report.note(format!(
        "Web: Lighthouse from web/node_modules in a fresh profile of the machine's Chromium, its own mobile setting (a slow \
         telephone and network, simulated), on the release runner after the city was built; the median of {} runs. The \
         JavaScript of a page is what it fetched, with headers, as compressed by the runner.",
        scale.of(3, 1),
    ));
    Ok(())
}

fn tell(report: &mut Report, name: &str, looks: &[Look]) {
    let scores: Vec<u64> =
        (0..CATEGORIES.len()).map(|at| median(&looks.iter().map(|look| look.scores[at]).collect::<Vec<_>>())).collect();
    let words: Vec<String> =
        CATEGORIES.iter().zip(&scores).map(|((_, name), score)| format!("{name} {score}")).collect();
    let why = "Lighthouse's own report says which audit costs points: npx lighthouse URL --view, in web/.";
    let aim = Aim::of(format!("{SCORE} each"), scores.iter().all(|score| *score >= SCORE), why);
    report.row(PART, format!("{name}, Lighthouse"), words.join(", "), aim);
    let script = median(&looks.iter().map(|look| look.script).collect::<Vec<_>>());
    let why = "look at what the page loads before it is needed.";
    let words = format!("{:.1} kB", kilobytes(script));
    report.row(PART, format!("{name}, JavaScript fetched"), words, Aim::of("120 kB", script <= MOST_SCRIPT, why));
}

/// How many files the app's entry and its static imports are, and how large when compressed.
fn entry(dist: &Path) -> Result<(usize, usize)> {
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(dist.join(".vite/manifest.json"))?)?;
    let (mut waiting, mut held, mut bytes) = (vec!["index.html".to_owned()], BTreeSet::new(), 0);
    while let Some(name) = waiting.pop() {
        if !held.insert(name.clone()) {
            continue;
        }
        let chunk = &manifest[&name];
        let file = chunk["file"].as_str().ok_or_else(|| format!("the manifest has no {name}"))?;
        bytes += usize::try_from(std::fs::metadata(dist.join(format!("{file}.br")))?.len())?;
        let imports = chunk["imports"].as_array().into_iter().flatten();
        waiting.extend(imports.filter_map(|name| name.as_str().map(str::to_owned)));
    }
    Ok((held.len(), bytes))
}

async fn look(web: &Path, chromium: &Path, url: &str) -> Result<Look> {
    let categories = CATEGORIES.map(|(id, _)| id).join(",");
    let run = Command::new("node")
        .arg(web.join("node_modules/lighthouse/cli/index.js"))
        .args([url, "--quiet", "--output=json", "--no-enable-error-reporting"])
        .args([format!("--only-categories={categories}"), format!("--chrome-flags={FLAGS}")])
        .env("CHROME_PATH", chromium)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output =
        tokio::time::timeout(PATIENCE, run).await.map_err(|_| format!("Lighthouse comes to no end with {url}"))??;
    if !output.status.success() {
        return Err(format!("Lighthouse failed with {url}").into());
    }
    let seen: Value = serde_json::from_slice(&output.stdout)?;
    if let Some(why) = seen.pointer("/runtimeError/message").and_then(Value::as_str) {
        return Err(format!("Lighthouse failed with {url}: {why}").into());
    }
    let mut scores = [0; 4];
    for (score, (id, _)) in scores.iter_mut().zip(CATEGORIES) {
        let share = seen["categories"][id]["score"].as_f64().ok_or_else(|| format!("Lighthouse gave no {id}"))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a hundred")]
        let points = (share * 100.0).round() as u64;
        *score = points;
    }
    let requests = seen.pointer("/audits/network-requests/details/items").and_then(Value::as_array);
    let scripts = requests.into_iter().flatten().filter(|request| request["resourceType"] == "Script");
    let script = scripts.filter_map(|request| request["transferSize"].as_u64()).sum::<u64>();
    Ok(Look { scores, script: usize::try_from(script)? })
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").filter(|named: &OsString| !named.is_empty());
    named.map(PathBuf::from).or_else(|| {
        let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
        CHROMIUMS.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
    })
}

#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1e3
}
