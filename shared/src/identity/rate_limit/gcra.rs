//! The generic cell rate algorithm (ITU-T I.371, annex A), expressed as a debt that decreases over time.
//!
//! Each request increases the debt of a key, and is admitted while the debt stays within a window.

use std::{collections::HashMap, num::NonZeroU32, sync::Mutex, time::Duration};

use time::OffsetDateTime;

use super::keys::{Key, key};

/// The period of a quota, and the largest debt of a key: a minute, in microseconds.
pub(super) const WINDOW: i64 = 60_000_000;
/// The largest number of keys in a process, which take about 3 MB.
const CAPACITY: usize = 100_000;

/// The cost of a request under one limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    /// The limit's name as shown to clients.
    pub(super) policy: &'static str,
    pub(super) key: Key,
    /// The time after which the cost is paid off, in microseconds.
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
    /// The time until the debt is paid off.
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

    fn fits(self, debt: i64) -> bool {
        debt + self.micros <= WINDOW
    }

    fn limit_status(self, debt: i64, wait: Option<i64>) -> LimitStatus {
        LimitStatus {
            policy: self.policy,
            quota: WINDOW / self.micros,
            remaining: (WINDOW - debt).max(0) / self.micros,
            reset: duration(debt),
            wait: wait.map(duration),
        }
    }
}

