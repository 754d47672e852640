//! The time as the stand-ins tell it.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The time now.
#[must_use]
pub fn now() -> OffsetDateTime {
    #[allow(clippy::disallowed_methods, reason = "the cloud has a clock of its own")]
    OffsetDateTime::now_utc()
}

/// A time as Google writes it.
#[must_use]
pub fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
