//! The Lambda binary from nothing to its first answer, under a Runtime API, with one DynamoDB call over TLS.

use crate::report::{Aim, Report, mb, median, ms};
use crate::tls::TlsFront;
use crate::world::World;
use crate::{Result, Scale, process};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use testbed::LambdaProcess;
use testbed::runtime_api::Launch;
use testbed::stage::BASE;

/// Where Linux systems keep the authorities that they trust; Lambda's is the second.
const AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// One cold start.
#[derive(Debug, Default)]
struct Starts {
    ready: Vec<Duration>,
    first: Vec<Duration>,
    cpu_at_ready: Vec<Duration>,
    cpu_at_first: Vec<Duration>,
    second: Vec<Duration>,
    peak: Vec<u64>,
}

/// Starts the binary again and again.
///
/// # Errors
/// It doesn't start, or answers otherwise than it should.
pub async fn measure(report: &mut Report, binary: &Path, scale: Scale) -> Result<()> {
    let world = World::new(|http| http).await?;
    let person = world.crowd(0, 1).await?.pop().ok_or("nobody")?;
    let plain = world.embedded.endpoint().strip_prefix("http://").ok_or("an endpoint of another kind")?.parse()?;
    let front = TlsFront::start(plain).await?;
    // What a process in Lambda trusts, and our own endpoint: reading a hundred authorities is part of a cold start.
    let system = AUTHORITIES.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let trusted = format!("{system}\n{}", front.pem);
    let authorities = trusted.matches("BEGIN CERTIFICATE").count();
    let bundle = std::env::temp_dir().join(format!("guestlist-bench-{}.pem", std::process::id()));
    std::fs::write(&bundle, &trusted)?;
    let launch = |function: &str| {
        Launch::new(binary, function)
            .env("GUESTLIST_PREFIX", "bench-")
            .env("GUESTLIST_BASE_URL", BASE)
            .env("GUESTLIST_SENDER", "tickets@guestlist.example")
            .env("GUESTLIST_QUEUES", "https://queues.invalid/000000000000/")
            .env("GUESTLIST_BUCKET", "bench-pictures")
            .env("GUESTLIST_UPLOADS", "/uploads")
            .env("AWS_ENDPOINT_URL_DYNAMODB", format!("https://localhost:{}", front.port))
            .env("SSL_CERT_FILE", bundle.to_string_lossy())
    };
    let count = scale.of(30, 3);
    let alone = start_all(&launch("read_openapi"), &input("/openapi.json", "/openapi.json"), count).await;
    let path = format!("/api/users/{}", person.id);
    let connected = start_all(&launch("read_user"), &input("/api/users/{user}", &path), count).await;
    drop(std::fs::remove_file(&bundle));
    tell(report, &alone?, &connected?);
    tell_sizes(report, binary)?;
    report.note(format!(
        "Cold start: the median of {count} starts of `bootstrap` as it ships, as `read_openapi` (which touches no table) and as \
         `read_user`, under a Runtime API on loopback, environment cleared as Lambda does it. `read_user` opens its connection \
         to DynamoDB before it says that it is ready, as every function with tables does: one `GetItem` over a new TLS 1.3 \
         connection (ECDSA P-256, one certificate, {authorities} trusted authorities read from a file) to the embedded \
         DynamoDB; its first answer is one more over the same. Ready is from starting the process to its first call for an \
         invocation; CPU is that of all its threads from the start on. Not in it: the sandbox, the download of the zip, and \
         the network to DynamoDB.",
    ));
    Ok(())
}

/// A GET as API Gateway's HTTP API hands it over (payload format 2.0).
fn input(route: &str, path: &str) -> Value {
    let route = format!("GET {route}");
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": { "host": "guestlist.example", "accept": "application/json" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "domainName": "guestlist.example", "domainPrefix": "guestlist",
            "http": {
                "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench",
            },
            "requestId": "bench", "routeKey": route, "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_176_000_000_u64,
        },
        "isBase64Encoded": false,
    })
}

async fn start_all(launch: &Launch, input: &Value, count: usize) -> Result<Starts> {
    let mut starts = Starts::default();
    for _ in 0..count {
        let mut lambda = LambdaProcess::start(launch).await?;
        let pid = lambda.id().ok_or("the process has ended")?;
        starts.cpu_at_ready.push(process::young_cpu(pid)?);
        starts.ready.push(lambda.ready_after());
        for times in [&mut starts.first, &mut starts.second] {
            let asked = Instant::now();
            let answer = lambda.invoke(input.clone()).await?;
            times.push(asked.elapsed());
            if answer["statusCode"] != 200 {
                return Err(format!("the Lambda binary answered {answer}").into());
            }
            if starts.cpu_at_first.len() < starts.ready.len() {
                starts.cpu_at_first.push(process::young_cpu(pid)?);
            }
        }
        starts.peak.push(process::memory(pid, "VmHWM")?);
    }
    Ok(starts)
}

fn tell(report: &mut Report, alone: &Starts, connected: &Starts) {
    const PART: &str = "cold start";
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

fn tell_sizes(report: &mut Report, binary: &Path) -> Result<()> {
    const PART: &str = "cold start";
    let bytes = std::fs::read(binary)?;
    let why = "counted in a build with symbols: of 7.9 MB of code, 1.2 MB is the kit's way of a request, compiled anew for each \
               route (some 25 KB); the three SDK clients with their runtime take 0.6 MB at least, AWS-LC 0.5 MB, schemas \
               that only the generator needs 0.2 MB. Beside the code lie 1.3 MB of tables by which panics unwind and 0.5 MB \
               of relocations. Keeping generic only what reads and runs one function's request, and the schemas out of the \
               Lambda build, would save some 1.5 MB; the rest of the way isn't known. The aim came from a sample of 100 \
               smaller functions.";
    report.row(PART, "binary", mb(bytes.len()), Aim::of("9 MB", bytes.len() <= 9_000_000, why));
    // A zip of one file is that file deflated and three headers of its name and some 100 bytes (APPNOTE.TXT, 4.3).
    let zip = miniz_oxide::deflate::compress_to_vec(&bytes, 9).len() + 100 + 2 * "bootstrap".len();
    report.row(PART, "zip", mb(zip), Aim::of("4 MB", zip <= 4_000_000, why));
    Ok(())
}
