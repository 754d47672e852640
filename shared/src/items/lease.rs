//! A lease on expensive work, so that only one instance does it: processing an upload, or a step of an export.
//!
//! The claim that acquires a lease commits before the work begins. The holder renews the lease while it works, so the
//! lease expires soon after its holder has died, and not before.
//!
//! Only `maintenance` repeats work: a failed attempt is recorded with a pause, and its message is acknowledged. Pub/Sub
//! redelivers a message only if the failure could not be recorded.

use std::convert::Infallible;

use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::{
    base::clock::Clock,
    cloud::push::Delivery,
    http::problem::{Problem, chain},
};

/// The duration of a lease after it is acquired or renewed.
pub const LEASE: Duration = Duration::seconds(45);
/// The interval between renewals. A lease outlasts two failed renewals.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(15);
/// The number of counted failures after which work fails permanently.
pub const MAX_FAILURES: i32 = 12;

/// The result of a request for a lease.
#[derive(Debug)]
pub enum Lease<J> {
    /// This instance holds the lease on the work.
    Acquired(J),
    /// Another instance holds the lease.
    Held,
    /// The work is already complete.
    Finished,
    /// The work does not exist.
    Absent,
}

/// Work that requires a lease.
pub trait Leased: Sync {
    /// Extends the lease, if this instance still holds it.
    fn renew(
        &self,
        db: &PgPool,
        until: OffsetDateTime,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Records a failed attempt and releases the lease, if this instance still holds it. `maintenance` repeats the work
    /// after a pause that grows with each failure.
    fn schedule_retry(
        &self,
        db: &PgPool,
        now: OffsetDateTime,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// Runs work while renewing its lease. When the work fails, the failure is recorded.
///
/// # Errors
/// When the failure cannot be recorded.
pub async fn run_with_lease<J: Leased>(
    db: &PgPool,
    clock: &Clock,
    job: &J,
    work: impl Future<Output = Result<Delivery, Problem>> + Send,
) -> Result<Delivery, Problem> {
    let delivery = tokio::select! {
        delivery = work => delivery,
        never = keep(db, clock, job) => match never {},
    };
    match delivery {
        Err(problem) => {
            // The alert on failing attempts counts this line (terraform/monitoring.tf).
            tracing::warn!(cause = problem.cause(), "the attempt failed and will be repeated");
            job.schedule_retry(db, clock.now()).await?;
            Ok(Delivery::Done)
        }
        delivery => delivery,
    }
}

/// Renews the lease for as long as the future is polled. A failed renewal is retried at the next interval.
async fn keep<J: Leased>(db: &PgPool, clock: &Clock, job: &J) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = job.renew(db, clock.now() + LEASE).await {
            tracing::warn!(error = chain(&error), "the lease could not be renewed");
        }
    }
}
