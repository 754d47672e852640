//! `analytics`: totals, daily trends, durations and top contributors of a project, or of all projects.
//!
//! A summary adds up the buckets that `maintenance` fills from item transitions, and the few transitions that are not
//! in a bucket yet. Its cost depends on the number of days, never on the number of items:
//!
//! ```text
//! GET /analytics/summary ──> access ──> cache ──> window ──> queries ──> figures ──> summary
//! ```
//!
//! `access` decides which projects the caller sees, `cache` keeps a summary for 30 seconds, `window` divides the period
//! into buckets, and `summary` calculates the response from the `figures` that one query returns.

mod access;
mod cache;
mod figures;
mod histogram;
mod model;
mod queries;
mod routes;
mod summaries;
mod summary;
mod window;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::redis::{Redis, RedisSettings},
    function::{Base, Function},
    http::{health::Health, routes::Routes},
    identity::{access_token::AccessTokenSettings, principal::Authority},
    routes,
};
use sqlx::PgPool;

use crate::cache::Cache;

shared::settings! {
    /// The settings of `analytics`.
    pub struct AnalyticsSettings {
    }
    with {
        /// The keys that access tokens are verified with.
        pub access_token: AccessTokenSettings,
        /// The Redis server in which instances share cached summaries.
        pub redis: RedisSettings,
    }
}

/// The shared state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    cache: Arc<Cache>,
    clock: Clock,
}

/// The function `analytics`.
pub struct Analytics;

impl Function for Analytics {
    const NAME: &'static str = "analytics";
    const PATHS: &'static [&'static str] = &["/analytics/*"];

    type Settings = AnalyticsSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new().routes(routes!(routes::get_summary::get_summary))
    }

    fn state(settings: AnalyticsSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cache: Arc::new(Cache::new(Redis::new(&settings.redis)?, base.clock.clone())),
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.cache.add_health_check(health)
    }
}
