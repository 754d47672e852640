//! The quota of an engine for requests per minute.

use std::num::NonZeroU32;

use sqlx::PgPool;

use super::{EngineError, queries};
use crate::base::clock::Clock;

/// A quota for requests per minute, which all instances share. A request above the quota is deferred instead of sent,
/// like a request that the engine refuses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestQuota {
    name: &'static str,
    per_minute: i32,
    is_batch: bool,
    db: PgPool,
    clock: Clock,
}

impl RequestQuota {
    /// Creates a quota for synchronous calls.
    #[must_use]
    pub fn new(name: &'static str, per_minute: NonZeroU32, db: PgPool, clock: Clock) -> Self {
        let per_minute = i32::try_from(per_minute.get()).unwrap_or(i32::MAX);
        Self { name, per_minute, is_batch: false, db, clock }
    }

    /// Creates a quota for requests that start a batch operation.
    #[must_use]
    pub fn for_batches(name: &'static str, per_minute: NonZeroU32, db: PgPool, clock: Clock) -> Self {
        Self { is_batch: true, ..Self::new(name, per_minute, db, clock) }
    }

    /// Charges this many requests to the quota.
    ///
    /// # Errors
    /// [`EngineError::Deferred`] if fewer requests are left in this minute. In that case, nothing is charged.
    pub async fn charge(&self, requests: i32) -> Result<(), EngineError> {
        let now = self.clock.now();
        match queries::charge_requests(&self.db, self.name, requests, self.per_minute, now).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(EngineError::Deferred { batch: self.is_batch }),
            Err(error) => Err(EngineError::Transient(error.into())),
        }
    }
}
