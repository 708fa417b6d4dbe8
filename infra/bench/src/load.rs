//! The local runner under load: how fast, how late at worst, and how much CPU.

use crate::client::{Answer, Ask, Client};
use crate::report::{Aim, Report, ms, percentile};
use crate::runner::{Folder, Runner};
use crate::{Result, Scale, people, process};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PART: &str = "runner";
/// How many clients, and how many bookings and check-ins they make between them.
const LEVELS: [(usize, usize); 3] = [(1, 300), (8, 600), (32, 900)];
/// A level that is slower than this is cut short.
const LONGEST: Duration = Duration::from_secs(30);
/// Places at the events of the load: more than there are people.
const ROOMY: usize = 500;

/// What became of some requests.
#[derive(Debug, Default)]
pub struct Tally {
    /// How long each took, sorted.
    pub times: Vec<Duration>,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// The runner's CPU time meanwhile.
    pub cpu: Duration,
    /// How many answers of each status.
    pub statuses: BTreeMap<u16, usize>,
    /// Until the 201 of each order came: the n-th is when n things were created.
    pub created: Vec<Duration>,
}

impl Tally {
    fn per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let count = self.times.len() as f64;
        count / self.elapsed.as_secs_f64().max(1e-9)
    }

    fn cpu_each(&self) -> Duration {
        self.cpu / u32::try_from(self.times.len()).unwrap_or(u32::MAX).max(1)
    }

    fn words(&self) -> String {
        let (p50, p99) = (percentile(&self.times, 0.5), percentile(&self.times, 0.99));
        format!("{:.0}/s, p50 {}, p99 {}, CPU {}", self.per_second(), ms(p50), ms(p99), ms(self.cpu_each()))
    }

    fn all_are(&self, status: u16, what: &str) -> Result<()> {
        if self.statuses.len() == 1 && self.statuses.contains_key(&status) {
            return Ok(());
        }
        Err(format!("{what}: every answer should be {status}, but they were {:?}", self.statuses).into())
    }
}

/// Sends `asks` from so many clients, each taking the next as soon as it has its answer.
///
/// # Errors
/// A connection broke.
pub async fn send_all(runner: &Runner, clients: usize, asks: Vec<Ask>) -> Result<Tally> {
    let (asks, next) = (Arc::new(asks), Arc::new(AtomicUsize::new(0)));
    let mut connected = Vec::with_capacity(clients);
    for _ in 0..clients {
        connected.push(Client::connect(runner.port, Ipv4Addr::LOCALHOST).await?);
    }
    let cpu = process::cpu(runner.pid)?;
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for mut client in connected {
        let (asks, next) = (Arc::clone(&asks), Arc::clone(&next));
        running.spawn(async move {
            let mut answers = Vec::new();
            while let Some(ask) = asks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let asked = Instant::now();
                if asked.duration_since(begun) > LONGEST {
                    break;
                }
                let Answer { status, .. } = client.send(ask).await?;
                answers.push((asked.elapsed(), begun.elapsed(), status));
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(answers)
        });
    }
    let mut tally = Tally::default();
    while let Some(answers) = running.join_next().await {
        for (took, at, status) in answers?? {
            tally.times.push(took);
            *tally.statuses.entry(status).or_default() += 1;
            if status == 201 {
                tally.created.push(at);
            }
        }
    }
    tally.elapsed = begun.elapsed();
    tally.cpu = process::cpu(runner.pid)?.saturating_sub(cpu);
    tally.times.sort_unstable();
    tally.created.sort_unstable();
    Ok(tally)
}

/// Measures the runner.
///
/// # Errors
/// It doesn't start, or answers otherwise than it should.
pub async fn measure(report: &mut Report, binary: &Path, scale: Scale) -> Result<()> {
    let folder = Folder::beside(binary)?;
    let runner = starts(report, binary, &folder).await?;
    let count = scale.of(256, 64);
    let tokens = people::sign_up(&runner, count + 1).await?;
    runner.quiet().await?;
    let (organizer, guests) = tokens.split_first().ok_or("nobody")?;
    let mut client = Client::connect(runner.port, Ipv4Addr::LOCALHOST).await?;
    let levels = LEVELS.map(|(clients, number)| (clients, scale.of(number, number / 10)));
    // One event for every round of all people; each booking is somebody's first at its event.
    let bookings: usize = levels.iter().map(|(_, number)| number).sum();
    let mut events = Vec::new();
    for at in 0..bookings.div_ceil(count) {
        events.push(people::event(&mut client, organizer, &format!("Load {at}"), ROOMY).await?);
    }
    reads(report, &runner, &levels, &events).await?;
    let books = book(report, &runner, &levels, &events, guests, scale).await?;
    check_in(report, &runner, &levels, books, organizer, scale).await?;
    rush(report, &runner, &mut client, organizer, guests, scale).await?;
    runner.stop().await?;
    report.note(format!(
        "Runner: the release `guestlist` with its data on disk, after the city of its first start was built; load over \
         loopback HTTP/1.1 from this process, one connection a client, on the same cores. CPU is that of the whole runner \
         (functions, SDK, embedded DynamoDB, queues, streams, log), divided by requests; the mails that a booking causes \
         are sent 15 s later and counted by themselves. {count} people, one booking a person and event, with an \
         `Idempotency-Key`; check-ins scan the tickets' codes by door passes. A list is a first page of the city's 20 next \
         events. In the rush each of the {count} people asks several times.",
    ));
    Ok(())
}

