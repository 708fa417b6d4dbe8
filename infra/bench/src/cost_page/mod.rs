//! docs/COST.md: what was measured, at list prices, in words.

mod event;
mod month;
mod server;
mod words;

use crate::Result;
use crate::bill::{Price, Prices, Region, Usage, assumed, idle, month, of_event};
use crate::deployed::Deployed;
use crate::tally::Measured;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use words::{amount, dollars, grouped, list};

/// Where the page is, from the bench's folder.
const PAGE: &str = "../../docs/COST.md";
/// What the page is worked out from, besides the prices.
const MEASURED: &str = "measured-event.json";

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
    let page = Page::read()?;
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
    /// What it is made of, as it is checked in.
    fn read() -> Result<Self> {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
        let measured = serde_json::from_str(&std::fs::read_to_string(bench.join(MEASURED))?)?;
        Ok(Self { prices: Prices::read(bench)?, deployed: Deployed::count()?, measured })
    }

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
            (
                "Hours of a month in which each of the rarer metrics is written, for each event",
                format!("{}, of {} metrics", assumed::RARE_HOURS, assumed::RARE_METRICS),
            ),
            ("Months for which bookings are kept", assumed::MONTHS_KEPT.to_string()),
            ("Apps and pictures in the buckets", format!("{} GB", assumed::BUCKET_GB)),
        ] {
            writeln!(text, "| {what} | {value} |")?;
        }
        writeln!(
            text,
            "\nTaken high on purpose: each request comes alone, so nothing behind it shares an invocation; all of a mail is billed as if \
             it were attachment; every look at a page reaches the API, although CloudFront keeps pages for 15 s, and every file that \
             a browser fetches its bucket, although CloudFront keeps most for a year; each invocation that signs has its key \
             decrypted, although a process keeps it for five minutes; logs are stored as long as they are, although CloudWatch packs \
             them; an arm64 CPU is taken for as fast as the one that measured. Not in it: AWS support, tax, an import of old data, \
             and answers of more than 512 KB, which the API bills twice.\n",
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_page_is_that_of_the_prices_and_the_last_measurement() {
        let kept = std::fs::read_to_string(path()).unwrap();
        assert!(kept == page().unwrap(), "docs/COST.md is stale: cargo run -p bench -- --cost");
    }
}
