//! docs/COST.md: what was measured, at list prices, in words.

use crate::Result;
use crate::bill::{Price, Prices, Region, Usage, assumed, idle, lasts, month, of_event};
use crate::deployed::Deployed;
use crate::tally::Measured;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where the page is, from the bench's folder.
const PAGE: &str = "../../docs/COST.md";
/// What the page is worked out from, besides the prices.
const MEASURED: &str = "measured-event.json";
/// The three sizes: what they are called, events a month, guests at each.
const SIZES: [(&str, f64, f64); 3] = [("a club", 8.0, 150.0), ("a city", 200.0, 150.0), ("a country", 5_000.0, 200.0)];
/// What pretix is given beside its memory: disk for system, database and files, and so much of it in snapshots.
const DISK_GB: f64 = 20.0;
/// The smallest disk that RDS gives.
const DATABASE_GB: f64 = 20.0;
const HOURS: f64 = 730.0;

/// The page's path.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)
}

/// Keeps what was measured, and writes the page anew.
///
/// # Errors
/// A file can't be written.
pub fn keep(measured: &Measured) -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(MEASURED);
    std::fs::write(file, serde_json::to_string_pretty(measured)? + "\n")?;
    write()
}

/// Writes the page anew from the prices and the last measurement.
///
/// # Errors
/// A file can't be read or written.
pub fn write() -> Result<()> {
    Ok(std::fs::write(path(), page()?)?)
}

/// The page as it should be.
///
/// # Errors
/// Nothing was measured yet, or a price is missing.
pub fn page() -> Result<String> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let measured: Measured = serde_json::from_str(&std::fs::read_to_string(bench.join(MEASURED))?)?;
    let page = Page { prices: Prices::read(bench)?, deployed: Deployed::count()?, measured };
    let mut text = String::from(
        "# What it costs\n\nWritten by `cargo xtask bench` from what it measured (`infra/bench/measured-event.json`) and from AWS's \
         list prices (`infra/bench/prices.json`); `cargo run -p bench -- --cost` writes it anew without measuring. Don't edit it: \
         a test compares.\n\n",
    );
    page.short(&mut text)?;
    page.event(&mut text)?;
    page.sizes(&mut text)?;
    page.idle(&mut text)?;
    page.server(&mut text)?;
    page.assumptions(&mut text)?;
    page.prices(&mut text)?;
    Ok(text)
}

struct Page {
    prices: Prices,
    deployed: Deployed,
    measured: Measured,
}

/// The lines of a bill.
struct Line<'a> {
    price: &'a Price,
    quantity: f64,
    cost: f64,
    with_free: f64,
}

impl Page {
    /// The lines, the dearest first, and both sums.
    fn lines(&self, usage: &Usage) -> Result<(Vec<Line<'_>>, f64, f64)> {
        let mut lines = Vec::new();
        for (meter, quantity) in &usage.0 {
            let price = self.prices.meters.get(*meter).ok_or_else(|| format!("{meter} has no price"))?;
            let cost = |with_free| self.prices.cost(meter, *quantity, Region::Frankfurt, with_free);
            lines.push(Line { price, quantity: *quantity, cost: cost(false)?, with_free: cost(true)? });
        }
        lines.sort_by(|a, b| b.cost.total_cmp(&a.cost));
        let (sum, with_free) =
            (lines.iter().map(|line| line.cost).sum(), lines.iter().map(|line| line.with_free).sum());
        Ok((lines, sum, with_free))
    }

    fn month(&self, events: f64, guests: f64) -> Result<Usage> {
        month(&self.measured, &self.deployed, events, guests)
    }

    fn short(&self, text: &mut String) -> Result<()> {
        let (lines, event, _) = self.lines(&of_event(&self.measured, 1_000.0)?)?;
        let mail = of_mail(&lines, |line| line.cost) / event * 100.0;
        let (_, whole, with_free) = self.lines(&idle(&self.measured, &self.deployed)?)?;
        let (small, large) = (self.servers(Region::Frankfurt)?, self.databases(Region::Frankfurt)?);
        writeln!(
            text,
            "All in US dollars without tax, in Frankfurt (eu-central-1) where nothing else is said.\n\n\
             - An event of 1,000 guests: **{}**, or {} for a guest. {mail:.0} % of it is mail.\n\
             - A month in which nothing happens, with every alarm on: **{}**, or {} where other things in the account have used up \
             AWS's free allowances.\n\
             - Keeping pretix on the smallest server that holds it: **{}** a month, or {} with its database on RDS, whether \
             anybody comes or not.\n",
            dollars(event),
            dollars(event / 1_000.0),
            dollars(with_free),
            dollars(whole),
            dollars(small),
            dollars(large),
        )?;
        Ok(())
    }

