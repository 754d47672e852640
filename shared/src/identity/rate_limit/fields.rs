//! The `RateLimit` header fields of a response, as structured fields (RFC 9651).

use std::fmt::Write as _;

use super::{
    gcra::{LimitStatus, WINDOW},
    whole_seconds,
};
use crate::http::rate_limit_fields::RateLimitFields;

/// Sets the fields for the limits that a request was counted against. The `unknown-addresses` limit is shown only to clients
/// that it refuses, because it would tell anyone how busy the account is.
pub(super) fn describe(fields: &RateLimitFields, statuses: &[LimitStatus]) {
    let shown = |limit_status: &&LimitStatus| {
        limit_status.policy != "unknown-addresses" || limit_status.wait.is_some()
    };
    let (mut policies, mut states) = (String::new(), String::new());
    for (number, limit_status) in statuses.iter().filter(shown).enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let LimitStatus { policy, quota, remaining, reset, .. } = limit_status;
        let (window, reset) = (WINDOW / 1_000_000, whole_seconds(*reset).as_secs());
        let _ = write!(policies, "{comma}\"{policy}\";q={quota};w={window}");
        let _ = write!(states, "{comma}\"{policy}\";r={remaining};t={reset}");
    }
    if let (Ok(policies), Ok(states)) = (policies.try_into(), states.try_into()) {
        fields.set(policies, states);
    }
}
