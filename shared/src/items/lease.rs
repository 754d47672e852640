//! The lease that gives costly work to one instance at a time: the processing of an upload, a step of an export.
//!
//! The claim that acquires a lease commits before the work begins. The holder renews the lease while it works, so that
//! the lease ends soon after its holder is gone, and not before.

use std::convert::Infallible;

use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::{
    base::clock::Clock,
    cloud::push::Delivery,
    http::problem::{Problem, chain},
};

/// How long a lease lasts after it was acquired or renewed.
pub const LEASE: Duration = Duration::seconds(45);
/// How often it is renewed: two renewals may fail.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(15);
/// Tries of the same work before it is given up: more than Pub/Sub's deliveries of one event, so that an outage leaves
/// a dead letter before it leaves a failure.
const MAX_TRIES: i32 = 12;
/// By then Pub/Sub has given up on the event, and a scheduled task repeats it.
const FALLBACK: Duration = Duration::hours(1);

/// The result of asking for a lease.
#[derive(Debug)]
pub enum Lease<J> {
    /// The lease is ours; this is the work.
    Acquired(J),
    /// Another instance holds it.
    Held,
    /// The work was done already.
    Finished,
    /// There is no such work.
    Absent,
}

/// Work that is done under a lease.
pub trait Leased: Sync {
    /// The number of times that this work was begun.
    fn tries(&self) -> i32;

    /// Extends the lease, if it is still ours.
    fn renew(
        &self,
        db: &PgPool,
        until: OffsetDateTime,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Ends the lease, if it is still ours; a scheduled task takes the work up at `next_attempt_at`.
    fn release(
        &self,
        db: &PgPool,
        next_attempt_at: OffsetDateTime,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Whether the work was begun so often that it is given up.
    fn is_exhausted(&self) -> bool {
        self.tries() > MAX_TRIES
    }
}

/// Does work while renewing its lease. Work that fails gives the lease back, so that the next delivery finds it free.
///
/// # Errors
/// When the lease cannot be given back.
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

/// Renews the lease for as long as it is polled; a renewal that fails is made up for by the next.
async fn keep<J: Leased>(db: &PgPool, clock: &Clock, job: &J) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = job.renew(db, clock.now() + LEASE).await {
            tracing::warn!(error = chain(&error), "the lease was not renewed");
        }
    }
}
