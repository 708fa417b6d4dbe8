//! From what was counted to what AWS bills, and to money.

use crate::Result;
use crate::deployed::Deployed;
use crate::share::MB_PER_CPU;
use crate::tally::{Calls, Measured, Part};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Minutes of a month, as AWS counts it: 730 hours.
pub const MONTH_MINUTES: f64 = 730.0 * 60.0;

/// What can't be measured here. Each is named in docs/COST.md, so that a reader may put another in its place.
pub mod assumed {
    /// Milliseconds that a function waits for a round trip to DynamoDB in its region.
    pub const TRIP_MS: f64 = 5.0;
    /// The same for a call of SQS.
    pub const SEND_MS: f64 = 10.0;
    /// The same for a call of SES.
    pub const MAIL_MS: f64 = 60.0;
    /// The share of invocations that start a process.
    pub const COLD: f64 = 0.05;
    /// Milliseconds of network that a start waits for: name, TCP and TLS to what it connects to.
    pub const COLD_NETWORK_MS: f64 = 20.0;
    /// How often a page is looked at for one guest who comes.
    pub const VIEWS: f64 = 4.0;
    /// The share of guests who sign up for it; the others have an account.
    pub const NEW: f64 = 0.25;
    /// What a browser fetches that was never here: app, fonts, cover.
    pub const FIRST_VISIT_BYTES: f64 = 250_000.0;
    /// In how many requests.
    pub const FIRST_VISIT_REQUESTS: f64 = 12.0;
    /// Metrics that functions write only when such a thing happens as a refused scan, a mail that came back or an announcement: those
    /// of `cx.metric` that an event in which all goes well doesn't write.
    pub const RARE_METRICS: f64 = 15.0;
    /// In how many hours each of them is written for one event. CloudWatch bills a metric by the hour.
    pub const RARE_HOURS: f64 = 1.0;
    /// For how many months bookings are kept.
    pub const MONTHS_KEPT: f64 = 12.0;
    /// GB of apps and pictures in the buckets, when nothing has happened yet.
    pub const BUCKET_GB: f64 = 0.05;
    /// Pollers of a queue with a bound on concurrency, and of one without, when nothing waits
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>: "can optimize to as few as 2 concurrent batches
    /// … not available when you enable the maximum concurrency setting").
    pub const POLLERS: (f64, f64) = (5.0, 2.0);
    /// How often each asks in a minute: it waits for 20 s, the longest that SQS lets anybody wait.
    pub const POLLS_A_MINUTE: f64 = 3.0;
}

/// Lambda's own lines of an invocation, and API Gateway's of a request (`infra/aws/api.yaml`), with ids of their usual length.
const START_LINE: &str = r#"{"time":"2026-11-21T12:00:00.000Z","type":"platform.start","record":{"requestId":"00000000-0000-4000-8000-000000000000","version":"$LATEST"}}"#;
const REPORT_LINE: &str = r#"{"time":"2026-11-21T12:00:00.000Z","type":"platform.report","record":{"requestId":"00000000-0000-4000-8000-000000000000","metrics":{"durationMs":43.123,"billedDurationMs":44,"memorySizeMB":256,"maxMemoryUsedMB":24},"status":"success"}}"#;
const ACCESS_LINE: &str = r#"{"route":"POST /api/events/{event}/bookings","status":"201","latency_ms":"44","bytes":"1024","api_request_id":"AbCdEfGhIjKlMnO=","request_id":"00000000-0000-4000-8000-000000000000","error":"-","integration_error":"-"}"#;
/// What CloudWatch counts for each line besides its text
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>).
const LINE_EXTRA: usize = 26;

/// How much of each meter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage(pub BTreeMap<&'static str, f64>);

impl Usage {
    fn add(&mut self, meter: &'static str, quantity: f64) {
        *self.0.entry(meter).or_default() += quantity;
    }

    /// This and `other`, so many times.
    #[must_use]
    pub fn plus(mut self, other: &Usage, times: f64) -> Usage {
        for (meter, quantity) in &other.0 {
            self.add(meter, quantity * times);
        }
        self
    }
}

/// The price list.
#[derive(Debug, Deserialize)]
pub struct Prices {
    /// How they were found.
    pub how: String,
    /// What is billed by use.
    pub meters: BTreeMap<String, Price>,
    /// What isn't billed.
    pub no_charge: Vec<Free>,
    /// What a server costs.
    pub server: Server,
}

