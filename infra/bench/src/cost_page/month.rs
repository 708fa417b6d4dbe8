//! What a month comes to: in three sizes, and when nothing happens.

use super::words::{dollars, grouped};
use super::{Page, of_mail, reading, table};
use crate::Result;
use crate::bill::{MONTH_MINUTES, Region, Usage, assumed, idle, of_event};
use std::fmt::Write as _;

/// The three sizes: what they are called, events a month, guests at each.
const SIZES: [(&str, f64, f64); 3] = [("a club", 8.0, 150.0), ("a city", 200.0, 150.0), ("a country", 5_000.0, 200.0)];

impl Page {
    pub fn sizes(&self, text: &mut String) -> Result<()> {
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

    pub fn idle(&self, text: &mut String) -> Result<()> {
        let deployed = &self.deployed;
        let (lines, sum, with_free) = self.lines(&idle(&self.measured, deployed)?)?;
        writeln!(
            text,
            "## A month in which nothing happens\n\nWith all {} functions deployed and all {} alarms on, which watch {} metrics.\n",
            deployed.functions, deployed.alarms, deployed.alarm_metrics,
        )?;
        table(text, &lines, true)?;
        let (five, two) = assumed::POLLERS;
        let reads =
            SIZES.map(|(name, events, guests)| Ok(format!("{name} {}", self.reads(&self.month(events, guests)?)?)));
        let reads = reads.into_iter().collect::<Result<Vec<_>>>()?;
        writeln!(
            text,
            "| **all** | | | **{}** | **{}** |\n\nEasily forgotten:\n\n\
             - **Queues are asked.** Lambda asks each of the {} queues with a consumer, whether anything is in it or not: {} pollers, {} \
             times a minute. A queue without a bound on its consumer's concurrency is asked by {} when it is quiet; {} of ours have \
             that bound.\n\
             - **Alarms** cost by the metric that they watch, beyond ten; {} dashboard is within the three that are free.\n\
             - **Schedules**: {} ticks a minute, each an invocation with its queries and its lines of log.\n\
             - **Metrics of one's own** cost by the hour in which they are written: none here. The {} that an \
             event writes when all goes well and the {} counted out of logs are in the sizes above, and so are {} more, such as \
             refused scans, mails that came back and announcements, which are written only in the hours in which such a thing happens: \
             {} for a metric and hour, so a country pays for them in full.\n\
             - **Keys** lie in Parameter Store, in the clear only to who signs: no charge. In Secrets Manager each would cost $0.40. With \
             Parameter Store's higher throughput (DEPLOY.md, before a rush) each read costs, as long as it is on: {} for an event of \
             1,000 guests, or a month of {}, at most.\n\
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
            assumed::RARE_METRICS,
            dollars(self.prices.cost("metrics", 1.0, Region::Frankfurt, false)? / (MONTH_MINUTES / 60.0)),
            self.reads(&of_event(&self.measured, 1_000.0)?)?,
            reads.join(", "),
            dollars(self.prices.cost("zones", 1.0, Region::Frankfurt, false)?),
        )?;
        writeln!(text, "Beyond these prices there is no charge for:\n")?;
        for free in &self.prices.no_charge {
            writeln!(text, "- {} ([{}]({}))", free.what, reading(&free.read), free.source)?;
        }
        text.push('\n');
        Ok(())
    }

    /// What reading the keys costs at Parameter Store's higher throughput: a key that is decrypted was read.
    fn reads(&self, usage: &Usage) -> Result<String> {
        let reads = usage.0.get("key_requests").copied().unwrap_or_default();
        Ok(dollars(self.prices.cost("parameter_calls", reads, Region::Frankfurt, false)?))
    }
}
