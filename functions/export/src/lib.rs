//! `export`: writes the items of a project into one file, one step per message.
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
};
use utoipa_axum::router::OpenApiRouter;

use crate::{chunk::Chunks, steps::Steps};

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

    fn routes() -> OpenApiRouter<AppState> {
        OpenApiRouter::new().route(EXPORT_REQUESTED, post(handle::export_requested))
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