/// One price.
#[derive(Debug, Deserialize)]
pub struct Price {
    /// Of what.
    pub what: String,
    /// For how much of it.
    #[serde(default = "one")]
    pub per: f64,
    /// How much is free each month, for ever.
    #[serde(default)]
    pub free: f64,
    /// In Frankfurt.
    #[serde(rename = "eu-central-1")]
    pub frankfurt: f64,
    /// In Virginia.
    #[serde(rename = "us-east-1")]
    pub virginia: f64,
    /// When it was so.
    pub as_of: String,
    /// How it is known.
    pub read: String,
    /// Where AWS says it.
    pub source: String,
}

fn one() -> f64 {
    1.0
}

/// Something without a price.
#[derive(Debug, Deserialize)]
pub struct Free {
    /// What.
    pub what: String,
    /// How it is known.
    pub read: String,
    /// Where AWS says it.
    pub source: String,
}

/// What is always on.
#[derive(Debug, Deserialize)]
pub struct Server {
    /// Its parts.
    pub lines: BTreeMap<String, Price>,
}

/// Where prices are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// eu-central-1.
    Frankfurt,
    /// us-east-1.
    Virginia,
}

impl Price {
    /// In a region.
    pub fn in_region(&self, region: Region) -> f64 {
        match region {
            Region::Frankfurt => self.frankfurt,
            Region::Virginia => self.virginia,
        }
    }
}

impl Prices {
    /// Reads `infra/bench/prices.json`.
    ///
    /// # Errors
    /// It isn't there, or not of the form.
    pub fn read(bench: &Path) -> Result<Self> {
        Ok(serde_json::from_str(&std::fs::read_to_string(bench.join("prices.json"))?)?)
    }

    /// What this much costs; with what is free each month taken off, or not.
    ///
    /// # Errors
    /// A meter has no price.
    pub fn cost(&self, meter: &str, quantity: f64, region: Region, with_free: bool) -> Result<f64> {
        let price = self.meters.get(meter).ok_or_else(|| format!("{meter} has no price in prices.json"))?;
        let billed = if with_free { (quantity - price.free).max(0.0) } else { quantity };
        Ok(billed / price.per * price.in_region(region))
    }

