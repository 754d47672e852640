//! What tests and benchmarks may change at the stand-in's boundary, and the quota.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::StatusCode;

use crate::fault::Fault;

pub(crate) struct Controls {
    requests_per_minute: Option<u32>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: u64,
    failures: Option<(u32, StatusCode)>,
    delay: Duration,
    instant: Option<String>,
    instant_pages: Option<usize>,
    failing_percent: u8,
    failing_operations: u32,
    minute: Option<(Instant, u32)>,
}

impl Controls {
    pub(crate) fn new(requests_per_minute: Option<u32>) -> Self {
        Self { requests_per_minute, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    pub(crate) fn count_call(&self) {
        self.state().calls += 1;
    }

    pub(crate) fn fail_next(&self, count: u32, status: StatusCode) {
        self.state().failures = Some((count, status));
    }

    pub(crate) fn set_delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    pub(crate) fn delay(&self) -> Duration {
        self.state().delay
    }

    pub(crate) fn set_instant(&self, text: Option<&str>) {
        self.state().instant = text.map(str::to_owned);
    }

    /// The text that stands in for reading, and on how many pages.
    pub(crate) fn instant(&self) -> Option<(String, usize)> {
        let state = self.state();
        Some((state.instant.clone()?, state.instant_pages.unwrap_or(1)))
    }

    pub(crate) fn set_instant_pages(&self, pages: usize) {
        self.state().instant_pages = Some(pages.max(1));
    }

    pub(crate) fn fail_rate(&self, percent: u8) {
        self.state().failing_percent = percent;
    }

    pub(crate) fn fail_next_operations(&self, count: u32) {
        self.state().failing_operations = count;
    }

    /// Whether an operation that begins now is to fail.
    pub(crate) fn fails_operation(&self) -> bool {
        let mut state = self.state();
        let fails = state.failing_operations > 0;
        state.failing_operations = state.failing_operations.saturating_sub(1);
        fails
    }

    /// Lets a request in, or says which failure was asked for.
    pub(crate) fn admit(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if let Some((left, status)) = state.failures.take_if(|(left, _)| *left > 0) {
            state.failures = Some((left - 1, status));
            return Err(Fault::injected(status));
        }
        if fastrand::u8(..100) < state.failing_percent {
            let statuses = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
            return Err(Fault::injected(statuses[usize::from(fastrand::bool())]));
        }
        Ok(())
    }

    /// Spends one of the minute's online requests.
    pub(crate) fn spend(&self) -> Result<(), Fault> {
        let mut state = self.state();
        let Some(limit) = self.requests_per_minute.filter(|_| state.instant.is_none()) else {
            return Ok(());
        };
        let now = Instant::now();
        let (start, used) =
            state.minute.filter(|(start, _)| now - *start < Duration::from_secs(60)).unwrap_or((now, 0));
        state.minute = Some((start, used.saturating_add(1)));
        if used < limit { Ok(()) } else { Err(Fault::quota(limit)) }
    }
}
