//! The Lambda binary from nothing to its first answer, under a Runtime API, over TLS: on a whole CPU, and on the share of one that
//! a function of 256 MB gets.

use crate::lambda::request;
use crate::report::{Aim, Report, mb, median, ms};
use crate::scene::Scene;
use crate::share::{MB_PER_CPU, Share};
use crate::{Result, Scale, process};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testbed::LambdaProcess;
use testbed::runtime_api::Launch;

const PART: &str = "cold start";
/// What nearly every function has.
const MEMORY_MB: u32 = 256;
/// The longest that anybody should wait for a first answer there.
const LONGEST: Duration = Duration::from_millis(60);

/// Some cold starts.
#[derive(Debug, Default)]
struct Starts {
    ready: Vec<Duration>,
    first: Vec<Duration>,
    whole: Vec<Duration>,
    cpu_at_ready: Vec<Duration>,
    cpu_at_first: Vec<Duration>,
    second: Vec<Duration>,
    peak: Vec<u64>,
}

/// When a process gets no more than its share.
#[derive(Clone, Copy)]
enum Limit<'a> {
    Never,
    /// From its first invocation on: Lambda gives a whole CPU to what comes before.
    Handler(&'a Share),
    /// From its first instruction on.
    Always(&'a Share),
}

/// Starts the binary again and again.
///
/// # Errors
/// It doesn't start, or answers otherwise than it should.
pub async fn measure(report: &mut Report, binary: &Path, scale: Scale) -> Result<()> {
    let scene = Scene::set(binary).await?;
    let count = scale.of(30, 3);
    let (openapi, user) = (
        vec![request("GET", "/openapi.json", "/openapi.json", None, &Value::Null); count],
        vec![
            request("GET", "/api/users/{user}", &format!("/api/users/{}", scene.organizer.id), None, &Value::Null);
            count
        ],
    );
    let around = &scene.around;
    let (plain, reader) = (around.launch("read_openapi"), around.launch("read_user"));
    let alone = start_all(&plain, &openapi, Limit::Never).await?;
    let connected = start_all(&reader, &user, Limit::Never).await?;
    tell(report, &alone, &connected);
    let trusting = start_all(&around.trusting_ours(reader.clone()), &user, Limit::Never).await?;
    let open = start_all(&around.in_the_clear(around.trusting_ours(reader.clone())), &user, Limit::Never).await?;
    tell_where(report, process_alone(binary, count)?, [&alone, &open, &trusting, &connected]);
    match Share::of(MEMORY_MB) {
        Ok(share) => tell_share(report, &scene, &share, &user).await?,
        Err(why) => report.row(PART, "on the share of 256 MB", format!("not measured: {why}"), Aim::None),
    }
    tell_sizes(report, binary)?;
    let authorities = around.authorities;
    report.note(format!(
        "Cold start: the median of {count} starts of `bootstrap` as it ships, as `read_openapi` (which touches no table), as \
         `read_user` and as `book_place`, under a Runtime API on loopback, environment cleared as Lambda does it. `read_user` \
         opens its connection to DynamoDB before it says that it is ready, as every function with tables does: one `GetItem` \
         over a new TLS 1.3 connection (ECDSA P-256, one certificate, {authorities} trusted authorities read from a file) to the \
         embedded DynamoDB; its first answer is one more over the same. `book_place` opens one to Parameter Store beside it, for \
         the key that signs tickets. Ready is from starting the process to its first call for an invocation; CPU is that of all \
         its threads from the start on. Where it goes is told by leaving parts out: a process that ends at once, one without \
         tables, one with tables in the clear, one that trusts our own certificate alone, and all of it; each line is what its \
         step takes more CPU than the one before (the first is wall time). The share is enforced by the kernel: {MEMORY_MB} of \
         {MB_PER_CPU} of a CPU in every 20 ms. Lambda gives a whole CPU until a process is ready, so that the share begins with \
         the first invocation; the lines with everything on the share are what a start costs at the worst, with the shell that \
         puts the process there. Not in it: the sandbox, the download of the zip, and the network.",
    ));
    Ok(())
}

async fn start_all(launch: &Launch, inputs: &[Value], limit: Limit<'_>) -> Result<Starts> {
    let mut starts = Starts::default();
    let mut launch = launch.clone();
    if let Limit::Always(share) = limit {
        launch.binary = share.around(&launch.binary)?;
    }
    for input in inputs {
        let begun = Instant::now();
        let mut lambda = LambdaProcess::start(&launch).await?;
        let pid = lambda.id().ok_or("the process has ended")?;
        starts.cpu_at_ready.push(process::young_cpu(pid)?);
        starts.ready.push(lambda.ready_after());
        if let Limit::Handler(share) = limit {
            share.take(pid)?;
        }
        for times in [&mut starts.first, &mut starts.second] {
            let asked = Instant::now();
            let answer = lambda.invoke(input.clone()).await?;
            times.push(asked.elapsed());
            if !answer["statusCode"].as_u64().is_some_and(|status| (200..300).contains(&status)) {
                return Err(format!("the Lambda binary answered {answer}").into());
            }
            if starts.cpu_at_first.len() < starts.ready.len() {
                starts.whole.push(begun.elapsed());
                starts.cpu_at_first.push(process::young_cpu(pid)?);
            }
        }
        starts.peak.push(process::memory(pid, "VmHWM")?);
    }
    Ok(starts)
}

/// A process of the binary that finds nothing to do and ends.
fn process_alone(binary: &Path, count: usize) -> Result<Duration> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let begun = Instant::now();
        let mut command = Command::new(binary);
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if command.status()?.success() {
            return Err("the Lambda binary runs without a function's name".into());
        }
        times.push(begun.elapsed());
    }
    Ok(median(&times))
}

