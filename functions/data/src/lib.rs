//! `data`: documents and voice samples, from their announcement to their text, and exports of them. No file byte
//! passes through here.

mod flow;
mod model;
mod queries;
mod routes;

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
use sqlx::PgPool;
use utoipa_axum::{router::OpenApiRouter, routes};

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

fn routes() -> OpenApiRouter<AppState> {
    let documents = {
        use routes::documents::{
            create_document::*, create_documents::*, delete_document::*, download_document::*,
            get_document::*, list_documents::*, list_pages::*, renew_upload_url::*, reprocess_document::*,
            update_document::*,
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
    let export_retention = time::Duration::days(settings.export_retention_days.into());
    let outbox = Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?;
    let uploads_bucket = settings.storage.uploads_bucket;
    let state = AppState {
        db: db.clone(),
        authority,
        signer,
        exports_signer,
        export_retention,
        outbox,
        uploads_bucket,
        clock,
    };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), Health::default().database(&db), &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
