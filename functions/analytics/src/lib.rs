//! `analytics`: totals, daily trends, durations and top contributors of a project, or of all projects.
//!
//! A summary adds up the buckets that `maintenance` folds the transitions into, and the few transitions that it has not
//! folded yet: what it costs depends on the days that it is about, never on the number of items.

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
    http::health::Health,
    identity::{access_token::AccessTokenSettings, principal::Authority},
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

use crate::cache::Cache;

shared::settings! {
    /// The settings of `analytics`.
    pub struct AnalyticsSettings {
    }
    with {
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
        /// Sharing answers for a while.
        pub redis: RedisSettings,
    }
}

/// The state of the handlers.
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

    fn routes() -> OpenApiRouter<AppState> {
        OpenApiRouter::new().routes(routes!(routes::get_summary::get_summary))
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
        state.cache.depend(health)
    }
}