    fn event(&self, text: &mut String) -> Result<()> {
        let usage = of_event(&self.measured, 1_000.0)?;
        let (lines, sum, _) = self.lines(&usage)?;
        let mail = of_mail(&lines, |line| line.cost);
        let measured = &self.measured;
        writeln!(
            text,
            "## An event of 1,000 guests\n\nIt is created and published; {} people book, {} of them call it off and others come in \
             their place; each booking mails the guest and the organizer; each guest looks at their ticket, is reminded a day \
             and an hour before, and is checked in. Beside that there are {} looks at the event's page for each guest, and \
             {} % of them sign up for it. No free allowance is taken off here.\n",
            grouped(f64::from(measured.bookings)),
            measured.cancellations,
            assumed::VIEWS,
            assumed::NEW * 100.0,
        )?;
        table(text, &lines, false)?;
        let virginia = self.prices.sum(&usage, Region::Virginia, false)?;
        writeln!(
            text,
            "| **all** | | | **{}** |\n\nIn us-east-1: {}. **Mail is {:.0} % of it.** What is left is {}: {} for a guest.\n",
            dollars(sum),
            dollars(virginia),
            mail / sum * 100.0,
            dollars(sum - mail),
            dollars((sum - mail) / 1_000.0),
        )?;
        self.parts(text)
    }

