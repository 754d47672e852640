//! `transcription`: turns voice samples whose bytes arrived into text.
//!
//! What a delivery leads to is [`shared::processing`]; here is what Speech-to-Text is asked and what it answers.

mod audio;
mod engine;
mod faults;
mod store;
mod transcript;

use std::time::Duration;

use shared::{
    clock::Clock,
    config::{Env, Error, Settings as _},
    database::{self, DatabaseSettings},
    health::Health,
    oidc::{OidcVerifier, PushSettings},
    processing::Processing,
    server::{HttpSettings, Service},
    storage::{ObjectReader, Objects, StorageSettings},
};

use crate::engine::{EngineSettings, Speech};

shared::settings! {
    /// What `transcription` is configured with.
    pub struct TranscriptionSettings {
        /// The bucket that batch operations write to.
        pub results_bucket: String = "RESULTS_BUCKET",
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
        /// Speech-to-Text.
        pub engine: EngineSettings,
    }
}

/// What a delivery may take: half of Pub/Sub's ack deadline.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(300);

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
    let settings = TranscriptionSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let processing = Processing {
        db: db.clone(),
        clock,
        verifier: OidcVerifier::new(&settings.push),
        reader: ObjectReader::new(&settings.storage)?,
        objects: Objects::new(&settings.storage)?,
        engine: Speech::new(&settings.engine, &settings.storage.google)?,
        uploads_bucket: settings.storage.uploads_bucket,
        results_bucket: settings.results_bucket,
    };
    let routes = processing.router();
    let http = HttpSettings { request_timeout: DELIVERY_TIMEOUT, ..settings.http };
    Service::new(routes, Health::default().database(&db), &http)
}
