//! The runner's clock: the machine's, moved forward by as much as somebody asked for. How far is kept in the data folder,
//! so that time never goes back.

use crate::disk::Disk;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Ten years: more only takes the calendar out of range.
const FARTHEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);
const SETTING: &str = "clock_ahead_seconds";

/// The clock that every function reads, and where its position is kept.
#[derive(Clone, Debug)]
pub struct Clock {
    functions: kit::Clock,
    disk: Disk,
    moved: Arc<Notify>,
}

impl Clock {
    /// The clock as it was left.
    ///
    /// # Errors
    /// When the disk can't be read.
    pub fn open(disk: Disk) -> rusqlite::Result<Self> {
        let ahead = disk.setting(SETTING)?.and_then(|value| value.parse().ok()).unwrap_or(0);
        let functions = kit::Clock::system();
        functions.advance(SignedDuration::from_secs(ahead));
        Ok(Self { functions, disk, moved: Arc::new(Notify::new()) })
    }

    /// The clock to give to the functions: always the same time as this one.
    pub fn for_functions(&self) -> kit::Clock {
        self.functions.clone()
    }

    /// Now, on this clock.
    pub fn now(&self) -> Timestamp {
        self.functions.now()
    }

    /// How far this clock is ahead of the machine's.
    pub fn ahead(&self) -> SignedDuration {
        self.functions.ahead()
    }

    /// Moves the clock forward; the schedules are called at once.
    ///
    /// # Errors
    /// A sentence: more than ten years ahead in all, or a disk that can't be written.
    pub fn forward(&self, by: SignedDuration) -> Result<(), String> {
        let ahead = self.ahead().saturating_add(by);
        if by.is_negative() || ahead > FARTHEST {
            return Err("The clock goes forward only, and no more than ten years in all.".to_owned());
        }
        self.disk
            .set_setting(SETTING, &ahead.as_secs().to_string())
            .map_err(|error| format!("The clock's position can't be kept: {error}"))?;
        self.functions.advance(by);
        self.moved.notify_waiters();
        Ok(())
    }

    /// Resolves when the clock is moved next, counted from this call and not from the first poll.
    pub fn moved(&self) -> Notified<'_> {
        self.moved.notified()
    }
}

/// Reads `90s`, `5m`, `1h`, `2d`, `1w` or several of them in a row, as `1d12h`.
///
/// # Errors
/// A sentence that says what is understood.
pub fn parse_span(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("{text:?} is no span of time; write it as 30m, 1h, 1d or 1d12h.");
    let mut total: i64 = 0;
    let mut digits = String::new();
    for letter in text.trim().chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(wrong()),
        };
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        total = count.checked_mul(unit).and_then(|seconds| total.checked_add(seconds)).ok_or_else(wrong)?;
        digits.clear();
    }
    if total == 0 || !digits.is_empty() {
        return Err(wrong());
    }
    Ok(SignedDuration::from_secs(total))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn spans_are_read_and_nonsense_is_refused() {
        for (text, seconds) in [("90s", 90), ("5m", 300), ("1h", 3_600), ("1d12h", 129_600), ("2w", 1_209_600)] {
            assert_eq!(parse_span(text).unwrap().as_secs(), seconds, "{text}");
        }
        for text in ["", "0h", "1", "h", "-1h", "1y", "99999999999999999999h", "9223372036854775807w", "1h2"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_clock_only_goes_forward_and_stays_moved() {
        let disk = Disk::memory().unwrap();
        let clock = Clock::open(disk.clone()).unwrap();
        clock.forward(SignedDuration::from_hours(25)).unwrap();
        assert!(clock.forward(SignedDuration::from_hours(-1)).is_err());
        assert!(clock.forward(SignedDuration::from_hours(24 * 366 * 10)).is_err());
        assert_eq!(Clock::open(disk).unwrap().ahead(), SignedDuration::from_hours(25));
        assert!(clock.now() > Timestamp::now().saturating_add(SignedDuration::from_hours(24)).unwrap());
    }
}
