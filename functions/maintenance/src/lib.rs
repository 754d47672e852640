//! `maintenance`: scheduled tasks: outbox sweep, stuck processing, batch operations, lost uploads, dead letters, expired
//! exports, purge, stray objects, audit seals and statistics.
//!
//! Only this function retries failed work, with growing pauses, and decides when the work has failed permanently.
//!
//! Cloud Scheduler calls the tasks. Each run is bounded, may stop at any point, and may overlap with another run.
//!
//! Each task is a module with the name of its path: `restart_stuck` handles `POST /tasks/restart-stuck`. `dead_letter`
//! handles the messages of the topic `dead-letters`, `verify_audit` is a command for operators, and `queries` holds all
//! SQL.

mod dead_letter;
mod exports;
mod find_uploads;
mod fold_statistics;
mod folders;
mod purge;
mod queries;
mod restart_stuck;
mod seal_audit;
mod sweep_objects;
mod sweep_outbox;
mod verify_audit;

use axum::{extract::FromRef, routing::post};
use shared::{
    base::{clock::Clock, config::Error},
    cloud::{
        names::{Schedule, Subscription, Topic},
        oidc::{OidcVerifier, PushSettings},
        outbox::{Outbox, PubSubSettings},
        storage::{ExportsSettings, Objects, StorageSettings},
    },
    function::{Base, Command, Function},
    http::routes::Routes,
};
use sqlx::PgPool;

use crate::seal_audit::{SealSettings, Sealer};
pub use crate::{
    seal_audit::{Finding, Report},
    verify_audit::verify_audit,
};

shared::settings! {
    /// The settings of `maintenance`.
    pub struct MaintenanceSettings {
        /// Maximum number of concurrent batch operations of Document AI. Google's quota for a project is 5 in `eu` and up to
        /// 10 elsewhere (<https://cloud.google.com/document-ai/quotas>).
        pub documentai_operations: u32 = "DOCUMENTAI_BATCH_OPERATIONS" or "5",
        /// Maximum number of concurrent batch operations of Speech-to-Text. Google has no quota for them
        /// (<https://cloud.google.com/speech-to-text/docs/quotas>).
        pub speech_operations: u32 = "SPEECH_BATCH_OPERATIONS" or "10",
        /// Retention of deleted accounts, projects and items before they are purged, in days.
        pub retention_days: u16 = "RETENTION_DAYS" or "30",
        /// Retention of the audit log, in days. Expired entries are dropped by whole months.
        pub audit_retention_days: u16 = "AUDIT_RETENTION_DAYS" or "730",
    }
    with {
        /// Verification of calls from Cloud Scheduler and Pub/Sub.
        pub push: PushSettings,
        /// The Pub/Sub client that publishes events.
        pub pubsub: PubSubSettings,
        /// Cloud Storage and the uploads bucket.
        pub storage: StorageSettings,
        /// The bucket of project exports.
        pub exports: ExportsSettings,
        /// The key that seals the audit log.
        pub seal: SealSettings,
    }
}

/// The retention periods that the purge and the audit log use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retention {
    /// Retention of deleted accounts, projects and items.
    pub(crate) deleted: time::Duration,
    /// Retention of the audit log.
    pub(crate) audit: time::Duration,
}

/// The shared state of the scheduled tasks.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    outbox: Outbox,
    #[from_ref(skip)]
    bucket: String,
    #[from_ref(skip)]
    exports_bucket: String,
    objects: Objects,
    #[from_ref(skip)]
    documentai_operations: i64,
    #[from_ref(skip)]
    speech_operations: i64,
    retention: Retention,
    sealer: Sealer,
    clock: Clock,
}

const DEAD_LETTER: &str = "/events/dead-letter";

/// The function `maintenance`.
pub struct Maintenance;

impl Function for Maintenance {
    const NAME: &'static str = "maintenance";
    const SCHEDULES: &'static [Schedule] = &[
        Schedule { name: "sweep-outbox", every_seconds: 60 },
        Schedule { name: "restart-stuck", every_seconds: 60 },
        Schedule { name: "find-uploads", every_seconds: 300 },
        Schedule { name: "seal-audit", every_seconds: 300 },
        Schedule { name: "fold-statistics", every_seconds: 60 },
        Schedule { name: "purge", every_seconds: 600 },
        Schedule { name: "sweep-objects", every_seconds: 3600 },
    ];
    const DATABASE_ROLE: &'static str = "alta_maintenance";
    const COMMANDS: &'static [Command] = &[verify_audit::COMMAND];

    type Settings = MaintenanceSettings;
    type State = AppState;

    fn subscriptions() -> Vec<Subscription> {
        vec![Subscription::to(Topic::DeadLetters, DEAD_LETTER)]
    }

    fn routes() -> Routes<AppState> {
        Routes::new()
            .route("/tasks/sweep-outbox", post(sweep_outbox::sweep_outbox))
            .route("/tasks/restart-stuck", post(restart_stuck::restart_stuck))
            .route("/tasks/find-uploads", post(find_uploads::find_uploads))
            .route("/tasks/seal-audit", post(seal_audit::seal_audit))
            .route("/tasks/fold-statistics", post(fold_statistics::fold_statistics))
            .route("/tasks/purge", post(purge::purge))
            .route("/tasks/sweep-objects", post(sweep_objects::sweep_objects))
            .route(DEAD_LETTER, post(dead_letter::dead_letter))
    }

    fn state(settings: MaintenanceSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            verifier: OidcVerifier::new(&settings.push),
            outbox: base.outbox(&settings.pubsub)?,
            objects: Objects::new(&settings.storage)?,
            bucket: settings.storage.uploads_bucket,
            exports_bucket: settings.exports.bucket,
            documentai_operations: settings.documentai_operations.into(),
            speech_operations: settings.speech_operations.into(),
            retention: Retention {
                deleted: time::Duration::days(settings.retention_days.into()),
                audit: time::Duration::days(settings.audit_retention_days.into()),
            },
            sealer: Sealer::new(&settings.seal)?,
            db: base.db,
            clock: base.clock,
        })
    }
}
