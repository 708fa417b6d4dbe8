//! The table.

use std::fmt::{Result, Write};
use std::time::Duration;

/// What was aimed at, and whether it was met.
#[derive(Clone, Debug)]
pub enum Aim {
    /// Nothing was: the figure is there to be known.
    None,
    /// This, and it was met or not.
    Of {
        /// In words.
        words: String,
        /// Whether it was.
        met: bool,
        /// Where it wasn't: why, and what would change it.
        why: &'static str,
    },
}

impl Aim {
    /// An aim in words; `why` is shown where it was missed.
    pub fn of(words: impl Into<String>, met: bool, why: &'static str) -> Self {
        Aim::Of { words: words.into(), met, why }
    }
}

#[derive(Debug)]
struct Row {
    part: &'static str,
    what: String,
    measured: String,
    aim: Aim,
}

/// Everything measured so far.
#[derive(Debug, Default)]
pub struct Report {
    /// The machine and the date, as they were before the first measurement.
    machine: String,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// An empty one of this machine.
    pub fn new(machine: String) -> Self {
        Self { machine, ..Self::default() }
    }

    /// Adds a line of the table.
    pub fn row(&mut self, part: &'static str, what: impl Into<String>, measured: impl Into<String>, aim: Aim) {
        self.rows.push(Row { part, what: what.into(), measured: measured.into(), aim });
    }

    /// Adds a sentence about how something was measured.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The whole as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        self.write(&mut text).ok();
        text
    }

    fn write(&self, text: &mut String) -> Result {
        writeln!(text, "# Measured\n\nWritten by `cargo xtask bench`.\n")?;
        writeln!(text, "{}\n", self.machine)?;
        writeln!(text, "| part | what | measured | aim | |\n|---|---|---|---|---|")?;
        for Row { part, what, measured, aim } in &self.rows {
            let (words, verdict) = match aim {
                Aim::None => ("", ""),
                Aim::Of { words, met, .. } => (words.as_str(), if *met { "met" } else { "**missed**" }),
            };
            writeln!(text, "| {part} | {what} | {measured} | {words} | {verdict} |")?;
        }
        let missed: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| match &row.aim {
                Aim::Of { met: false, why, .. } => Some((&row.what, *why)),
                _ => None,
            })
            .collect();
        writeln!(text, "\n## Missed, why, and what would change it\n")?;
        if missed.is_empty() {
            writeln!(text, "Nothing.")?;
        }
        // One reason often explains several lines.
        let mut told: Vec<&str> = Vec::new();
        for (_, why) in &missed {
            if told.contains(why) {
                continue;
            }
            told.push(why);
            let all: Vec<_> = missed.iter().filter(|(_, other)| other == why).map(|(what, _)| what.as_str()).collect();
            writeln!(text, "- {}: {why}", all.join("; "))?;
        }
        writeln!(text, "\n## How\n")?;
        for note in &self.notes {
            writeln!(text, "- {note}")?;
        }
        Ok(())
    }
}

/// A time in milliseconds, with as many digits as mean something.
pub fn ms(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1_000.0;
    match millis {
        millis if millis < 10.0 => format!("{millis:.2} ms"),
        millis if millis < 100.0 => format!("{millis:.1} ms"),
        millis => format!("{millis:.0} ms"),
    }
}

/// A size in MB (10^6 bytes).
pub fn mb(bytes: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let megabytes = bytes as f64 / 1e6;
    format!("{megabytes:.2} MB")
}

/// The value below which `share` of `sorted` lies (nearest rank).
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts are small"
    )]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle of some values.
pub fn median<T: Ord + Copy + Default>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 0.5), Duration::from_millis(100));
        assert_eq!(percentile(&times, 0.99), Duration::from_millis(198));
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
        assert_eq!(median(&[3, 1, 2]), 2);
    }

    #[test]
    fn a_missed_aim_says_why_once_for_all_that_share_it() {
        let mut report = Report::default();
        report.row("a", "first", "9", Aim::of("5", false, "it is far"));
        report.row("a", "second", "8", Aim::of("5", false, "it is far"));
        report.row("a", "third", "1", Aim::of("5", true, "never said"));
        let text = report.markdown();
        assert!(text.contains("- first; second: it is far\n") && !text.contains("never said"), "{text}");
    }
}
