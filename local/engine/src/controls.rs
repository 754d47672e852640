//! What tests and benchmarks may change at a stand-in's boundary, and the quota.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::StatusCode;

use crate::Fault;

/// How many requests a minute a service answers.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// As in `speech.googleapis.com`.
    pub service: &'static str,
    /// What the service calls such requests.
    pub metric: &'static str,
    /// No quota when `None`.
    pub per_minute: Option<u32>,
}

/// What tests and benchmarks may change.
pub struct Controls {
    quota: Quota,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: u64,
    failures: Option<(u32, StatusCode)>,
    failing_operations: u32,
    failing_percent: u8,
    delay: Duration,
    instant: Option<String>,
    minute: Option<(Instant, u32)>,
}

impl Controls {
    /// Nothing fails, and nothing waits.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self { quota, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many files reached the engine, or the text that stands in for it.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Counts a file that reached it.
    pub fn count_call(&self) {
        self.state().calls += 1;
    }

    /// The next `count` requests are answered with this status.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.state().failures = Some((count, status));
    }

    /// So many of a hundred requests are answered with 500 or 503.
    pub fn fail_rate(&self, percent: u8) {
        self.state().failing_percent = percent;
    }

    /// The next `count` operations end with an error.
    pub fn fail_next_operations(&self, count: u32) {
        self.state().failing_operations = count;
    }

    /// How long all work waits before it begins.
    pub fn set_delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Waits as long as was set.
    pub async fn wait(&self) {
        let delay = self.state().delay;
        tokio::time::sleep(delay).await;
    }

    /// The text that stands in for the engine; `None` goes back to work.
    pub fn set_instant(&self, text: Option<&str>) {
        self.state().instant = text.map(str::to_owned);
    }

    /// The text that stands in for the engine.
    pub fn instant(&self) -> Option<String> {
        self.state().instant.clone()
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// The failure that was asked for.
    pub fn admit(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if let Some((left, status)) = state.failures.take_if(|(left, _)| *left > 0) {
            state.failures = Some((left - 1, status));
            return Err(Fault::injected(status));
        }
        state.chance()
    }

    /// Lets a poll in: only the share of requests that fail concerns it.
    ///
    /// # Errors
    /// The failure that was asked for.
    pub fn admit_poll(&self) -> Result<(), Fault> {
        self.state().chance()
    }

    /// Lets an operation begin its work.
    ///
    /// # Errors
    /// `INTERNAL` when it is one of those that were to fail.
    pub fn admit_operation(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if state.failing_operations == 0 {
            return Ok(());
        }
        state.failing_operations -= 1;
        Err(Fault::internal())
    }

    /// Spends one of the minute's requests; an instant answer costs none.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` when none is left.
    pub fn spend(&self) -> Result<(), Fault> {
        let mut state = self.state();
        let Some(limit) = self.quota.per_minute.filter(|_| state.instant.is_none()) else {
            return Ok(());
        };
        let now = Instant::now();
        let (start, used) =
            state.minute.filter(|(start, _)| now - *start < Duration::from_secs(60)).unwrap_or((now, 0));
        state.minute = Some((start, used.saturating_add(1)));
        if used < limit {
            Ok(())
        } else {
            Err(Fault::quota(self.quota.service, self.quota.metric, "minute", limit))
        }
    }
}

impl State {
    fn chance(&self) -> Result<(), Fault> {
        if fastrand::u8(..100) < self.failing_percent {
            let statuses = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
            return Err(Fault::injected(statuses[usize::from(fastrand::bool())]));
        }
        Ok(())
    }
}
