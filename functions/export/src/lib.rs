//! `export`: writes the items of a project into one file, a step for each message.
//!
//! A step writes one chunk, or composes up to 32 objects, or ends the export; it commits together with the message
//! that asks for the next one. A claim takes an export for one instance at a time, and its number names the object
//! that the step writes: whoever was thought dead and comes back writes beside the others, and commits nothing.
//!
//! An export holds the items that were announced before it was asked for: documents first, then voice samples, each
//! in the order of their announcement, and each as it is when its chunk is written. What is deleted by then is left
//! out.

mod chunk;
mod encoder;
mod handle;
mod item;
mod queries;

use std::{num::NonZeroU32, time::Duration};

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
        storage::{ExportsSettings, ObjectWriter, Objects},
    },
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
};
use sqlx::PgPool;

shared::settings! {
    /// What `export` is configured with.
    pub struct ExportSettings {
        /// Items of an export that are written by one message.
        pub chunk_items: NonZeroU32 = "EXPORT_CHUNK_ITEMS" or "10000",
        /// When a chunk holds so many bytes, it ends after the item that it is at.
        pub chunk_bytes: u64 = "EXPORT_CHUNK_BYTES" or "67108864",
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking who pushes.
        pub push: PushSettings,
        /// Publishing events.
        pub pubsub: PubSubSettings,
        /// Where exports lie.
        pub exports: ExportsSettings,
    }
}

/// How large a chunk gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkSize {
    items: i64,
    bytes: u64,
}

/// What the handler works with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    outbox: Outbox,
    bucket: String,
    objects: Objects,
    writer: ObjectWriter,
    chunk_size: ChunkSize,
    clock: Clock,
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
#[allow(clippy::unused_async, reason = "every function is built the same way")]
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = ExportSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let state = AppState {
        db: db.clone(),
        verifier: OidcVerifier::new(&settings.push),
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        objects: Objects::new(&settings.exports)?,
        writer: ObjectWriter::new(&settings.exports)?,
        bucket: settings.exports.bucket,
        chunk_size: ChunkSize { items: settings.chunk_items.get().into(), bytes: settings.chunk_bytes },
        clock,
    };
    let routes =
        Router::new().route("/events/export-requested", post(handle::export_requested)).with_state(state);
    let http = HttpSettings { request_timeout: DELIVERY_TIMEOUT, ..settings.http };
    Service::new(routes, Health::default().database(&db), &http)
}
