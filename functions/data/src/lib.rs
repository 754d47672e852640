//! `data`: documents and voice samples, from their creation to their text, and exports of them. No file byte passes
//! through here.

mod exports;
mod items;
mod model;
mod queries;
mod routes;
mod uploads;

use axum::{Router, extract::FromRef};
use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
        database::{self, DatabaseSettings},
    },
    cloud::{
        outbox::{Outbox, PubSubSettings},
        storage::{ExportsSettings, StorageSettings, UrlSigner},
    },
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::{
        access_token::{AccessTokenSettings, Verifier},
        principal::Authority,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{exports::Exports, items::Items, uploads::Uploads};

shared::settings! {
    /// What `data` is configured with.
    pub struct DataSettings {
        /// How long an export is kept, in days.
        pub export_retention_days: u32 = "EXPORT_RETENTION_DAYS" or "7",
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
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

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    authority: Authority,
    uploads: Uploads,
    items: Items,
    exports: Exports,
}

fn routes() -> OpenApiRouter<AppState> {
    use routes::{documents::*, exports::*, items::*, voice::*};
    OpenApiRouter::new()
        .routes(routes!(list_items))
        .routes(routes!(list_documents, create_document))
        .routes(routes!(create_documents))
        .routes(routes!(get_document, update_document, delete_document))
        .routes(routes!(renew_upload_url))
        .routes(routes!(list_pages))
        .routes(routes!(download_document))
        .routes(routes!(reprocess_document))
        .routes(routes!(list_voice_samples, create_voice_sample))
        .routes(routes!(create_voice_samples))
        .routes(routes!(get_voice_sample, update_voice_sample, delete_voice_sample))
        .routes(routes!(renew_voice_upload_url))
        .routes(routes!(list_words))
        .routes(routes!(download_voice_sample))
        .routes(routes!(reprocess_voice_sample))
        .routes(routes!(list_exports, create_export))
        .routes(routes!(get_export))
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
#[allow(clippy::unused_async, reason = "every function is built the same way")]
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = DataSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let authority = Authority::new(db.clone(), tokens, clock.clone());
    let signer = UrlSigner::new(&settings.storage, &settings.storage.uploads_bucket)?;
    let exports_signer = UrlSigner::new(&settings.exports, &settings.exports.bucket)?;
    let retention = time::Duration::days(settings.export_retention_days.into());
    let outbox = Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?;
    let state = AppState {
        authority,
        uploads: Uploads { db: db.clone(), signer: signer.clone(), clock: clock.clone() },
        items: Items {
            db: db.clone(),
            outbox: outbox.clone(),
            signer,
            uploads_bucket: settings.storage.uploads_bucket,
            clock: clock.clone(),
        },
        exports: Exports { db: db.clone(), outbox, signer: exports_signer, retention, clock },
    };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), Health::default().database(&db), &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
