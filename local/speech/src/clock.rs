//! The time as the stand-in tells it.

use std::time::Duration;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The time now, as Google writes it.
pub(crate) fn timestamp() -> String {
    now().format(&Rfc3339).unwrap_or_default()
}

/// Whether that time is longer ago than this.
pub(crate) fn is_older(timestamp: &str, age: Duration) -> bool {
    OffsetDateTime::parse(timestamp, &Rfc3339).is_ok_and(|time| now() - time > age)
}

#[allow(clippy::disallowed_methods, reason = "the cloud has a clock of its own")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
