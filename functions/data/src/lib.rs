//! `data`: documents, from their announcement to their text. No file byte passes through here.

mod model;
mod queries;
mod routes;

use axum::{Router, extract::FromRef};
use shared::{
    access_token::{AccessTokenSettings, Verifier},
    clock::Clock,
    config::{Env, Error, Settings as _},
    database::{self, DatabaseSettings},
    health::Health,
    principal::Authority,
    server::{HttpSettings, Service},
    storage::{StorageSettings, UrlSigner},
};
use sqlx::PgPool;
use utoipa_axum::{router::OpenApiRouter, routes};

shared::settings! {
    /// What `data` is configured with.
    pub struct DataSettings {
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
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    signer: UrlSigner,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_documents::list_documents, routes::create_document::create_document))
        .routes(routes!(routes::get_document::get_document))
        .routes(routes!(routes::renew_upload_url::renew_upload_url))
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
    let signer = UrlSigner::new(&settings.storage)?;
    let state = AppState { db: db.clone(), authority, signer, clock };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), Health::default().database(&db), &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
