//! `export`: writes the items of a project to one file, one step per message.
//!
//! A step writes one chunk, composes up to 32 objects into one, or completes the export. It commits in one transaction
//! with the message that requests the next step. A lease assigns an export to one instance at a time. The object that a
//! step writes is named after the attempt, so an instance that has lost its lease overwrites nothing and cannot commit.
//!
//! An export contains the items that were created before the request: documents first, then voice samples, each kind in
//! the order of creation. Each item is written in its state at the time when its chunk is written. Items that were
//! deleted before that time are omitted.
//!
//! `handle` receives the messages, `steps` runs them, `chunk` reads the items, `encoder` writes them as CSV or NDJSON,
//! and `queries` holds all SQL.

mod chunk;
mod encoder;
mod handle;
mod item;
mod model;
mod queries;
mod steps;

use std::{num::NonZeroU32, time::Duration};

use axum::{extract::FromRef, routing::post};
use shared::{
    base::{clock::Clock, config::Error},
    cloud::{
        names::{DELIVERY_TIMEOUT, Subscription, Topic},
        oidc::{OidcVerifier, PushSettings},
        outbox::PubSubSettings,
        storage::{ExportsSettings, ObjectWriter, Objects},
    },
    function::{Base, Function},
    http::routes::Routes,
};

use crate::{chunk::Chunks, steps::Steps};

shared::settings! {
    /// The settings of the function `export`.
    pub struct ExportSettings {
        /// The maximum number of items in one chunk of a project export.
        pub chunk_items: NonZeroU32 = "EXPORT_CHUNK_ITEMS" or "10000",
        /// The size in bytes after which a chunk of a project export ends with the current item.
        pub chunk_bytes: u64 = "EXPORT_CHUNK_BYTES" or "67108864",
    }
    with {
        /// The authentication of Pub/Sub pushes.
        pub push: PushSettings,
        /// The connection to Pub/Sub for publishing events.
        pub pubsub: PubSubSettings,
        /// The bucket of project exports.
        pub exports: ExportsSettings,
    }
}

/// The state of the handler.
#[derive(Clone, FromRef)]
pub struct AppState {
    verifier: OidcVerifier,
    steps: Steps,
    clock: Clock,
}

const EXPORT_REQUESTED: &str = "/events/export-requested";

/// The function `export`.
pub struct Export;

impl Function for Export {
    const NAME: &'static str = "export";
    const REQUEST_TIMEOUT: Option<Duration> = Some(DELIVERY_TIMEOUT);

    type Settings = ExportSettings;
    type State = AppState;

    fn subscriptions() -> Vec<Subscription> {
        vec![Subscription::to(Topic::ExportRequested, EXPORT_REQUESTED)]
    }

    fn routes() -> Routes<AppState> {
        Routes::new().route(EXPORT_REQUESTED, post(handle::export_requested))
    }

    fn state(settings: ExportSettings, base: Base) -> Result<AppState, Error> {
        let chunks = Chunks {
            db: base.db.clone(),
            bucket: settings.exports.bucket.clone(),
            writer: ObjectWriter::new(&settings.exports)?,
            max_items: settings.chunk_items.get().into(),
            max_bytes: settings.chunk_bytes,
        };
        let steps = Steps {
            outbox: base.outbox(&settings.pubsub)?,
            objects: Objects::new(&settings.exports)?,
            bucket: settings.exports.bucket,
            chunks,
            db: base.db,
            clock: base.clock.clone(),
        };
        Ok(AppState { verifier: OidcVerifier::new(&settings.push), steps, clock: base.clock })
    }
}
