//! A lease on expensive work, so that only one instance does it: processing an upload, or a step of an export.
//!
//! The claim that acquires a lease commits before the work begins. The holder renews the lease while it works, so the
//! lease expires soon after its holder has died, and not before.

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
/// The interval between renewals. A lease outlasts two failed ones.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(15);
/// The number of tries before work fails permanently. It exceeds Pub/Sub's deliveries of one event, so that an outage
/// leaves a dead letter before it leaves a failure.
const MAX_TRIES: i32 = 12;
/// The delay before a scheduled task repeats failed work. By then Pub/Sub has stopped delivering the event.
const FALLBACK: Duration = Duration::hours(1);

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
    /// Returns the number of tries so far, including the current one.
    fn tries(&self) -> i32;

    /// Extends the lease, if this instance still holds it.
    fn renew(
        &self,
        db: &PgPool,
        until: OffsetDateTime,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Releases the lease, if this instance still holds it. A scheduled task repeats the work at `next_attempt_at`.
    fn release(
        &self,
        db: &PgPool,
        next_attempt_at: OffsetDateTime,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Returns true if the work has been tried too often and must fail permanently.
    fn is_exhausted(&self) -> bool {
        self.tries() > MAX_TRIES
    }
}

/// Runs work while renewing its lease. When the work fails, the lease is released, so that the next delivery can
/// acquire it.
///
/// # Errors
/// When the lease cannot be released.
pub async fn hold<J: Leased>(
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
            job.release(db, clock.now() + FALLBACK).await?;
            Ok(Delivery::Retry(problem))
        }
        delivery => delivery,
    }
}

/// Renews the lease for as long as it is polled. A failed renewal is retried at the next interval.
async fn keep<J: Leased>(db: &PgPool, clock: &Clock, job: &J) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = job.renew(db, clock.now() + LEASE).await {
            tracing::warn!(error = chain(&error), "the lease could not be renewed");
        }
    }
}
