//! The one clock. Functions get `now` from it and from nowhere else, so that tests fix it and the local runner moves it.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock; clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    /// `None` for the machine's time.
    fixed: Option<Timestamp>,
    /// Milliseconds ahead of that.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's time.
    pub fn system() -> Self {
        Self { fixed: None, ahead: Arc::default() }
    }

    /// A time that stands still until it is moved.
    pub fn fixed(at: Timestamp) -> Self {
        Self { fixed: Some(at), ahead: Arc::default() }
    }

    /// The time, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let base = self.fixed.unwrap_or_else(Timestamp::now).as_millisecond();
        let shown = base.saturating_add(self.ahead.load(Ordering::SeqCst));
        Timestamp::from_millisecond(shown).unwrap_or(Timestamp::MAX)
    }

    /// Moves it on (or back).
    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(millis, Ordering::SeqCst);
    }

    /// How far it was moved in all.
    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_millis(self.ahead.load(Ordering::SeqCst))
    }
}
