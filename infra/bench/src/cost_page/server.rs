//! A server that is always on, and up to how many guests Guestlist costs less.

use super::words::{dollars, grouped};
use super::{Page, of_mail};
use crate::Result;
use crate::bill::{Price, Region, assumed};
use std::fmt::Write as _;

/// What pretix is given beside its memory: disk for system, database and files, and so much of it in snapshots.
const DISK_GB: f64 = 20.0;
/// The smallest disk that RDS gives.
const DATABASE_GB: f64 = 20.0;
const HOURS: f64 = 730.0;
/// What a month of the server is made of: the lines' names in prices.json, and how much of each.
const SERVER: [(&str, f64); 4] =
    [("instance", HOURS), ("address", HOURS), ("disk_gb", DISK_GB), ("snapshot_gb", DISK_GB)];
/// What its database comes to on RDS.
const DATABASE: [(&str, f64); 2] = [("database", HOURS), ("database_gb", DATABASE_GB)];
/// Guests at each event of the month that costs as much as the server.
const GUESTS: f64 = 1_000.0;

impl Page {
    fn server_line(&self, name: &str) -> Result<&Price> {
        Ok(self.prices.server.lines.get(name).ok_or_else(|| format!("no server's {name} in prices.json"))?)
    }

    fn server_lines(&self, lines: &[(&str, f64)], region: Region) -> Result<f64> {
        lines.iter().map(|(name, times)| Ok(self.server_line(name)?.in_region(region) * times)).sum()
    }

    /// A month of the server with its database on it.
    pub fn servers(&self, region: Region) -> Result<f64> {
        self.server_lines(&SERVER, region)
    }

    /// A month of the server with its database on RDS.
    pub fn databases(&self, region: Region) -> Result<f64> {
        Ok(self.servers(region)? + self.server_lines(&DATABASE, region)?)
    }

    /// A month with so many events, mail aside and with nothing free.
    fn beside_mail(&self, events: f64) -> Result<f64> {
        let (lines, sum, _) = self.lines(&self.month(events, GUESTS)?)?;
        Ok(sum - of_mail(&lines, |line| line.cost))
    }

    /// With how many guests a month costs as much as the server does.
    fn even(&self) -> Result<f64> {
        // Each event costs the same as the one before.
        let (none, one) = (self.beside_mail(0.0)?, self.beside_mail(1.0)?);
        Ok((self.servers(Region::Frankfurt)? - none).max(0.0) / (one - none) * GUESTS)
    }

    pub fn server(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "## Beside it: a server that is always on\n\npretix takes 0.8 GiB of memory with PostgreSQL, Redis and its workers. An \
             instance of 1 GiB holds that only without its system, so it is the next one. Mail comes on top and costs the same.\n\n\
             | | eu-central-1 | us-east-1 |\n|---|--:|--:|",
        )?;
        let (frankfurt, virginia) = (Region::Frankfurt, Region::Virginia);
        self.server_table(text, &SERVER)?;
        let sums = [self.servers(frankfurt)?, self.servers(virginia)?].map(dollars);
        writeln!(text, "| **a month** | **{}** | **{}** |", sums[0], sums[1])?;
        self.server_table(text, &DATABASE)?;
        let sums = [self.databases(frankfurt)?, self.databases(virginia)?].map(dollars);
        writeln!(text, "| **a month with the database on RDS** | **{}** | **{}** |", sums[0], sums[1])?;
        writeln!(
            text,
            "\nMail aside, with nothing free, and with bookings kept for {} months, Guestlist comes to as much as that server at some \
             {} guests a month; below it costs less. The server is one machine in one zone: it is down when that is, it is patched by \
             whoever runs it, and it holds so many bookings a second and no more. Hosted elsewhere than on AWS, a server of that size \
             is cheaper.\n",
            assumed::MONTHS_KEPT,
            grouped((self.even()? / 1_000.0).round() * 1_000.0),
        )?;
        Ok(())
    }

    fn server_table(&self, text: &mut String, lines: &[(&str, f64)]) -> Result<()> {
        for (name, times) in lines {
            let price = self.server_line(name)?;
            let [frankfurt, virginia] =
                [Region::Frankfurt, Region::Virginia].map(|region| dollars(price.in_region(region) * times));
            writeln!(text, "| {} x {times} | {frankfurt} | {virginia} |", price.what)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::bill::{MONTH_MINUTES, month};

    #[test]
    fn a_month_with_the_guests_of_the_break_even_costs_what_the_server_costs() {
        let page = Page::read().unwrap();
        // As the table of months adds it up, line by line, at events of another size.
        let (events, guests) = (page.even().unwrap() / 500.0, 500.0);
        let usage = month(&page.measured, &page.deployed, events, guests).unwrap();
        let others = usage.0.iter().filter(|(meter, _)| !meter.starts_with("mail"));
        let costs: f64 =
            others.map(|(meter, quantity)| page.prices.cost(meter, *quantity, Region::Frankfurt, false).unwrap()).sum();
        let server = page.servers(Region::Frankfurt).unwrap();
        // Twice as many events are made and published, which is cents, and have hours in which they count what is rare.
        let hours = assumed::RARE_METRICS * assumed::RARE_HOURS * (events - page.even().unwrap() / GUESTS);
        let rare = page.prices.cost("metrics", hours / (MONTH_MINUTES / 60.0), Region::Frankfurt, false).unwrap();
        assert!((costs - rare - server).abs() < 0.05, "{costs}, of it {rare} for what is rare, beside {server}");
    }
}
