//! `admin`: what super admins see and do: users, the audit log, messages that were given up.

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
    cloud::outbox::{Outbox, PubSubSettings},
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::{
        access_token::{AccessTokenSettings, Verifier},
        principal::Authority,
    },
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

shared::settings! {
    /// What `admin` is configured with.
    pub struct AdminSettings {
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
        /// Publishing events.
        pub pubsub: PubSubSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    outbox: Outbox,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_users::list_users))
        .routes(routes!(routes::get_user::get_user, routes::update_user::update_user))
        .routes(routes!(routes::list_audit_logs::list_audit_logs))
        .routes(routes!(routes::list_dead_letters::list_dead_letters))
        .routes(routes!(routes::replay_dead_letter::replay_dead_letter))
        .routes(routes!(routes::delete_dead_letter::delete_dead_letter))
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
    let settings = AdminSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let state = AppState {
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        authority: Authority::new(db.clone(), tokens, clock.clone()),
        db: db.clone(),
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
