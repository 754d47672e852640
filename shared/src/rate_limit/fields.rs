//! What an answer tells about limits: `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers-10), as lists of structured fields (RFC 9651).

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    gcra::{Standing, WINDOW},
    whole_seconds,
};

/// The fields of one answer, filled in while its request is served.
#[derive(Debug, Clone, Default)]
pub struct Answer(Arc<Mutex<Option<[HeaderValue; 2]>>>);

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

impl Answer {
    /// Notes how the request stands. What strangers spend on an account is told only to whom it stops:
    /// it would show to anybody how busy the account is.
    pub(super) fn tell(&self, standings: &[Standing]) {
        let told = |standing: &&Standing| standing.policy != "strangers" || standing.wait.is_some();
        let (mut policies, mut states) = (String::new(), String::new());
        for (number, standing) in standings.iter().filter(told).enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            let Standing { policy, quota, remaining, reset, .. } = standing;
            let (window, reset) = (WINDOW / 1_000_000, whole_seconds(*reset).as_secs());
            let _ = write!(policies, "{comma}\"{policy}\";q={quota};w={window}");
            let _ = write!(states, "{comma}\"{policy}\";r={remaining};t={reset}");
        }
        if let (Ok(policies), Ok(states)) = (policies.try_into(), states.try_into()) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some([policies, states]);
        }
    }

    /// Adds the fields, if the route has limits.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Some([policies, states]) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            headers.insert(POLICY, policies);
            headers.insert(STANDING, states);
        }
    }
}
