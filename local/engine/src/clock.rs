//! The clock of the stand-ins.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Returns the current time.
#[must_use]
pub fn now() -> OffsetDateTime {
    #[allow(
        clippy::disallowed_methods,
        reason = "a stand-in for a service has its own clock, as the service has"
    )]
    OffsetDateTime::now_utc()
}

/// Formats a time as RFC 3339, as Google's APIs do.
#[must_use]
pub fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