    /// What all of it costs.
    ///
    /// # Errors
    /// A meter has no price.
    pub fn sum(&self, usage: &Usage, region: Region, with_free: bool) -> Result<f64> {
        usage.0.iter().map(|(meter, quantity)| self.cost(meter, *quantity, region, with_free)).sum()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn float(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn length(count: usize) -> f64 {
    count as f64
}

/// What all invocations of a function in a part last, in milliseconds as billed, and its memory in MB. A function whose CPU time
/// wasn't measured is taken for `book_place`, the longest way of all requests.
pub fn lasts(measured: &Measured, name: &str, calls: &Calls) -> (f64, f64) {
    let memory =
        pictures::every().iter().find(|function| function.name == name).map_or(256, |function| function.memory_mb);
    let memory = f64::from(memory);
    let cpu = measured.cpu_ms.get(name).or_else(|| measured.cpu_ms.get("book_place")).copied().unwrap_or_default();
    // More memory than one CPU's gives a second one, of which one invocation has no use.
    let slower = (f64::from(MB_PER_CPU) / memory).max(1.0);
    let waited = float(calls.round_trips) * assumed::TRIP_MS
        + float(calls.sends) * assumed::SEND_MS
        + float(calls.mails) * assumed::MAIL_MS;
    let begun = float(calls.invocations) * assumed::COLD * (measured.init_ms + assumed::COLD_NETWORK_MS);
    // Billed by whole milliseconds: half a one more, on average.
    (waited + float(calls.lines) * cpu * slower + float(calls.invocations) * 0.5 + begun, memory)
}

/// What a part of the story uses.
pub fn of_part(measured: &Measured, part: &Part) -> Usage {
    let mut usage = Usage::default();
    for (name, calls) in &part.functions {
        let (millis, memory) = lasts(measured, name, calls);
        usage.add("lambda_requests", float(calls.invocations));
        usage.add("lambda_gb_seconds", millis / 1_000.0 * memory / 1_024.0);
        usage.add("queue_requests", float(calls.sends));
        let own = float(calls.log_bytes) + float(calls.lines) * length(LINE_EXTRA);
        let lambdas = float(calls.invocations) * length(START_LINE.len() + REPORT_LINE.len() + 2 * LINE_EXTRA);
        usage.add("log_gb", (own + lambdas) / 1e9);
        let function = pictures::every().iter().find(|function| function.name == name.as_str());
        let signs = function.is_some_and(|it| kit::KeyUse::ALL.iter().any(|key| it.grants.contains(&kit::sign(*key))));
        if signs {
            // A process keeps its key for five minutes: where requests come less often than that, each reads it anew.
            usage.add("key_requests", float(calls.invocations));
        }
    }
    usage.add("table_reads", part.all_reads());
    usage.add("table_writes", part.all_writes());
    usage.add("api_requests", float(part.requests));
    usage.add("edge_requests", float(part.requests));
    usage.add("edge_functions", float(part.requests));
    usage.add("edge_gb", float(part.answer_bytes) / 1e9);
    usage.add("queue_requests", float(part.queue_polls));
    usage.add("mails", float(part.mails));
    usage.add("mail_gb", float(part.mail_bytes) / 1e9);
    usage.add("log_gb", float(part.requests) * length(ACCESS_LINE.len() + LINE_EXTRA) / 1e9);
    usage
}

/// What an event with so many guests uses. What was measured of one size is taken in proportion.
///
/// # Errors
/// A part wasn't measured.
pub fn of_event(measured: &Measured, guests: f64) -> Result<Usage> {
    let part = |name: &str| {
        let part = measured.parts.get(name).ok_or_else(|| format!("{name} was not measured: cargo xtask bench"))?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(of_part(measured, part))
    };
    let scale = guests / f64::from(measured.guests.max(1));
    let mut usage = Usage::default().plus(&part("event")?, 1.0);
    for name in ["bookings", "cancellations", "tickets", "reminders", "check-ins"] {
        usage = usage.plus(&part(name)?, scale);
    }
    usage = usage.plus(&part("views")?, guests * assumed::VIEWS / f64::from(measured.views.max(1)));
    usage = usage.plus(&part("sign-ups")?, guests * assumed::NEW / f64::from(measured.sign_ups.max(1)));
    usage.add("edge_requests", guests * assumed::FIRST_VISIT_REQUESTS);
    usage.add("edge_functions", guests * assumed::FIRST_VISIT_REQUESTS);
    usage.add("edge_gb", guests * assumed::FIRST_VISIT_BYTES / 1e9);
    usage.add("bucket_reads", guests * assumed::FIRST_VISIT_REQUESTS);
    usage.add("log_stored_gb", usage.0.get("log_gb").copied().unwrap_or_default());
    Ok(usage)
}

/// What a month uses in which nothing happens.
///
/// # Errors
/// A part wasn't measured.
pub fn idle(measured: &Measured, deployed: &Deployed) -> Result<Usage> {
    let tick = measured.parts.get("idle tick").ok_or("a tick was not measured: cargo xtask bench")?;
    let schedules = length(tick.functions.len().max(1));
    let mut usage =
        Usage::default().plus(&of_part(measured, tick), MONTH_MINUTES * deployed.ticks_a_minute / schedules);
    let (five, two) = assumed::POLLERS;
    let pollers = length(deployed.polled_by_five) * five + length(deployed.polled - deployed.polled_by_five) * two;
    usage.add("queue_requests", pollers * assumed::POLLS_A_MINUTE * MONTH_MINUTES);
    usage.add("alarms", length(deployed.alarm_metrics));
    usage.add("composite_alarms", length(deployed.composite_alarms));
    usage.add("dashboards", length(deployed.dashboards));
    usage.add("bucket_gb", assumed::BUCKET_GB);
    usage.add("log_stored_gb", usage.0.get("log_gb").copied().unwrap_or_default());
    usage.0.retain(|_, quantity| *quantity > 0.0);
    Ok(usage)
}

/// What a month uses with so many events of so many guests each.
///
/// # Errors
/// A part wasn't measured.
pub fn month(measured: &Measured, deployed: &Deployed, events: f64, guests_each: f64) -> Result<Usage> {
    let mut usage = idle(measured, deployed)?.plus(&of_event(measured, guests_each)?, events);
    let bookings = events * guests_each * f64::from(measured.bookings) / f64::from(measured.guests.max(1));
    let stored = bookings * assumed::MONTHS_KEPT * float(measured.stored_bytes_a_booking) / 1e9;
    usage.add("table_gb", stored);
    usage.add("recovery_gb", stored);
    usage.add("metrics", length(measured.metrics.len() + deployed.log_metrics));
    // However many events there are, an hour is billed once.
    let written = (events * assumed::RARE_HOURS / (MONTH_MINUTES / 60.0)).min(1.0);
    usage.add("metrics", assumed::RARE_METRICS * written);
    Ok(usage)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn prices() -> Prices {
        Prices::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn what_is_free_is_taken_off_once_and_never_below_nothing() {
        let prices = prices();
        let cost = |quantity, with_free| prices.cost("queue_requests", quantity, Region::Frankfurt, with_free).unwrap();
        assert!((cost(3e6, true) - 0.8).abs() < 1e-9 && (cost(3e6, false) - 1.2).abs() < 1e-9);
        assert!(cost(5e5, true).abs() < 1e-9);
        assert!(prices.cost("wishes", 1.0, Region::Frankfurt, true).is_err());
    }

    #[test]
    fn every_price_is_of_something_that_a_month_uses() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("measured-event.json");
        let measured: Measured = serde_json::from_str(&std::fs::read_to_string(page).unwrap()).unwrap();
        // Counted where there is one; a zone and higher throughput are for who wants them (docs/COST.md).
        let absent = ["composite_alarms", "zones", "parameter_calls"];
        let usage = month(&measured, &Deployed::count().unwrap(), 1.0, 100.0).unwrap();
        for meter in prices().meters.keys().filter(|meter| !absent.contains(&meter.as_str())) {
            assert!(usage.0.get(meter.as_str()).is_some_and(|quantity| *quantity > 0.0), "{meter}");
        }
    }

    #[test]
    fn rare_metrics_are_billed_by_the_hour_and_at_most_for_all_of_them() {
        let measured = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("measured-event.json"));
        let measured: Measured = serde_json::from_str(&measured.unwrap()).unwrap();
        let deployed = Deployed::count().unwrap();
        let usual = length(measured.metrics.len() + deployed.log_metrics);
        let rare = |events| month(&measured, &deployed, events, 100.0).unwrap().0["metrics"] - usual;
        assert!((rare(73.0) - 0.1 * assumed::RARE_METRICS).abs() < 1e-9, "{}", rare(73.0));
        assert!((rare(5_000.0) - assumed::RARE_METRICS).abs() < 1e-9, "{}", rare(5_000.0));
    }

    #[test]
    fn each_invocation_that_signs_has_its_key_decrypted() {
        let part = |name: &str| {
            let calls = Calls { invocations: 7, lines: 7, ..Calls::default() };
            Part { functions: [(name.to_owned(), calls)].into(), ..Part::default() }
        };
        let keys = |name: &str| of_part(&Measured::default(), &part(name)).0.get("key_requests").copied();
        assert_eq!([keys("issue_tokens"), keys("cancel_booking")], [Some(7.0), None]);
    }

    #[test]
    fn every_price_has_a_date_and_a_source() {
        let prices = prices();
        for price in prices.meters.values().chain(prices.server.lines.values()) {
            assert!(price.as_of.starts_with("202") && price.source.starts_with("https://"), "{price:?}");
            assert!(["price_list", "quoted", "unconfirmed"].contains(&price.read.as_str()), "{price:?}");
            assert!(price.frankfurt >= price.virginia, "{price:?}");
        }
    }

    #[test]
    fn a_smaller_function_lasts_longer_and_an_event_twice_as_large_costs_twice_as_much_but_for_itself() {
        let calls = Calls { invocations: 1, lines: 1, ..Calls::default() };
        let mut measured = Measured { guests: 10, views: 1, sign_ups: 1, ..Measured::default() };
        measured.cpu_ms.insert("book_place".to_owned(), 1.0);
        let (millis, memory) = lasts(&measured, "book_place", &calls);
        assert!((memory - 256.0).abs() < 1e-9);
        let begun = assumed::COLD * assumed::COLD_NETWORK_MS;
        assert!((millis - (1_769.0 / 256.0 + 0.5 + begun)).abs() < 1e-9, "{millis}");
        for name in ["event", "bookings", "cancellations", "tickets", "reminders", "check-ins", "views", "sign-ups"] {
            measured.parts.insert(name.to_owned(), Part { mails: 10, ..Part::default() });
        }
        let mails = |guests| of_event(&measured, guests).unwrap().0["mails"];
        assert!((mails(20.0) - 10.0 - 2.0 * (mails(10.0) - 10.0)).abs() < 1e-9);
    }
}