fn tell(report: &mut Report, alone: &Starts, connected: &Starts) {
    let ready = median(&alone.ready);
    let why = "the time to ready is the kernel's work of starting a process and the registry's of being built. Building \
               only the function that `_HANDLER` names would save the latter.";
    let aim = Aim::of("5 ms", ready <= Duration::from_millis(5), why);
    report.row(PART, "ready, without tables", ms(ready), aim);
    let first = format!(
        "{}, and {} from being asked to the first answer",
        ms(median(&connected.ready)),
        ms(median(&connected.first))
    );
    report.row(PART, "ready, with the connection to DynamoDB open", first, Aim::None);
    let cpu = median(&connected.cpu_at_first);
    let why = "most of it is reading the trusted authorities and the TLS handshake. Trusting only Amazon's own roots would \
               take a part of it away.";
    let of_it = format!("{}, of it {} until ready", ms(cpu), ms(median(&connected.cpu_at_ready)));
    report.row(PART, "CPU until the first answer", of_it, Aim::of("10 ms", cpu <= Duration::from_millis(10), why));
    report.row(PART, "second answer", ms(median(&connected.second)), Aim::None);
    let peak = median(&connected.peak);
    let why = "the binary's own pages that were touched count too. What would change it: reading fewer authorities, and \
               one thread less for name look-ups.";
    #[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
    let mib = peak as f64 / f64::from(1 << 20);
    report.row(PART, "memory at its peak", format!("{mib:.1} MiB"), Aim::of("16 MiB", peak <= 16 << 20, why));
}

/// Where the CPU time goes, by what is left out.
fn tell_where(report: &mut Report, process: Duration, [alone, open, trusting, connected]: [&Starts; 4]) {
    let ready = |starts: &Starts| median(&starts.cpu_at_ready);
    let first = median(&connected.cpu_at_first).saturating_sub(ready(connected));
    for (what, took) in [
        ("a process that ends at once: exec, dynamic linking, exit", process),
        ("registry, clients, Tokio, Runtime API: all that `read_openapi` does until ready", ready(alone)),
        (
            "and the first call of DynamoDB, in the clear: connection, signature, JSON, keys",
            ready(open).saturating_sub(ready(alone)),
        ),
        ("and TLS: handshake, certificate, ciphers", ready(trusting).saturating_sub(ready(open))),
        ("and reading the trusted authorities", ready(connected).saturating_sub(ready(trusting))),
        ("and the first invocation: token, one read, the answer", first),
    ] {
        report.row(PART, format!("where it goes: {what}"), ms(took), Aim::None);
    }
}

