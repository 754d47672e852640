//! The delivery queue of one subscription: message ids, their due times, and the number of concurrent deliveries.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
    ops::RangeInclusive,
    time::Duration,
};

use tokio::time::Instant;

use crate::message::MessageId;

/// The number of concurrent deliveries at the start and after failures.
const MIN_WINDOW: usize = 4;
/// The number of concurrent deliveries after continued success.
const MAX_WINDOW: usize = 64;
/// The number of consecutive failures that do not slow down a subscription without a retry policy.
const FREE_FAILURES: u32 = 5;
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
/// The longest backoff. The real service waits for up to a minute, but a restarted receiver should not wait that
/// long here.
const MAX_BACKOFF: Duration = Duration::from_secs(5);
/// The longest delay that shuffling adds to a message.
const SHUFFLE: Duration = Duration::from_millis(100);

/// Faults that the real service may cause for any message, made likely: duplicates and reordering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The number of deliveries per message, drawn at random. `1..=1` means no duplicates.
    pub duplicate: RangeInclusive<u32>,
    /// Delivers messages, and the copies of a message, in random order.
    pub shuffle: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self { duplicate: 1..=1, shuffle: false }
    }
}

struct Entry {
    failures: u32,
    /// The number of deliveries that have yet to succeed.
    copies: u32,
}

pub(crate) struct Queue {
    entries: BTreeMap<MessageId, Entry>,
    ready: VecDeque<MessageId>,
    delayed: BinaryHeap<Reverse<(Instant, MessageId)>>,
    in_flight: usize,
    window: usize,
    failures_in_a_row: u32,
    backoff_until: Option<Instant>,
    faults: Faults,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            ready: VecDeque::new(),
            delayed: BinaryHeap::new(),
            in_flight: 0,
            window: MIN_WINDOW,
            failures_in_a_row: 0,
            backoff_until: None,
            faults: Faults::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Adds a message that is due now.
    pub(crate) fn push(&mut self, id: MessageId, failures: u32) {
        let range = self.faults.duplicate.clone();
        let copies = if range.is_empty() { 1 } else { fastrand::u32(range).max(1) };
        self.entries.insert(id, Entry { failures, copies });
        for _ in 0..copies {
            if self.faults.shuffle {
                self.delayed.push(Reverse((Instant::now() + SHUFFLE.mul_f64(fastrand::f64()), id)));
            } else {
                self.ready.push_back(id);
            }
        }
    }

    /// Returns the next message to deliver and its failure count, if one is due and the window allows it.
    pub(crate) fn take(&mut self, now: Instant) -> Option<(MessageId, u32)> {
        while let Some(Reverse((due, id))) = self.delayed.peek().copied()
            && due <= now
        {
            self.delayed.pop();
            self.ready.push_back(id);
        }
        if self.in_flight >= self.window || self.backoff_until.is_some_and(|until| now < until) {
            return None;
        }
        loop {
            if self.faults.shuffle && !self.ready.is_empty() {
                self.ready.swap(0, fastrand::usize(..self.ready.len()));
            }
            let id = self.ready.pop_front()?;
            if let Some(entry) = self.entries.get(&id) {
                self.in_flight += 1;
                return Some((id, entry.failures));
            }
        }
    }

