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

use axum::{extract::FromRef, routing::post};
use shared::{
    base::{clock::Clock, config::Error},
    cloud::{
        names::{DELIVERY_TIMEOUT, Subscription, Topic},
        oidc::{OidcVerifier, PushSettings},
        outbox::{Outbox, PubSubSettings},
        storage::{ExportsSettings, ObjectWriter, Objects},
    },
    function::{Base, Function},
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

shared::settings! {
    /// The settings of `export`.
    pub struct ExportSettings {
        /// Items of an export that are written by one message.
        pub chunk_items: NonZeroU32 = "EXPORT_CHUNK_ITEMS" or "10000",
        /// When a chunk holds so many bytes, it ends after the item that it is at.
        pub chunk_bytes: u64 = "EXPORT_CHUNK_BYTES" or "67108864",
    }
    with {
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

/// The state of the handler.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    outbox: Outbox,
    bucket: String,
    objects: Objects,
    writer: ObjectWriter,
    chunk_size: ChunkSize,
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

    fn routes() -> OpenApiRouter<AppState> {
        OpenApiRouter::new().route(EXPORT_REQUESTED, post(handle::export_requested))
    }

    fn state(settings: ExportSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            verifier: OidcVerifier::new(&settings.push),
            outbox: base.outbox(&settings.pubsub)?,
            objects: Objects::new(&settings.exports)?,
            writer: ObjectWriter::new(&settings.exports)?,
            bucket: settings.exports.bucket,
            chunk_size: ChunkSize { items: settings.chunk_items.get().into(), bytes: settings.chunk_bytes },
            db: base.db,
            clock: base.clock,
        })
    }
}