/// The first start, the idle runner, the second start; gives the runner.
async fn starts(report: &mut Report, binary: &Path, folder: &Folder) -> Result<Runner> {
    let mut first = Runner::start(binary, &folder.data()).await?;
    let why = "the tables are made and the first keys drawn before the port opens; opening it first would only move the wait.";
    let second = Duration::from_secs(1);
    let aim = |time: Duration| Aim::of("1 s", time < second, why);
    report.row(PART, "first start to first answer", ms(first.first_answer), aim(first.first_answer));
    let begun = Instant::now();
    first.city().await?;
    report.row(PART, "first start to the whole city", ms(first.first_answer + begun.elapsed()), Aim::None);
    first.quiet().await?;
    let idle = process::memory(first.pid, "VmRSS")?;
    first.stop().await?;
    let runner = Runner::start(binary, &folder.data()).await?;
    report.row(PART, "second start to first answer", ms(runner.first_answer), aim(runner.first_answer));
    runner.quiet().await?;
    let again = process::memory(runner.pid, "VmRSS")?;
    let why = "hashing a password takes 19 MiB for a moment, and the allocator keeps what four at once needed when the city \
               was built. A restarted runner shows what it needs; handing memory back (`malloc_trim`) would show it at once.";
    let mib = |bytes: u64| bytes >> 20;
    let words = format!("{} MiB after building the city, {} MiB after a restart", mib(idle), mib(again));
    report.row(PART, "idle memory", words, Aim::of("100 MiB", idle.max(again) < 100 << 20, why));
    Ok(runner)
}

// What follows was seen by the CPU time of the runner's threads: the embedded database has one of its own.
const READ: &str = "nine tenths of it is the functions' side: two SDK calls, each built, signed, sent and read, and the \
                    description rendered from Markdown; a tenth is the embedded database. Keeping the rendered description \
                    beside the text would save a part; the SDK's stays. Against a booking as measured here it is a tenth.";
const LIST: &str = "a list costs some 2 ms, nine tenths of it on the functions' side: 20 events read from their items. \
                    32 of them wait for two cores. Items of a list's own, without what a list doesn't show, would cut it.";
const BOOKING: &str = "two thirds of the CPU is the embedded database's one thread: a transaction over four items with their \
                       indexes and stream records, committed to disk one after the other; so a booking among 32 waits for \
                       31. A booking by itself costs most, since then each has its own commit and its own round of the \
                       streams' readers. Several transactions in one commit of SQLite would change it; in the cloud that \
                       part is DynamoDB's.";
const CHECK_IN: &str = "the embedded database writes one transaction after the other, so a check-in among 32 waits for 31. \
                        Several transactions in one commit of SQLite would change it.";

fn counted(clients: usize) -> String {
    format!("{clients} client{}", if clients == 1 { "" } else { "s" })
}

fn late(tally: &Tally, clients: usize) -> bool {
    clients == 32 && percentile(&tally.times, 0.99) >= Duration::from_millis(100)
}

async fn reads(report: &mut Report, runner: &Runner, levels: &[(usize, usize)], events: &[String]) -> Result<()> {
    let event = events.first().ok_or("no event")?;
    for (what, path) in [("event reads", format!("/api/events/{event}")), ("lists", "/api/events?limit=20".to_owned())]
    {
        let ask = Ask::get(path);
        for &(clients, number) in levels {
            let tally = send_all(runner, clients, vec![ask.clone(); number * 3]).await?;
            tally.all_are(200, what)?;
            let met = tally.cpu_each() <= Duration::from_micros(300) && !late(&tally, clients);
            let aim = match (what, clients) {
                ("event reads", 32) => Aim::of("CPU 0.3 ms, p99 < 100 ms", met, READ),
                ("event reads", _) => Aim::of("CPU 0.3 ms", met, READ),
                (_, 32) => Aim::of("p99 < 100 ms", !late(&tally, clients), LIST),
                _ => Aim::None,
            };
            report.row(PART, format!("{what}, {}", counted(clients)), tally.words(), aim);
        }
    }
    Ok(())
}

