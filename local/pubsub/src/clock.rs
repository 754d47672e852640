//! The time of day.

use std::time::SystemTime;

/// The time that messages are stamped with.
#[expect(
    clippy::disallowed_methods,
    reason = "a stand-in for a service has its own clock, as the service has"
)]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
