//! The clock of the stand-in.

use std::time::Duration;

use local_engine::clock::{now, rfc3339};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Returns the current time in Google's format.
pub(crate) fn timestamp() -> String {
    rfc3339(now())
}

/// Returns true if a time is further in the past than an age.
pub(crate) fn is_older(timestamp: &str, age: Duration) -> bool {
    OffsetDateTime::parse(timestamp, &Rfc3339).is_ok_and(|time| now() - time > age)
}
