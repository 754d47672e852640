//! `projects`: projects and, through them, who may see what.

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
};
use sqlx::PgPool;
use utoipa_axum::{router::OpenApiRouter, routes};

shared::settings! {
    /// What `projects` is configured with.
    pub struct ProjectsSettings {
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_projects::list_projects, routes::create_project::create_project))
        .routes(routes!(routes::get_project::get_project))
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
    let settings = ProjectsSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let authority = Authority { db: db.clone(), tokens, clock: clock.clone() };
    let state = AppState { db: db.clone(), authority, clock };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), Health::default().database(&db), &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
