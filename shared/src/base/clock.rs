//! The time, handed in rather than looked up, so that tests can move it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use time::{Duration, OffsetDateTime};

/// A source of the present time; cheap to clone, all clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The present time in UTC, to the microsecond, as Postgres keeps it.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    pub fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc() + Duration::seconds(self.ahead_seconds.load(Ordering::Relaxed));
        now.replace_nanosecond(now.microsecond() * 1000).unwrap_or(now)
    }

    /// Moves the clock and all its clones ahead.
    #[cfg(feature = "testing")]
    pub fn advance(&self, by: Duration) {
        self.ahead_seconds.fetch_add(by.whole_seconds(), Ordering::Relaxed);
    }
}