    /// Returns the time to call [`Self::take`] again, if nothing else happens.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        if self.in_flight >= self.window {
            return None; // the end of a delivery comes first
        }
        let next = if self.ready.is_empty() { self.delayed.peek().map(|due| due.0.0) } else { Some(now) };
        next.map(|due| self.backoff_until.map_or(due, |until| due.max(until)))
    }

    /// Records a successful delivery. Returns true if it was the last one of the message.
    pub(crate) fn succeeded(&mut self, id: MessageId) -> bool {
        self.in_flight -= 1;
        self.window = (self.window + 1).min(MAX_WINDOW);
        self.failures_in_a_row = 0;
        self.backoff_until = None;
        self.entries.get_mut(&id).is_some_and(|entry| {
            entry.copies = entry.copies.saturating_sub(1);
            entry.copies == 0
        })
    }

    /// Records a failed delivery and returns the message's failure count, or `None` if the message was dropped.
    pub(crate) fn failed(&mut self, id: MessageId) -> Option<u32> {
        self.in_flight -= 1;
        self.window = (self.window / 2).max(MIN_WINDOW);
        let entry = self.entries.get_mut(&id)?;
        entry.failures = entry.failures.saturating_add(1);
        Some(entry.failures)
    }

    /// Queues a failed message again, `after` a delay. Without one, a receiver that keeps failing gets a
    /// backoff, as in the real service ("push backoff").
    pub(crate) fn retry(&mut self, id: MessageId, after: Duration, now: Instant) {
        if !after.is_zero() {
            self.delayed.push(Reverse((now + after, id)));
            return;
        }
        self.ready.push_back(id);
        if self.backoff_until.is_none_or(|until| until <= now) {
            self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
            if let Some(doublings) = self.failures_in_a_row.checked_sub(FREE_FAILURES + 1) {
                let delay = INITIAL_BACKOFF.saturating_mul(1 << doublings.min(16)).min(MAX_BACKOFF);
                self.backoff_until = Some(now + delay);
            }
        }
    }

    /// Drops a message.
    pub(crate) fn remove(&mut self, id: MessageId) {
        self.entries.remove(&id);
    }

    /// Returns the oldest message if it was published before `cutoff`.
    pub(crate) fn older_than(&self, cutoff: MessageId) -> Option<MessageId> {
        self.entries.keys().next().copied().filter(|id| *id < cutoff)
    }

    /// Returns the newest message.
    pub(crate) fn newest(&self) -> Option<MessageId> {
        self.entries.keys().next_back().copied()
    }

    /// Returns a message to the queue, because its subscription has no endpoint anymore.
    pub(crate) fn postpone(&mut self, id: MessageId) {
        self.in_flight -= 1;
        self.ready.push_back(id);
    }
}

/// Returns the delay after the `failures`th failure: the minimum, doubled each time up to the maximum, plus up
/// to a fifth so that messages that failed together spread out.
pub(crate) fn backoff((minimum, maximum): (Duration, Duration), failures: u32) -> Duration {
    let doubled = minimum.saturating_mul(1 << failures.saturating_sub(1).min(24)).min(maximum);
    doubled.mul_f64(1.0 + fastrand::f64() / 5.0).min(maximum)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{MAX_WINDOW, MIN_WINDOW, Queue, backoff};
    use crate::message::MessageId;

    fn queue(messages: u64) -> Queue {
        let mut queue = Queue::new();
        (0..messages).for_each(|id| queue.push(MessageId(id), 0));
        queue
    }

    fn take_all(queue: &mut Queue) -> Vec<MessageId> {
        std::iter::from_fn(|| queue.take(Instant::now())).map(|(id, _)| id).collect()
    }

    #[test]
    fn the_window_starts_small_grows_on_success_and_shrinks_on_failure() {
        let mut queue = queue(1000);
        let first = take_all(&mut queue);
        assert_eq!(first.len(), MIN_WINDOW);
        let mut in_flight = first;
        for _ in 0..100 {
            queue.succeeded(in_flight.pop().expect("a message in flight"));
            in_flight.extend(take_all(&mut queue));
        }
        assert_eq!(in_flight.len(), MAX_WINDOW);
        queue.failed(in_flight.pop().expect("a message in flight"));
        assert!(take_all(&mut queue).is_empty(), "the smaller window is exceeded");
    }

    #[test]
    fn the_backoff_doubles_from_minimum_to_maximum_with_jitter() {
        let bounds = (Duration::from_secs(10), Duration::from_secs(600));
        for (failures, least) in [(1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (1000, 600)] {
            let waited = backoff(bounds, failures);
            assert!(waited >= Duration::from_secs(least), "{failures}: {waited:?}");
            assert!(
                waited <= Duration::from_secs(least).mul_f64(1.2).min(bounds.1),
                "{failures}: {waited:?}"
            );
        }
        assert_eq!(backoff((Duration::ZERO, Duration::ZERO), 9), Duration::ZERO);
    }

    #[test]
    fn a_failing_receiver_gets_growing_delays() {
        let mut queue = queue(1);
        let mut now = Instant::now();
        let mut delays = Vec::new();
        for _ in 0..20 {
            now = queue.due(now).expect("a message waits").max(now);
            let (id, _) = queue.take(now).expect("a due message");
            queue.failed(id);
            queue.retry(id, Duration::ZERO, now);
            delays.push(queue.due(now).expect("a message waits").saturating_duration_since(now));
        }
        assert!(delays[..5].iter().all(Duration::is_zero), "{delays:?}");
        assert_eq!(delays[5..8], [100, 200, 400].map(Duration::from_millis));
        assert_eq!(delays.last(), Some(&super::MAX_BACKOFF));
    }
}
