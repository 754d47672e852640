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
    failing_operations: u32,
    fail_rate: u8,
    delay: Duration,
    instant: Option<String>,
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

    pub(crate) fn fail_next_operations(&self, count: u32) {
        self.state().failing_operations = count;
    }

    pub(crate) fn fail_rate(&self, percent: u8) {
        self.state().fail_rate = percent;
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

    pub(crate) fn instant(&self) -> Option<String> {
        self.state().instant.clone()
    }

    /// Lets a request in, or says why not: an injected failure, or the minute's quota.
    pub(crate) fn admit(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if let Some((left, status)) = state.failures.take_if(|(left, _)| *left > 0) {
            state.failures = Some((left - 1, status));
            return Err(Fault::injected(status));
        }
        state.chance()?;
        let Some(limit) = self.requests_per_minute.filter(|_| state.instant.is_none()) else {
            return Ok(());
        };
        let now = Instant::now();
        let (start, used) =
            state.minute.filter(|(start, _)| now - *start < Duration::from_secs(60)).unwrap_or((now, 0));
        state.minute = Some((start, used.saturating_add(1)));
        if used < limit { Ok(()) } else { Err(Fault::quota(limit)) }
    }

    /// Lets a poll in, or lets it fail with the share of calls that are to fail.
    pub(crate) fn admit_poll(&self) -> Result<(), Fault> {
        self.state().chance()
    }

    /// Lets an operation begin, or says with what it is to end.
    pub(crate) fn admit_operation(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if state.failing_operations == 0 {
            return Ok(());
        }
        state.failing_operations -= 1;
        Err(Fault::injected(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

impl State {
    fn chance(&self) -> Result<(), Fault> {
        if fastrand::u8(0..100) < self.fail_rate {
            Err(Fault::injected(StatusCode::SERVICE_UNAVAILABLE))
        } else {
            Ok(())
        }
    }
}
