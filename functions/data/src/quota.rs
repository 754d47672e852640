//! The limits on a user's uploads.

use shared::{
    base::ids::UserId,
    http::problem::{Problem, Result},
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime, Time};

use crate::{
    model::{Cost, UploadSettings},
    queries,
};

/// Charges uploads to the limits of their user.
#[derive(Clone)]
pub(crate) struct UploadQuota(pub(crate) UploadSettings);

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
        // Open drafts do not end by waiting: the user must upload their files or delete them.
        let wait = (exceeded != "open_drafts_per_user").then(|| until_tomorrow(now).unsigned_abs());
        Err(Problem::quota_exceeded(&exceeded, wait))
    }
}

fn until_tomorrow(now: OffsetDateTime) -> Duration {
    Duration::DAY - (now.time() - Time::MIDNIGHT)
}
