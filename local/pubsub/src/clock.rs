//! The clock for messages and tokens.

use std::time::SystemTime;

/// Returns the current time.
#[expect(
    clippy::disallowed_methods,
    reason = "a stand-in for a service has its own clock, as the service has"
)]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