/// The same on a share of a CPU, for a read and for a booking.
async fn tell_share(report: &mut Report, scene: &Scene, share: &Share, user: &[Value]) -> Result<()> {
    let why = "on a share throughout, which Lambda doesn't do, the four TLS connections that it opens beyond `read_user`'s one (three for \
               the items that a booking reads at once, one to Parameter Store) come to a third of it. With two fewer (`CONNECTIONS` \
               of the kit) it is as long in all, since they are opened in the invocation, whose answer then takes four times as \
               long where the share begins with it.";
    let people = scene.world.crowd(0, user.len() * 4).await?;
    let path = format!("/api/events/{}/bookings", scene.event);
    let mut bookings = people.iter().enumerate().map(|(at, who)| {
        let mut input = request("POST", "/api/events/{event}/bookings", &path, Some(&who.token), &json!({}));
        // The second answer is the first one's again.
        input["headers"]["idempotency-key"] = json!(format!("cold-key-{at:06}"));
        input
    });
    for function in ["read_user", "book_place"] {
        let launch = scene.around.launch(function);
        let mut inputs = || match function {
            "read_user" => user.to_vec(),
            _ => bookings.by_ref().take(user.len()).collect(),
        };
        let handler = start_all(&launch, &inputs(), Limit::Handler(share)).await?;
        let always = start_all(&launch, &inputs(), Limit::Always(share)).await?;
        let (ready, first, whole) = (median(&handler.ready), median(&handler.first), median(&handler.whole));
        let words = format!("{}: ready after {}, first answer {} after being asked", ms(whole), ms(ready), ms(first));
        let what =
            format!("`{function}` from nothing to its first answer, the invocation on the share of {MEMORY_MB} MB");
        report.row(PART, what, words, Aim::of("60 ms", whole <= LONGEST, why));
        let worst = median(&always.whole);
        let words = format!("{}, of it {} until ready", ms(worst), ms(median(&always.ready)));
        let what = format!("`{function}` from nothing to its first answer, everything on the share of {MEMORY_MB} MB");
        report.row(PART, what, words, Aim::of("60 ms", worst <= LONGEST, why));
    }
    Ok(())
}

fn tell_sizes(report: &mut Report, binary: &Path) -> Result<()> {
    let bytes = std::fs::read(binary)?;
    let why = "counted in a build with symbols, for x86-64: of 5.7 MB of code, 1 MB is Rust's own library, 0.6 MB the kit with \
               what it makes for each route, 0.6 MB the four SDK clients without their runtime, 0.3 MB TLS, 0.3 MB the templates; \
               AWS-LC is 1 MB with its tables. Beside it lie 1.7 MB of constants, 1.2 MB of tables by which stacks are unwound and \
               1.1 MB of addresses and relocations. docs/decisions/0014-small-binary.md says what was tried. Built for arm64, which \
               template.yaml deploys, it is 8.1 MB. The aim came from a sample of 100 smaller functions.";
    report.row(PART, "binary", mb(bytes.len()), Aim::of("9 MB", bytes.len() <= 9_000_000, why));
    // A zip of one file is that file deflated and three headers of its name and some 100 bytes (APPNOTE.TXT, 4.3).
    let zip = miniz_oxide::deflate::compress_to_vec(&bytes, 9).len() + 100 + 2 * "bootstrap".len();
    report.row(PART, "zip", mb(zip), Aim::of("4 MB", zip <= 4_000_000, why));
    Ok(())
}
