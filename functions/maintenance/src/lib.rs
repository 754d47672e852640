//! `maintenance`: what must happen even if nobody asks: the outbox sweep, work that stuck, dead letters, the
//! purge.
//!
//! Cloud Scheduler calls the tasks. Each is bounded, may be cut off anywhere, and may run twice at once.

mod dead_letter;
mod purge;
mod queries;
mod restart_stuck;
mod sweep_outbox;

use axum::{Router, extract::FromRef, routing::post};
use shared::{
    clock::Clock,
    config::{Env, Error, Settings as _},
    database::{self, DatabaseSettings},
    health::Health,
    oidc::{OidcVerifier, PushSettings},
    outbox::{Outbox, PubSubSettings},
    server::{HttpSettings, Service},
};
use sqlx::PgPool;

shared::settings! {
    /// What `maintenance` is configured with.
    pub struct MaintenanceSettings {
        /// The bucket that browsers upload to.
        pub uploads_bucket: String = "UPLOADS_BUCKET",
        /// How long what was deleted is kept before it is erased for good, in days.
        pub retention_days: u32 = "RETENTION_DAYS" or "30",
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking who calls.
        pub push: PushSettings,
        /// Publishing events.
        pub pubsub: PubSubSettings,
    }
}

/// What the tasks work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    outbox: Outbox,
    bucket: String,
    retention: time::Duration,
    clock: Clock,
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
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = MaintenanceSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let state = AppState {
        db: db.clone(),
        verifier: OidcVerifier::new(&settings.push),
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        bucket: settings.uploads_bucket,
        retention: time::Duration::days(settings.retention_days.into()),
        clock,
    };
    let routes = Router::new()
        .route("/tasks/sweep-outbox", post(sweep_outbox::sweep_outbox))
        .route("/tasks/restart-stuck", post(restart_stuck::restart_stuck))
        .route("/tasks/purge", post(purge::purge))
        .route("/events/dead-letter", post(dead_letter::dead_letter))
        .with_state(state);
    Service::new(routes, Health::default().database(&db), &settings.http)
}