    /// The story's parts as they were counted, so that a reader sees where the sum comes from.
    fn parts(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "As it was counted ({}):\n\n| part | requests | invocations | read units | write units | calls of SQS | mails | bytes a \
             mail |\n|---|--:|--:|--:|--:|--:|--:|--:|",
            self.measured.machine.trim_end_matches('.'),
        )?;
        for (name, part) in &self.measured.parts {
            let (invoked, sends) =
                part.functions.values().fold((0, 0), |(a, b), calls| (a + calls.invocations, b + calls.sends));
            let name = match name.as_str() {
                "sign-ups" => format!("sign-ups, {} people", self.measured.sign_ups),
                "views" => format!("views, {} looks", self.measured.views),
                "idle tick" => "one tick of each schedule with nothing due".to_owned(),
                name => name.to_owned(),
            };
            writeln!(
                text,
                "| {name} | {} | {} | {} | {} | {} | {} | {} |",
                part.requests,
                invoked,
                part.all_reads(),
                part.all_writes(),
                sends + part.queue_polls,
                part.mails,
                part.mail_bytes.checked_div(part.mails).map_or_else(String::new, |bytes| bytes.to_string()),
            )?;
        }
        writeln!(
            text,
            "\nWhat an invocation lasts, as it is billed: its CPU time as measured ({} MB buy one CPU, so a function of 256 MB gets \
             {:.1} % of one), and the waiting that is assumed below.\n\n| function | CPU ms | MB | ms billed, on average \
             |\n|---|--:|--:|--:|",
            grouped(f64::from(crate::share::MB_PER_CPU)),
            256.0 / f64::from(crate::share::MB_PER_CPU) * 100.0,
        )?;
        for (name, cpu) in &self.measured.cpu_ms {
            let all = self.measured.parts.values().filter_map(|part| part.functions.get(name)).fold(
                (0.0, 0.0),
                |sum, calls| {
                    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
                    let invocations = calls.invocations as f64;
                    (sum.0 + lasts(&self.measured, name, calls).0, sum.1 + invocations)
                },
            );
            let memory = pictures::every().iter().find(|it| it.name == name).map_or(256, |it| it.memory_mb);
            if all.1 > 0.0 {
                writeln!(text, "| `{name}` | {cpu:.2} | {memory} | {:.0} |", all.0 / all.1)?;
            }
        }
        writeln!(
            text,
            "\nA consumer's CPU is that of one message; an invocation of `send_email` takes up to ten. From starting a process to its \
             first call for work: {:.1} ms on a whole CPU, which Lambda gives until then, and bills.\n",
            self.measured.init_ms,
        )?;
        Ok(())
    }

    fn sizes(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "## A month, in three sizes\n\n| | events | guests | a month | less AWS's free allowances | in us-east-1, less them | mail's \
             share | for a guest |\n|---|--:|--:|--:|--:|--:|--:|--:|",
        )?;
        for (name, events, guests) in SIZES {
            let usage = self.month(events, guests)?;
            let (lines, sum, with_free) = self.lines(&usage)?;
            let mail = of_mail(&lines, |line| line.with_free);
            writeln!(
                text,
                "| {name} | {} | {} | {} | **{}** | {} | {:.0} % | {} |",
                grouped(events),
                grouped(events * guests),
                dollars(sum),
                dollars(with_free),
                dollars(self.prices.sum(&usage, Region::Virginia, true)?),
                mail / with_free * 100.0,
                dollars(with_free / (events * guests)),
            )?;
        }
        writeln!(
            text,
            "\nWhat is free is free once for the whole account, each month and for ever: who runs other things in it pays more, up to the \
             fourth column. Bookings stay in the tables for {} months here, which the largest size pays for.\n",
            assumed::MONTHS_KEPT,
        )?;
        let (name, events, guests) = SIZES[2];
        let (lines, _, _) = self.lines(&self.month(events, guests)?)?;
        writeln!(text, "Line by line, for {name}:\n")?;
        table(text, &lines, true)?;
        writeln!(
            text,
            "\n**What dominates, and what would change it.** For a club it is what is there anyway: alarms, and queues that are asked. \
             From a city on it is mail, at {} a thousand whoever it goes to. Each booking sends two mails, and each guest gets two \
             reminders. Half of a booking's mails tell the organizer: one a day to them instead of one a booking would take a quarter \
             off the mails. After mail come CloudFront and the tables' write units; of those of a booking nothing can be left out, \
             since each is a guard (ARCHITECTURE.md). Lambda itself hardly counts.\n",
            dollars(self.prices.cost("mails", 1_000.0, Region::Frankfurt, false)?),
        )?;
        Ok(())
    }

    fn idle(&self, text: &mut String) -> Result<()> {
        let deployed = &self.deployed;
        let (lines, sum, with_free) = self.lines(&idle(&self.measured, deployed)?)?;
        writeln!(
            text,
            "## A month in which nothing happens\n\nWith all {} functions deployed and all {} alarms on, which watch {} metrics.\n",
            deployed.functions, deployed.alarms, deployed.alarm_metrics,
        )?;
        table(text, &lines, true)?;
        let (five, two) = assumed::POLLERS;
        writeln!(
            text,
            "| **all** | | | **{}** | **{}** |\n\nEasily forgotten:\n\n\
             - **Queues are asked.** Lambda asks each of the {} queues with a consumer, whether anything is in it or not: {} pollers, {} \
             times a minute. A queue without a bound on its consumer's concurrency is asked by {} when it is quiet; {} of ours have \
             that bound.\n\
             - **Alarms** cost by the metric that they watch, beyond ten; {} dashboard is within the three that are free.\n\
             - **Schedules**: {} ticks a minute, each an invocation with its queries and its lines of log.\n\
             - **Metrics of one's own** cost by the hour in which they are written: none here. The {} in the log lines and the {} out of \
             them are counted in the sizes above.\n\
             - **Keys** lie in Parameter Store, in the clear only to who signs: no charge. In Secrets Manager each would cost $0.40.\n\
             - **Point-in-time recovery** and the tables cost by what lies in them; logs are gone after 30 days (`LogDays`).\n\
             - **A domain** of one's own in Route 53 costs {} a month more; with another registrar's DNS, nothing. A KMS key of one's own \
             (`TableKeyArn`) costs $1.\n",
            dollars(sum),
            dollars(with_free),
            deployed.polled,
            five,
            assumed::POLLS_A_MINUTE,
            two,
            deployed.polled_by_five,
            deployed.dashboards,
            deployed.ticks_a_minute,
            self.measured.metrics.len(),
            deployed.log_metrics,
            dollars(self.prices.cost("zones", 1.0, Region::Frankfurt, false)?),
        )?;
        writeln!(text, "Beyond these prices there is no charge for:\n")?;
        for free in &self.prices.no_charge {
            writeln!(text, "- {} ([{}]({}))", free.what, reading(&free.read), free.source)?;
        }
        text.push('\n');
        Ok(())
    }

    fn server_line(&self, name: &str) -> Result<&Price> {
        Ok(self.prices.server.lines.get(name).ok_or_else(|| format!("no server's {name} in prices.json"))?)
    }

    fn servers(&self, region: Region) -> Result<f64> {
        let of =
            |name: &str| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(self.server_line(name)?.in_region(region));
        Ok((of("instance")? + of("address")?) * HOURS + (of("disk_gb")? + of("snapshot_gb")?) * DISK_GB)
    }

    fn databases(&self, region: Region) -> Result<f64> {
        let of =
            |name: &str| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(self.server_line(name)?.in_region(region));
        Ok(self.servers(region)? + of("database")? * HOURS + of("database_gb")? * DATABASE_GB)
    }

    fn server(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "## Beside it: a server that is always on\n\npretix takes 0.8 GiB of memory with PostgreSQL, Redis and its workers. An \
             instance of 1 GiB holds that only without its system, so it is the next one. Mail comes on top and costs the same.\n\n\
             | | eu-central-1 | us-east-1 |\n|---|--:|--:|",
        )?;
        let rows = [("instance", HOURS), ("address", HOURS), ("disk_gb", DISK_GB), ("snapshot_gb", DISK_GB)];
        let more = [("database", HOURS), ("database_gb", DATABASE_GB)];
        let mut row = |name: &str, times: f64| -> Result<()> {
            let price = self.server_line(name)?;
            let [frankfurt, virginia] =
                [Region::Frankfurt, Region::Virginia].map(|at| dollars(price.in_region(at) * times));
            Ok(writeln!(text, "| {} x {times} | {frankfurt} | {virginia} |", price.what)?)
        };
        for (name, times) in rows {
            row(name, times)?;
        }
        let sums = [Region::Frankfurt, Region::Virginia].map(|region| self.servers(region));
        let [frankfurt, virginia] = sums;
        writeln!(text, "| **a month** | **{}** | **{}** |", dollars(frankfurt?), dollars(virginia?))?;
        let mut row = |name: &str, times: f64| -> Result<()> {
            let price = self.server_line(name)?;
            let [frankfurt, virginia] =
                [Region::Frankfurt, Region::Virginia].map(|at| dollars(price.in_region(at) * times));
            Ok(writeln!(text, "| {} x {times} | {frankfurt} | {virginia} |", price.what)?)
        };
        for (name, times) in more {
            row(name, times)?;
        }
        let [frankfurt, virginia] = [Region::Frankfurt, Region::Virginia].map(|region| self.databases(region));
        writeln!(
            text,
            "| **a month with the database on RDS** | **{}** | **{}** |",
            dollars(frankfurt?),
            dollars(virginia?)
        )?;
        let (_, idle, _) = self.lines(&idle(&self.measured, &self.deployed)?)?;
        let (lines, event, _) = self.lines(&of_event(&self.measured, 1_000.0)?)?;
        let mail = of_mail(&lines, |line| line.cost);
        let even = (self.servers(Region::Frankfurt)? - idle).max(0.0) / ((event - mail) / 1_000.0);
        writeln!(
            text,
            "\nMail aside, and with nothing free, Guestlist comes to as much as that server at some {} guests a month; below it costs \
             less. The server is one machine in one zone: it is down when that is, it is patched by whoever runs it, and it holds so \
             many bookings a second and no more. Hosted elsewhere than on AWS, a server of that size is cheaper.\n",
            grouped((even / 1_000.0).round() * 1_000.0),
        )?;
        Ok(())
    }

    fn assumptions(&self, text: &mut String) -> Result<()> {
        writeln!(text, "## What is assumed, and not measured\n\n| what | |\n|---|--:|")?;
        for (what, value) in [
            ("A round trip to DynamoDB, as a function in its region waits for it", format!("{} ms", assumed::TRIP_MS)),
            ("A call of SQS, the same", format!("{} ms", assumed::SEND_MS)),
            ("A call of SES, the same", format!("{} ms", assumed::MAIL_MS)),
            ("Invocations that start a process", format!("{} %", assumed::COLD * 100.0)),
            ("What a start waits for the network", format!("{} ms", assumed::COLD_NETWORK_MS)),
            ("Looks at an event's page for each guest who comes", assumed::VIEWS.to_string()),
            ("Guests who sign up for it", format!("{} %", assumed::NEW * 100.0)),
            (
                "What a guest's browser fetches once: app, fonts, cover",
                format!("{} kB in {} requests", assumed::FIRST_VISIT_BYTES / 1_000.0, assumed::FIRST_VISIT_REQUESTS),
            ),
            ("Months for which bookings are kept", assumed::MONTHS_KEPT.to_string()),
            ("Apps and pictures in the buckets", format!("{} GB", assumed::BUCKET_GB)),
        ] {
            writeln!(text, "| {what} | {value} |")?;
        }
        writeln!(
            text,
            "\nTaken high on purpose: each request comes alone, so nothing behind it shares an invocation; all of a mail is billed as if \
             it were attachment; every look at a page reaches the API, although CloudFront keeps pages for 15 s; logs are stored as \
             long as they are, although CloudWatch packs them; an arm64 CPU is taken for as fast as the one that measured. Not in it: \
             AWS support, tax, an import of old data, and answers of more than 512 KB, which the API bills twice.\n",
        )?;
        Ok(())
    }

    fn prices(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "## The prices\n\n{}\n\n| what | for | eu-central-1 | us-east-1 | free a month | as of | known by |\n\
             |---|--:|--:|--:|--:|---|---|",
            self.prices.how,
        )?;
        for price in self.prices.meters.values().chain(self.prices.server.lines.values()) {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | [{}]({}) |",
                price.what,
                grouped(price.per),
                list(price.frankfurt),
                list(price.virginia),
                if price.free > 0.0 { grouped(price.free) } else { String::new() },
                price.as_of,
                reading(&price.read),
                price.source,
            )?;
        }
        Ok(())
    }
}

