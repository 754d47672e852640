//! Controls for tests and benchmarks at a stand-in's boundary, and the quota.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::StatusCode;
use tokio::sync::watch;

use crate::Fault;

/// A limit on requests per minute.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// The name of the service, such as `speech.googleapis.com`.
    pub service: &'static str,
    /// The quota metric that counts the requests.
    pub metric: &'static str,
    /// The limit. `None` means no quota.
    pub per_minute: Option<u32>,
}

/// Controls that tests and benchmarks use to inject failures, delays and instant results.
pub struct Controls {
    quota: Quota,
    state: Mutex<State>,
    held: watch::Sender<bool>,
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
    /// Creates controls without failures or delays.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self { quota, state: Mutex::default(), held: watch::Sender::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of files that reached the engine or the text that replaces it.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Counts a file that reached the engine.
    pub fn count_call(&self) {
        self.state().calls += 1;
    }

    /// Makes the next `count` requests fail with this status.
    pub fn fail_next(&self, count: u32, status: StatusCode) {
        self.state().failures = Some((count, status));
    }

    /// Makes this percentage of requests fail with 500 or 503.
    pub fn fail_rate(&self, percent: u8) {
        self.state().failing_percent = percent;
    }

    /// Makes the next `count` operations fail.
    pub fn fail_next_operations(&self, count: u32) {
        self.state().failing_operations = count;
    }

    /// Keeps operations in the queue until they are released.
    pub fn hold_operations(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Waits until operations are no longer held in the queue.
    pub async fn leave_queue(&self) {
        // The sender outlives the wait.
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }

    /// Delays all work by this duration.
    pub fn set_delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Waits for the configured delay.
    pub async fn wait(&self) {
        let delay = self.state().delay;
        tokio::time::sleep(delay).await;
    }

    /// Replaces the engine by a fixed text. `None` restores the engine.
    pub fn set_instant(&self, text: Option<&str>) {
        self.state().instant = text.map(str::to_owned);
    }

    /// Returns the text that replaces the engine.
    pub fn instant(&self) -> Option<String> {
        self.state().instant.clone()
    }

    /// Admits a request.
    ///
    /// # Errors
    /// The injected failure.
    pub fn admit(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if let Some((left, status)) = state.failures.take_if(|(left, _)| *left > 0) {
            state.failures = Some((left - 1, status));
            return Err(Fault::injected(status));
        }
        state.fail_at_random()
    }

    /// Admits a poll, which only fails by [`Self::fail_rate`].
    ///
    /// # Errors
    /// The injected failure.
    pub fn admit_poll(&self) -> Result<(), Fault> {
        self.state().fail_at_random()
    }

    /// Admits an operation.
    ///
    /// # Errors
    /// `INTERNAL` when the operation is one that should fail.
    pub fn admit_operation(&self) -> Result<(), Fault> {
        let mut state = self.state();
        if state.failing_operations == 0 {
            return Ok(());
        }
        state.failing_operations -= 1;
        Err(Fault::internal())
    }

    /// Counts a request against the quota per minute. Instant results do not count.
    ///
    /// # Errors
    /// `RESOURCE_EXHAUSTED` when the quota is used up.
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
    fn fail_at_random(&self) -> Result<(), Fault> {
        if fastrand::u8(..100) < self.failing_percent {
            let statuses = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
            return Err(Fault::injected(statuses[usize::from(fastrand::bool())]));
        }
        Ok(())
    }
}
