//! The limits on a user's uploads.

use shared::{
    base::ids::UserId,
    http::problem::{Problem, Result},
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime, Time};

use crate::queries;

shared::settings! {
    /// The limits on uploads of one user, over all projects. A day begins at midnight UTC.
    pub struct UploadSettings {
        /// Maximum number of drafts of one user whose file has not been uploaded.
        pub open_drafts: u32 = "OPEN_DRAFTS_PER_USER" or "500",
        /// Maximum number of uploads that one user begins on a day. A reprocessed item counts as one.
        pub items_per_day: u32 = "ITEMS_PER_USER_AND_DAY" or "2000",
        /// Maximum size of the uploads that one user begins on a day, in bytes.
        pub bytes_per_day: u64 = "BYTES_PER_USER_AND_DAY" or "21474836480",
    }
}

/// Charges uploads to the limits of their user.
#[derive(Clone)]
pub(crate) struct UploadQuota(pub(crate) UploadSettings);

/// The cost of a request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) drafts: usize,
    pub(crate) items: usize,
    pub(crate) bytes: i64,
}

impl UploadQuota {
    /// Charges a request in its transaction.
    ///
    /// # Errors
    /// 429 if a limit is exceeded. Then the transaction must be rolled back.
    pub(crate) async fn charge(
        &self,
        db: &mut PgConnection,
        user: UserId,
        cost: Cost,
        now: OffsetDateTime,
    ) -> Result<()> {
        let Some(exceeded) = queries::charge_uploads(db, user, cost, &self.0, now.date()).await? else {
            return Ok(());
        };
        // Waiting does not end drafts: the user uploads their files or deletes them.
        let wait = (exceeded != "open_drafts_per_user").then(|| until_tomorrow(now).unsigned_abs());
        Err(Problem::quota_exceeded(&exceeded, wait))
    }
}

fn until_tomorrow(now: OffsetDateTime) -> Duration {
    Duration::DAY - (now.time() - Time::MIDNIGHT)
}
