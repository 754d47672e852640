//! The time as the stand-in tells it.

use std::time::Duration;

use local_engine::clock::{now, rfc3339};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The time now, as Google writes it.
pub(crate) fn timestamp() -> String {
    rfc3339(now())
}

/// Whether that time is longer ago than this.
pub(crate) fn is_older(timestamp: &str, age: Duration) -> bool {
    OffsetDateTime::parse(timestamp, &Rfc3339).is_ok_and(|time| now() - time > age)
}
