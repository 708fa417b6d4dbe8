//! What one event comes to, and how it was counted.

use super::words::{dollars, grouped};
use super::{Page, of_mail, table};
use crate::Result;
use crate::bill::{Region, assumed, lasts, of_event};
use std::fmt::Write as _;

impl Page {
    pub fn event(&self, text: &mut String) -> Result<()> {
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
}