/// Books; gives each event with who booked it, in the order of booking.
async fn book<'a>(
    report: &mut Report,
    runner: &Runner,
    levels: &[(usize, usize)],
    events: &'a [String],
    guests: &'a [String],
    scale: Scale,
) -> Result<Vec<(&'a str, &'a str)>> {
    let everybody = events.iter().flat_map(|event| guests.iter().map(move |token| (event.as_str(), token.as_str())));
    let all: Vec<_> = everybody.take(levels.iter().map(|(_, number)| number).sum()).collect();
    let mut rest = all.iter();
    let begun = Instant::now();
    for &(clients, number) in levels {
        let asks = rest.by_ref().take(number).map(|(event, token)| {
            let body = json!({ "party_size": 1, "allow_overlap": true });
            let key = format!("load-{event}");
            Ask::post(format!("/api/events/{event}/bookings"), body).by(token).once(key)
        });
        let tally = send_all(runner, clients, asks.collect()).await?;
        tally.all_are(201, "bookings")?;
        let met = tally.cpu_each() <= Duration::from_millis(3) && !late(&tally, clients);
        let words = if clients == 32 { "CPU 3 ms, p99 < 100 ms" } else { "CPU 3 ms" };
        report.row(PART, format!("bookings, {}", counted(clients)), tally.words(), Aim::of(words, met, BOOKING));
    }
    let overlapped = begun.elapsed() > Duration::from_secs(15) && !scale.quick;
    let each = runner.quiet().await? / u32::try_from(all.len())?;
    let hint = if overlapped { " (the first were already being sent while the last were booked)" } else { "" };
    let words = format!("CPU {} a booking{hint}", ms(each));
    report.row(PART, "the two mails of a booking, afterwards", words, Aim::None);
    Ok(all)
}

async fn check_in(
    report: &mut Report,
    runner: &Runner,
    levels: &[(usize, usize)],
    booked: Vec<(&str, &str)>,
    organizer: &str,
    scale: Scale,
) -> Result<()> {
    let mut client = Client::connect(runner.port, Ipv4Addr::LOCALHOST).await?;
    let mut passes: BTreeMap<&str, String> = BTreeMap::new();
    let mut tickets: BTreeMap<(String, &str), String> = BTreeMap::new();
    for (event, guest) in &booked {
        if !passes.contains_key(event) {
            let pass = Ask::post(format!("/api/events/{event}/door-passes"), json!({ "door": "Main" })).by(organizer);
            let pass = client.send(&pass).await?.expect(201)?;
            passes.insert(event, pass["token"].as_str().ok_or("a pass without its token")?.to_owned());
        }
        if !tickets.contains_key(&((*event).to_owned(), *guest)) {
            let held = client.send(&Ask::get("/api/me/tickets?limit=50").by(guest)).await?.expect(200)?;
            for ticket in held["items"].as_array().into_iter().flatten() {
                let (id, token) = (ticket.pointer("/event/id"), ticket["token"].as_str());
                let (Some(id), Some(token)) = (id.and_then(Value::as_str), token) else { continue };
                tickets.insert((id.to_owned(), guest), token.to_owned());
            }
        }
    }
    let mut asks = Vec::with_capacity(booked.len());
    for (at, (event, guest)) in booked.into_iter().enumerate() {
        let token = tickets.get(&(event.to_owned(), guest)).ok_or("a booking without its ticket")?;
        let pass = passes.get(event).ok_or("an event without its pass")?;
        let scan = json!({ "scan": format!("scan-{at:08}"), "token": token });
        asks.push(Ask::post(format!("/api/events/{event}/check-ins"), scan).by(pass));
    }
    let mut rest = asks.into_iter();
    for &(clients, number) in levels {
        let tally = send_all(runner, clients, rest.by_ref().take(number).collect()).await?;
        tally.all_are(200, "check-ins")?;
        let aim = if clients == 32 { Aim::of("p99 < 100 ms", !late(&tally, clients), CHECK_IN) } else { Aim::None };
        report.row(PART, format!("check-ins, {}", counted(clients)), tally.words(), aim);
    }
    if !scale.quick {
        runner.quiet().await?;
    }
    Ok(())
}

/// A hundred places, many more people.
async fn rush(
    report: &mut Report,
    runner: &Runner,
    client: &mut Client,
    organizer: &str,
    guests: &[String],
    scale: Scale,
) -> Result<()> {
    let places = scale.of(100, 20);
    let event = people::event(client, organizer, "The rush", places).await?;
    let asks: Vec<_> = guests
        .iter()
        .cycle()
        .take(scale.of(2_000, 200))
        .enumerate()
        .map(|(at, token)| {
            let body = json!({ "allow_overlap": true });
            Ask::post(format!("/api/events/{event}/bookings"), body).by(token).once(format!("rush-{at}"))
        })
        .collect();
    let tally = send_all(runner, 64, asks).await?;
    let confirmed = tally.created.len();
    if confirmed != places || tally.statuses.keys().any(|status| *status >= 500) {
        return Err(format!("the rush for {places} places went wrong: {:?}", tally.statuses).into());
    }
    let sold_out = tally.created.last().copied().unwrap_or_default();
    let words = format!("sold out after {}, all answered after {}", ms(sold_out), ms(tally.elapsed));
    let why = "the embedded database writes one transaction after the other, each with its own wait for the disk. Several in \
               one commit of SQLite would make it faster.";
    let aim = Aim::of("sold out within 1 s", sold_out < Duration::from_secs(1), why);
    report.row(PART, format!("rush: {places} places, {} requests, 64 clients", tally.times.len()), words, aim);
    Ok(())
}
