//! `analytics`: how it goes, for whoever is responsible: for a project, for the projects that one administers, for all.
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

use axum::{Router, extract::FromRef};
use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
        database::{self, DatabaseSettings},
    },
    cloud::redis::{Redis, RedisSettings},
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::{
        access_token::{AccessTokenSettings, Verifier},
        principal::Authority,
    },
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

use crate::cache::Cache;

shared::settings! {
    /// What `analytics` is configured with.
    pub struct AnalyticsSettings {
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
        /// Sharing answers for a while.
        pub redis: RedisSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    cache: Arc<Cache>,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(routes::get_summary::get_summary))
}

/// The function, ready to be served.
///
/// # Errors
/// Names every variable that is missing or wrong.
pub async fn service(env: &Env) -> Result<Service, Error> {
    service_at(env, Clock::default()).await
}

/// The function with a clock that can be moved.
///
/// # Errors
/// Names every variable that is missing or wrong.
#[allow(clippy::unused_async, reason = "every function is built the same way")]
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = AnalyticsSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let redis = Redis::new(&settings.redis)?;
    let health = Health::default().database(&db);
    let health = match &redis {
        Some(redis) => redis.depend(health),
        None => health,
    };
    let state = AppState {
        authority: Authority::new(db.clone(), tokens, clock.clone()),
        cache: Arc::new(Cache::new(redis, clock.clone())),
        db,
        clock,
    };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), health, &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