/// What mail comes to.
fn of_mail(lines: &[Line<'_>], cost: impl Fn(&Line<'_>) -> f64) -> f64 {
    lines.iter().filter(|line| line.price.what.starts_with("SES")).map(cost).sum()
}

fn reading(read: &str) -> &'static str {
    match read {
        "price_list" => "AWS's price list, quoted",
        "quoted" => "AWS, quoted",
        _ => "unconfirmed",
    }
}

fn table(text: &mut String, lines: &[Line<'_>], free: bool) -> Result<()> {
    let (head, rule) = if free { (" less what is free |", "--:|") } else { ("", "") };
    writeln!(text, "| what | how much | at | costs |{head}\n|---|--:|--:|--:|{rule}")?;
    for Line { price, quantity, cost, with_free } in lines {
        let at = list(price.frankfurt);
        let at = if price.per > 1.0 { format!("{at} for {}", grouped(price.per)) } else { at };
        let less = if free { format!(" {} |", dollars(*with_free)) } else { String::new() };
        writeln!(text, "| {} | {} | {at} | {} |{less}", price.what, amount(*quantity), dollars(*cost))?;
    }
    Ok(())
}

/// An amount of money: cents from a cent on, below it two digits that mean something.
fn dollars(amount: f64) -> String {
    match amount {
        amount if amount >= 1_000.0 => format!("${}", grouped(amount.round())),
        amount if amount >= 0.01 => format!("${amount:.2}"),
        amount if amount >= 0.001 => format!("${amount:.4}"),
        amount if amount >= 0.000_1 => format!("${amount:.5}"),
        amount if amount > 0.0 => "below $0.0001".to_owned(),
        _ => "$0".to_owned(),
    }
}

/// A list price, to all its digits.
fn list(price: f64) -> String {
    let digits = price.to_string();
    if digits.split('.').nth(1).is_none_or(|cents| cents.len() < 2) {
        format!("${price:.2}")
    } else {
        format!("${digits}")
    }
}

/// A quantity, with as many digits as mean something.
fn amount(quantity: f64) -> String {
    match quantity {
        quantity if quantity >= 100.0 => grouped(quantity.round()),
        quantity if quantity >= 1.0 && quantity.fract() == 0.0 => quantity.to_string(),
        quantity if quantity >= 1.0 => format!("{quantity:.1}"),
        quantity => format!("{quantity:.4}"),
    }
}

/// A whole number with commas.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_page_is_that_of_the_prices_and_the_last_measurement() {
        let kept = std::fs::read_to_string(path()).unwrap();
        assert!(kept == page().unwrap(), "docs/COST.md is stale: cargo run -p bench -- --cost");
    }

    #[test]
    fn money_and_amounts_read_well() {
        assert_eq!(
            ["$0", "below $0.0001", "$0.00012", "$0.0012", "$0.12", "$1,234"],
            [0.0, 1e-5, 0.000_12, 0.001_2, 0.12, 1_234.4].map(dollars)
        );
        assert_eq!(["0.0500", "1.5", "2", "1,000,000"], [0.05, 1.5, 2.0, 1e6].map(amount));
    }
}
