//! The `RateLimit-Policy` and `RateLimit` response headers (draft-ietf-httpapi-ratelimit-headers-10).

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The rate limit headers of one response, set while handling the request and written by the server's outermost layer.
#[derive(Debug, Clone, Default)]
pub struct RateLimitFields(Arc<Mutex<Option<[HeaderValue; 2]>>>);

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

impl RateLimitFields {
    /// Sets both headers and replaces the values of an earlier call.
    pub(crate) fn set(&self, policy: HeaderValue, limit: HeaderValue) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some([policy, limit]);
    }

    /// Adds the headers to a response, if the route has limits.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Some([policy, limit]) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            headers.insert(POLICY, policy);
            headers.insert(LIMIT, limit);
        }
    }
}