impl LimitStatus {
    /// Converts the state into requests of another charge's cost.
    pub(super) fn of(self, charge: &Charge) -> Self {
        let debt = i64::try_from(self.reset.as_micros()).unwrap_or(i64::MAX);
        charge.limit_status(debt, self.wait.map(|wait| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// Returns the state of each limit, computed from the debts before the request. A request is charged under all limits
/// or, when one of them refuses it and `in_any_case` is false, under none.
pub(super) fn statuses(charges: &[Charge], debts: &[i64], in_any_case: bool) -> Vec<LimitStatus> {
    let charged = in_any_case || all_fit(charges, debts);
    let each = charges.iter().zip(debts);
    each.map(|(charge, debt)| {
        if charged {
            return charge.limit_status(debt + charge.micros, None);
        }
        let wait = debt + charge.micros - WINDOW;
        charge.limit_status(*debt, (wait > 0).then_some(wait))
    })
    .collect()
}

fn all_fit(charges: &[Charge], debts: &[i64]) -> bool {
    charges.iter().zip(debts).all(|(charge, debt)| charge.fits(*debt))
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// Returns a time in microseconds since 1970.
pub(super) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// Debts stored in this process: the time at which each key will have paid.
#[derive(Default)]
pub(super) struct LocalStore {
    paid_at: Mutex<HashMap<Key, i64>>,
}

impl LocalStore {
    /// Charges all keys, or no key if a charge exceeds its limit and `in_any_case` is false. Returns the debts before
    /// the charge.
    pub(super) fn spend(&self, charges: &[Charge], now: i64, in_any_case: bool) -> Vec<i64> {
        let mut paid_at = self.paid_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let debt = |charge: &Charge| paid_at.get(&charge.key).map_or(0, |at| (at - now).max(0));
        let debts: Vec<i64> = charges.iter().map(debt).collect();
        if in_any_case || all_fit(charges, &debts) {
            if paid_at.len() + charges.len() > CAPACITY {
                forget(&mut paid_at, now);
            }
            for (charge, debt) in charges.iter().zip(&debts) {
                paid_at.insert(charge.key, now + debt + charge.micros);
            }
        }
        debts
    }
}

/// Makes room by removing keys without debt, then the half of the keys with the smallest debts. A flood of new keys
/// therefore does not release a key that has reached its limit.
fn forget(paid_at: &mut HashMap<Key, i64>, now: i64) {
    paid_at.retain(|_, at| *at > now);
    if paid_at.len() <= CAPACITY * 3 / 4 {
        return;
    }
    let mut times: Vec<i64> = paid_at.values().copied().collect();
    let (_, median, _) = times.select_nth_unstable(paid_at.len() / 2);
    let median = *median;
    paid_at.retain(|_, at| *at > median);
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use super::{CAPACITY, Charge, LimitStatus, LocalStore, WINDOW, statuses};

    const START: i64 = 1_800_000_000_000_000;

    fn charge(per_minute: u32, cost: u32, name: &str) -> Charge {
        Charge::new("address", NonZeroU32::new(per_minute).expect("a quota"), cost, &[name])
    }

    fn spend(store: &LocalStore, charges: &[Charge], now: i64) -> Vec<LimitStatus> {
        statuses(charges, &store.spend(charges, now, false), false)
    }

    #[test]
    fn a_quota_may_be_spent_at_once_and_refills_at_its_rate() {
        let store = LocalStore::default();
        let charges = [charge(7, 1, "a")];
        for remaining in (0..7).rev() {
            let limit_status = spend(&store, &charges, START)[0];
            assert_eq!((limit_status.quota, limit_status.remaining, limit_status.wait), (7, remaining, None));
        }
        let wait = spend(&store, &charges, START)[0].wait.expect("a refusal");
        assert!(Duration::from_secs(8) < wait && wait <= Duration::from_micros(8_571_429), "{wait:?}");
        let later = START + i64::try_from(wait.as_micros()).expect("a time");
        assert!(spend(&store, &charges, later - 1)[0].wait.is_some());
        assert_eq!(spend(&store, &charges, later)[0].wait, None);
        assert!(spend(&store, &charges, later)[0].wait.is_some());
        assert_eq!(spend(&store, &charges, later + 2 * WINDOW)[0].remaining, 6);
    }

    #[test]
    fn a_request_refused_by_one_limit_spends_from_none() {
        let store = LocalStore::default();
        let both = [charge(100, 1, "wide"), charge(1, 1, "narrow")];
        assert_eq!(spend(&store, &both, START)[0].remaining, 99);
        let refused = spend(&store, &both, START);
        assert_eq!((refused[0].remaining, refused[0].wait.is_some()), (99, false));
        assert_eq!((refused[1].remaining, refused[1].wait), (0, Some(Duration::from_secs(60))));
        assert_eq!(spend(&store, &both[..1], START)[0].remaining, 98);
    }

    #[test]
    fn an_unconditional_charge_may_exceed_the_quota() {
        let store = LocalStore::default();
        let charges = [charge(2, 1, "a")];
        spend(&store, &charges, START);
        store.spend(&[charges[0].times(2)], START, true);
        let wait = spend(&store, &charges, START)[0].wait;
        assert_eq!(wait, Some(Duration::from_secs(60)));
    }

    #[test]
    fn limits_are_shown_in_requests_and_a_cost_above_the_quota_takes_all_of_it() {
        let store = LocalStore::default();
        let mail = spend(&store, &[charge(30, 10, "mail")], START)[0];
        assert_eq!((mail.quota, mail.remaining, mail.reset), (3, 2, Duration::from_secs(20)));
        let costly = spend(&store, &[charge(3, 10, "dear")], START)[0];
        assert_eq!((costly.quota, costly.remaining, costly.wait), (1, 0, None));
    }

    #[test]
    fn a_clock_set_back_delays_admission_only_by_that_difference() {
        let store = LocalStore::default();
        let charges = [charge(1, 1, "a")];
        spend(&store, &charges, START);
        assert_eq!(spend(&store, &charges, START - 5_000_000)[0].wait, Some(Duration::from_secs(65)));
    }

    #[test]
    fn a_flood_of_keys_stays_bounded_and_releases_no_exhausted_key() {
        let store = LocalStore::default();
        let spent = [charge(1, 1, "spent")];
        spend(&store, &spent, START);
        for number in 0..CAPACITY * 2 {
            spend(&store, &[charge(120, 1, &number.to_string())], START);
        }
        let remembered = store.paid_at.lock().expect("the keys").len();
        assert!(remembered <= CAPACITY, "{remembered}");
        assert!(spend(&store, &spent, START)[0].wait.is_some());
    }
}
