//! The generic cell rate algorithm (ITU-T I.371, annex A), expressed as a backlog that decreases over time.
//!
//! Each request increases the backlog of a key, and is admitted while the backlog stays within a window.

use std::{collections::HashMap, num::NonZeroU32, sync::Mutex, time::Duration};

use time::OffsetDateTime;

use super::keys::{Key, key};

/// The period of a quota, and the largest backlog of a key: a minute, in microseconds.
pub(super) const WINDOW: i64 = 60_000_000;
/// The largest number of keys in a process, which take about 3 MB.
const CAPACITY: usize = 100_000;

/// The cost of a request under one limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    /// The limit's name as shown to clients.
    pub(super) policy: &'static str,
    pub(super) key: Key,
    /// The time that the cost adds to the backlog, in microseconds.
    pub(super) micros: i64,
}

/// The state of one limit after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LimitStatus {
    pub(super) policy: &'static str,
    /// The number of requests with the same cost that are allowed in a window.
    pub(super) quota: i64,
    /// The number of requests with the same cost that would be admitted now.
    pub(super) remaining: i64,
    /// The time until the backlog is empty.
    pub(super) reset: Duration,
    /// The time until this limit would admit the request. `None` if this limit did not refuse it.
    pub(super) wait: Option<Duration>,
}

impl Charge {
    /// Creates a charge under a limit in units a minute. A cost above the whole quota is reduced to the quota.
    pub(super) fn new(policy: &'static str, per_minute: NonZeroU32, cost: u32, parts: &[&str]) -> Self {
        let per_minute = i64::from(per_minute.get());
        let micros = (WINDOW * i64::from(cost) / per_minute).clamp(1, WINDOW);
        Self { policy, key: key(policy, parts), micros }
    }

    pub(super) fn times(self, times: u32) -> Self {
        Self { micros: self.micros * i64::from(times), ..self }
    }

    fn fits(self, backlog: i64) -> bool {
        backlog + self.micros <= WINDOW
    }

    fn limit_status(self, backlog: i64, wait: Option<i64>) -> LimitStatus {
        LimitStatus {
            policy: self.policy,
            quota: WINDOW / self.micros,
            remaining: (WINDOW - backlog).max(0) / self.micros,
            reset: duration(backlog),
            wait: wait.map(duration),
        }
    }
}

