//! `maintenance`: what must happen even if nobody asks: the outbox sweep, work that stuck, uploads that nobody was
//! told of, dead letters, the purge, objects that belong to nothing, and the seals of the audit log.
//!
//! Cloud Scheduler calls the tasks. Each is bounded, may be cut off anywhere, and may run twice at once.

mod dead_letter;
mod exports;
mod find_uploads;
mod fold_statistics;
mod purge;
mod queries;
mod restart_stuck;
mod seal_audit;
mod sweep_objects;
mod sweep_outbox;

use axum::{Router, extract::FromRef, routing::post};
use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
        database::{self, DatabaseSettings},
    },
    cloud::{
        oidc::{OidcVerifier, PushSettings},
        outbox::{Outbox, PubSubSettings},
        storage::{ExportsSettings, Objects, StorageSettings},
    },
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
};
use sqlx::PgPool;

pub use crate::seal_audit::{Finding, Report};
use crate::seal_audit::{SealSettings, Sealer};

shared::settings! {
    /// What `maintenance` is configured with.
    pub struct MaintenanceSettings {
        /// Batch operations under way at once for each kind; the API's own quota.
        pub batch_operations: u32 = "BATCH_OPERATIONS" or "10",
        /// How long what was deleted is kept before it is erased for good, in days.
        pub retention_days: u32 = "RETENTION_DAYS" or "30",
        /// How long the audit log is kept, in days; then it goes by whole months.
        pub audit_retention_days: u32 = "AUDIT_RETENTION_DAYS" or "730",
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
        /// Cloud Storage.
        pub storage: StorageSettings,
        /// Where exports lie.
        pub exports: ExportsSettings,
        /// Sealing the audit log.
        pub seal: SealSettings,
    }
}

/// How long what is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retention {
    /// What was deleted.
    pub(crate) deleted: time::Duration,
    /// The audit log.
    pub(crate) audit: time::Duration,
}

/// What the tasks work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    outbox: Outbox,
    #[from_ref(skip)]
    bucket: String,
    #[from_ref(skip)]
    exports_bucket: String,
    objects: Objects,
    batch_operations: i64,
    retention: Retention,
    sealer: Sealer,
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
        objects: Objects::new(&settings.storage)?,
        bucket: settings.storage.uploads_bucket,
        exports_bucket: settings.exports.bucket,
        batch_operations: settings.batch_operations.into(),
        retention: Retention {
            deleted: time::Duration::days(settings.retention_days.into()),
            audit: time::Duration::days(settings.audit_retention_days.into()),
        },
        sealer: Sealer::new(&settings.seal)?,
        clock,
    };
    let routes = Router::new()
        .route("/tasks/sweep-outbox", post(sweep_outbox::sweep_outbox))
        .route("/tasks/restart-stuck", post(restart_stuck::restart_stuck))
        .route("/tasks/find-uploads", post(find_uploads::find_uploads))
        .route("/tasks/purge", post(purge::purge))
        .route("/tasks/sweep-objects", post(sweep_objects::sweep_objects))
        .route("/tasks/seal-audit", post(seal_audit::seal_audit))
        .route("/tasks/fold-statistics", post(fold_statistics::fold_statistics))
        .route("/events/dead-letter", post(dead_letter::dead_letter))
        .with_state(state);
    Service::new(routes, Health::default().database(&db), &settings.http)
}

shared::settings! {
    /// What `maintenance verify-audit` is configured with.
    struct VerifySettings {
    }
    with {
        /// The database.
        database: DatabaseSettings,
        /// Checking the seals.
        seal: SealSettings,
    }
}

/// Compares the audit log with its seals.
///
/// # Errors
/// When a variable is missing or wrong, or the database cannot be reached.
pub async fn verify_audit(env: &Env) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
    let settings = VerifySettings::from_env(env)?;
    let mut db = database::connect(&settings.database)?.acquire().await?;
    Ok(seal_audit::verify(&mut db, &Sealer::new(&settings.seal)?).await?)
}
