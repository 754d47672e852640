//! `data`: documents and voice samples, from their announcement to their text, and exports of them. No file byte
//! passes through here.

mod flow;
mod model;
mod queries;
mod routes;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::{
        outbox::{Outbox, PubSubSettings},
        storage::{ExportsSettings, StorageSettings, UrlSigner},
    },
    function::{Base, Function},
    identity::{access_token::AccessTokenSettings, principal::Authority},
};
use sqlx::PgPool;
use utoipa_axum::{router::OpenApiRouter, routes};

shared::settings! {
    /// The settings of `data`.
    pub struct DataSettings {
        /// How long an export is kept, in days.
        pub export_retention_days: u32 = "EXPORT_RETENTION_DAYS" or "7",
    }
    with {
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
        /// Cloud Storage.
        pub storage: StorageSettings,
        /// Where exports lie.
        pub exports: ExportsSettings,
        /// Publishing events.
        pub pubsub: PubSubSettings,
    }
}

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    #[from_ref(skip)]
    signer: UrlSigner,
    #[from_ref(skip)]
    exports_signer: UrlSigner,
    export_retention: time::Duration,
    outbox: Outbox,
    uploads_bucket: String,
    clock: Clock,
}

/// The function `data`.
pub struct Data;

impl Function for Data {
    const NAME: &'static str = "data";
    const PATHS: &'static [&'static str] =
        &["/documents", "/documents/*", "/voice", "/voice/*", "/exports", "/exports/*"];

    type Settings = DataSettings;
    type State = AppState;

    fn routes() -> OpenApiRouter<AppState> {
        let documents = {
            use routes::documents::{
                create_document::*, create_documents::*, delete_document::*, download_document::*,
                get_document::*, list_documents::*, list_pages::*, renew_upload_url::*,
                reprocess_document::*, update_document::*,
            };
            OpenApiRouter::new()
                .routes(routes!(list_documents, create_document))
                .routes(routes!(create_documents))
                .routes(routes!(get_document, update_document, delete_document))
                .routes(routes!(renew_upload_url))
                .routes(routes!(list_pages))
                .routes(routes!(download_document))
                .routes(routes!(reprocess_document))
        };
        let voice = {
            use routes::voice::{
                create_voice_sample::*, create_voice_samples::*, delete_voice_sample::*,
                download_voice_sample::*, get_voice_sample::*, list_voice_samples::*, list_words::*,
                renew_voice_upload_url::*, reprocess_voice_sample::*, update_voice_sample::*,
            };
            OpenApiRouter::new()
                .routes(routes!(list_voice_samples, create_voice_sample))
                .routes(routes!(create_voice_samples))
                .routes(routes!(get_voice_sample, update_voice_sample, delete_voice_sample))
                .routes(routes!(renew_voice_upload_url))
                .routes(routes!(list_words))
                .routes(routes!(download_voice_sample))
                .routes(routes!(reprocess_voice_sample))
        };
        let exports = {
            use routes::exports::{create_export::*, get_export::*, list_exports::*};
            OpenApiRouter::new().routes(routes!(list_exports, create_export)).routes(routes!(get_export))
        };
        documents.merge(voice).merge(exports)
    }

    fn state(settings: DataSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            signer: UrlSigner::new(&settings.storage, &settings.storage.uploads_bucket)?,
            exports_signer: UrlSigner::new(&settings.exports, &settings.exports.bucket)?,
            export_retention: time::Duration::days(settings.export_retention_days.into()),
            outbox: base.outbox(&settings.pubsub)?,
            uploads_bucket: settings.storage.uploads_bucket,
            db: base.db,
            clock: base.clock,
        })
    }
}
