//! `export`: writes the items of a project into one file, a step for each message.
//!
//! A step writes one chunk, or composes up to 32 objects, or ends the export; it commits together with the message
//! that asks for the next one. A lease gives an export to one instance at a time, and the number of the attempt names
//! the object that the step writes: an instance that lost its lease writes beside the others, and commits nothing.
//!
//! An export holds the items that were created before it was requested: documents first, then voice samples, each in
//! the order of their creation, and each as it is when its chunk is written. Items that are deleted by then are left
//! out.

mod chunk;
mod encoder;
mod handle;
mod item;
mod model;
mod queries;
mod steps;

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

use crate::{chunk::Chunks, steps::Steps};

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

/// What the handler works with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    verifier: OidcVerifier,
    steps: Steps,
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
    let chunks = Chunks {
        db: db.clone(),
        bucket: settings.exports.bucket.clone(),
        writer: ObjectWriter::new(&settings.exports)?,
        max_items: settings.chunk_items.get().into(),
        max_bytes: settings.chunk_bytes,
    };
    let steps = Steps {
        db: db.clone(),
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        objects: Objects::new(&settings.exports)?,
        bucket: settings.exports.bucket,
        chunks,
        clock: clock.clone(),
    };
    let state = AppState { verifier: OidcVerifier::new(&settings.push), steps, clock };
    let routes =
        Router::new().route("/events/export-requested", post(handle::export_requested)).with_state(state);
    let http = HttpSettings { request_timeout: DELIVERY_TIMEOUT, ..settings.http };
    Service::new(routes, Health::default().database(&db), &http)
}
