//! `ocr`: reads the text of documents whose bytes arrived.
//!
//! Pub/Sub pushes the bucket's finalize events to [`handle`]; `maintenance` repeats one when work stuck.

mod engine;
mod handle;
mod queries;
mod sniff;

use std::time::Duration;

use axum::{Router, extract::FromRef, routing::post};
use shared::{
    clock::Clock,
    config::{Env, Error, Settings as _},
    database::{self, DatabaseSettings},
    health::Health,
    oidc::{OidcVerifier, PushSettings},
    server::{HttpSettings, Service},
    storage::{ObjectReader, StorageSettings},
};
use sqlx::PgPool;

use crate::engine::{Engine, EngineSettings};

shared::settings! {
    /// What `ocr` is configured with.
    pub struct OcrSettings {
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking who pushes.
        pub push: PushSettings,
        /// Cloud Storage.
        pub storage: StorageSettings,
        /// Document AI.
        pub engine: EngineSettings,
    }
}

/// What a delivery may take: half of Pub/Sub's ack deadline.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(300);

/// What the handler works with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    objects: ObjectReader,
    engine: Engine,
    bucket: String,
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
    let settings = OcrSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let state = AppState {
        db: db.clone(),
        verifier: OidcVerifier::new(&settings.push),
        objects: ObjectReader::new(&settings.storage)?,
        engine: Engine::new(&settings.engine, &settings.storage.google)?,
        bucket: settings.storage.uploads_bucket,
        clock,
    };
    let routes =
        Router::new().route("/events/object-finalized", post(handle::object_finalized)).with_state(state);
    let http = HttpSettings { request_timeout: DELIVERY_TIMEOUT, ..settings.http };
    Service::new(routes, Health::default().database(&db), &http)
}
