//! `data`: the API of documents, voice samples and project exports.
//!
//! Clients upload and download files with signed URLs, directly from and to Cloud Storage. No file passes through this
//! function.

mod exports;
mod items;
mod model;
mod queries;
mod routes;
mod uploads;

use axum::extract::FromRef;
use shared::{
    base::config::Error,
    cloud::{
        outbox::PubSubSettings,
        storage::{ExportsSettings, StorageSettings, UrlSigner},
    },
    function::{Base, Function},
    http::pagination::{CursorSettings, Cursors},
    identity::{access_token::AccessTokenSettings, principal::Authority},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{exports::Exports, items::Items, uploads::Uploads};

shared::settings! {
    /// The settings of the function `data`.
    pub struct DataSettings {
        /// The retention of project exports, in days.
        pub export_retention_days: u32 = "EXPORT_RETENTION_DAYS" or "7",
    }
    with {
        /// The verification of access tokens.
        pub access_token: AccessTokenSettings,
        /// The cursors of lists.
        pub cursor: CursorSettings,
        /// The signed URLs for uploads and downloads.
        pub storage: StorageSettings,
        /// The bucket of project exports.
        pub exports: ExportsSettings,
        /// The connection to Pub/Sub for publishing events.
        pub pubsub: PubSubSettings,
    }
}

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    authority: Authority,
    cursors: Cursors,
    uploads: Uploads,
    items: Items,
    exports: Exports,
}

/// The function `data`.
pub struct Data;

impl Function for Data {
    const NAME: &'static str = "data";
    const PATHS: &'static [&'static str] = routes::PATHS;

    type Settings = DataSettings;
    type State = AppState;

    fn routes() -> OpenApiRouter<AppState> {
        routes::routes()
    }

    fn state(settings: DataSettings, base: Base) -> Result<AppState, Error> {
        let signer = UrlSigner::new(&settings.storage, &settings.storage.uploads_bucket)?;
        let outbox = base.outbox(&settings.pubsub)?;
        let (db, clock) = (&base.db, &base.clock);
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cursors: Cursors::new(&settings.cursor)?,
            uploads: Uploads { db: db.clone(), signer: signer.clone(), clock: clock.clone() },
            items: Items {
                db: db.clone(),
                outbox: outbox.clone(),
                signer,
                uploads_bucket: settings.storage.uploads_bucket,
                clock: clock.clone(),
            },
            exports: Exports {
                db: db.clone(),
                outbox,
                signer: UrlSigner::new(&settings.exports, &settings.exports.bucket)?,
                retention: time::Duration::days(settings.export_retention_days.into()),
                clock: clock.clone(),
            },
        })
    }
}