impl LimitStatus {
    /// Returns the same state for requests with the cost of another charge.
    pub(super) fn of(self, charge: &Charge) -> Self {
        let backlog = i64::try_from(self.reset.as_micros()).unwrap_or(i64::MAX);
        let wait = self.wait.map(|wait| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
        charge.limit_status(backlog, wait)
    }
}

/// Returns the state of each limit, computed from the backlogs before the request. A request is charged under all
/// limits or, when one of them refuses it and `in_any_case` is false, under none.
pub(super) fn statuses(charges: &[Charge], backlogs: &[i64], in_any_case: bool) -> Vec<LimitStatus> {
    let charged = in_any_case || all_fit(charges, backlogs);
    let each = charges.iter().zip(backlogs);
    each.map(|(charge, backlog)| {
        if charged {
            return charge.limit_status(backlog + charge.micros, None);
        }
        let wait = backlog + charge.micros - WINDOW;
        charge.limit_status(*backlog, (wait > 0).then_some(wait))
    })
    .collect()
}

fn all_fit(charges: &[Charge], backlogs: &[i64]) -> bool {
    charges.iter().zip(backlogs).all(|(charge, backlog)| charge.fits(*backlog))
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// Returns a time in microseconds since 1970.
pub(super) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// Backlogs stored in this process: the theoretical arrival time of each key, at which its backlog is empty.
#[derive(Default)]
pub(super) struct LocalStore {
    theoretical_arrivals: Mutex<HashMap<Key, i64>>,
}

impl LocalStore {
    /// Charges all keys, or no key if a charge exceeds its limit and `in_any_case` is false. Returns the backlogs
    /// before the charge.
    pub(super) fn charge(&self, charges: &[Charge], now: i64, in_any_case: bool) -> Vec<i64> {
        let mut arrivals =
            self.theoretical_arrivals.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let backlog = |charge: &Charge| arrivals.get(&charge.key).map_or(0, |at| (at - now).max(0));
        let backlogs: Vec<i64> = charges.iter().map(backlog).collect();
        if in_any_case || all_fit(charges, &backlogs) {
            if arrivals.len() + charges.len() > CAPACITY {
                evict(&mut arrivals, now);
            }
            for (charge, backlog) in charges.iter().zip(&backlogs) {
                arrivals.insert(charge.key, now + backlog + charge.micros);
            }
        }
        backlogs
    }
}

/// Makes room by removing keys without backlog, then the half of the keys with the smallest backlogs. A flood of new
/// keys therefore does not release a key that has reached its limit.
fn evict(arrivals: &mut HashMap<Key, i64>, now: i64) {
    arrivals.retain(|_, at| *at > now);
    if arrivals.len() <= CAPACITY * 3 / 4 {
        return;
    }
    let mut times: Vec<i64> = arrivals.values().copied().collect();
    let (_, median, _) = times.select_nth_unstable(arrivals.len() / 2);
    let median = *median;
    arrivals.retain(|_, at| *at > median);
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use super::{CAPACITY, Charge, LimitStatus, LocalStore, WINDOW, statuses};

    const START: i64 = 1_800_000_000_000_000;

    fn charge(per_minute: u32, cost: u32, name: &str) -> Charge {
        Charge::new("address", NonZeroU32::new(per_minute).expect("a quota"), cost, &[name])
    }

    fn apply(store: &LocalStore, charges: &[Charge], now: i64) -> Vec<LimitStatus> {
        statuses(charges, &store.charge(charges, now, false), false)
    }

    #[test]
    fn a_quota_may_be_spent_at_once_and_refills_at_its_rate() {
        let store = LocalStore::default();
        let charges = [charge(7, 1, "a")];
        for remaining in (0..7).rev() {
            let limit_status = apply(&store, &charges, START)[0];
            assert_eq!((limit_status.quota, limit_status.remaining, limit_status.wait), (7, remaining, None));
        }
        let wait = apply(&store, &charges, START)[0].wait.expect("a refusal");
        assert!(Duration::from_secs(8) < wait && wait <= Duration::from_micros(8_571_429), "{wait:?}");
        let later = START + i64::try_from(wait.as_micros()).expect("a time");
        assert!(apply(&store, &charges, later - 1)[0].wait.is_some());
        assert_eq!(apply(&store, &charges, later)[0].wait, None);
        assert!(apply(&store, &charges, later)[0].wait.is_some());
        assert_eq!(apply(&store, &charges, later + 2 * WINDOW)[0].remaining, 6);
    }

    #[test]
    fn a_request_refused_by_one_limit_is_charged_under_none() {
        let store = LocalStore::default();
        let both = [charge(100, 1, "wide"), charge(1, 1, "narrow")];
        assert_eq!(apply(&store, &both, START)[0].remaining, 99);
        let refused = apply(&store, &both, START);
        assert_eq!((refused[0].remaining, refused[0].wait.is_some()), (99, false));
        assert_eq!((refused[1].remaining, refused[1].wait), (0, Some(Duration::from_secs(60))));
        assert_eq!(apply(&store, &both[..1], START)[0].remaining, 98);
    }

    #[test]
    fn an_unconditional_charge_may_exceed_the_quota() {
        let store = LocalStore::default();
        let charges = [charge(2, 1, "a")];
        apply(&store, &charges, START);
        store.charge(&[charges[0].times(2)], START, true);
        let wait = apply(&store, &charges, START)[0].wait;
        assert_eq!(wait, Some(Duration::from_secs(60)));
    }

    #[test]
    fn limits_are_shown_in_requests_and_a_cost_above_the_quota_takes_all_of_it() {
        let store = LocalStore::default();
        let mail = apply(&store, &[charge(30, 10, "mail")], START)[0];
        assert_eq!((mail.quota, mail.remaining, mail.reset), (3, 2, Duration::from_secs(20)));
        let costly = apply(&store, &[charge(3, 10, "dear")], START)[0];
        assert_eq!((costly.quota, costly.remaining, costly.wait), (1, 0, None));
    }

    #[test]
    fn a_clock_set_back_delays_admission_only_by_that_difference() {
        let store = LocalStore::default();
        let charges = [charge(1, 1, "a")];
        apply(&store, &charges, START);
        assert_eq!(apply(&store, &charges, START - 5_000_000)[0].wait, Some(Duration::from_secs(65)));
    }

    #[test]
    fn a_flood_of_keys_stays_bounded_and_releases_no_exhausted_key() {
        let store = LocalStore::default();
        let exhausted = [charge(1, 1, "exhausted")];
        apply(&store, &exhausted, START);
        for number in 0..CAPACITY * 2 {
            apply(&store, &[charge(120, 1, &number.to_string())], START);
        }
        let remembered = store.theoretical_arrivals.lock().expect("the keys").len();
        assert!(remembered <= CAPACITY, "{remembered}");
        assert!(apply(&store, &exhausted, START)[0].wait.is_some());
    }
}
