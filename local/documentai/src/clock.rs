//! The time of day.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

pub(crate) fn now() -> OffsetDateTime {
    #[allow(clippy::disallowed_methods, reason = "the cloud has a clock of its own")]
    OffsetDateTime::now_utc()
}

pub(crate) fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
