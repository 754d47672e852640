//! Limits on the resources and the work of one user.
//!
//! For a limit on rows, the transaction that adds a row counts the existing rows after [`lock_user`]. A limit on work
//! in a period is a [`UserQuota`].

use std::{num::NonZeroU32, sync::Arc};

use sqlx::PgConnection;

use crate::{
    base::{clock::Clock, config::Error, ids::UserId},
    cloud::redis::RedisSettings,
    http::{
        health::Health,
        problem::{Problem, Result},
    },
    identity::rate_limit::Store,
};

/// Locks the user's row until the transaction ends, so that concurrent requests of one user are counted one after
/// another.
///
/// # Errors
/// If the database cannot be reached.
pub async fn lock_user(db: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!("select from users where id = $1 for no key update", user.0).execute(db).await?;
    Ok(())
}

/// A limit on the work that one user causes per minute. Cheap to clone.
#[derive(Clone)]
pub struct UserQuota {
    limit: &'static str,
    per_minute: NonZeroU32,
    store: Arc<Store>,
}

impl UserQuota {
    /// Creates a limit, without waiting for Redis.
    ///
    /// # Errors
    /// If `REDIS_URL` is not the URL of a Redis server.
    pub fn new(
        limit: &'static str,
        per_minute: NonZeroU32,
        redis: &RedisSettings,
        clock: Clock,
    ) -> Result<Self, Error> {
        Ok(Self { limit, per_minute, store: Arc::new(Store::new(redis, clock)?) })
    }

    /// Adds Redis, if configured, to the health checks as an optional dependency.
    #[must_use]
    pub fn add_health_check(&self, health: Health) -> Health {
        self.store.add_health_check(health)
    }

    /// Charges `cost` units to the user's quota.
    ///
    /// # Errors
    /// 429 with the time to wait, if the quota is exhausted. Such a request is not charged.
    pub async fn charge(&self, user: UserId, cost: u32) -> Result<()> {
        match self.store.wait(self.limit, self.per_minute, cost, &user.to_string()).await {
            Some(wait) => Err(Problem::quota_exceeded(self.limit, Some(wait))),
            None => Ok(()),
        }
    }
}
