//! `users`: what users do with their own accounts, passwords, passkeys and sessions.

mod export;
mod model;
mod password_change;
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
        passwords::{PasswordSettings, Passwords},
        principal::Authority,
        rate_limit::{RateLimitSettings, RateLimits},
    },
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

shared::settings! {
    /// What `users` is configured with.
    pub struct UsersSettings {
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Publishing events.
        pub pubsub: PubSubSettings,
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
        /// Hashing passwords.
        pub password: PasswordSettings,
        /// Limits on guesses of the current password.
        pub rate_limit: RateLimitSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    outbox: Outbox,
    passwords: Passwords,
    rate_limits: RateLimits,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            routes::get_account::get_account,
            routes::update_account::update_account,
            routes::delete_account::delete_account
        ))
        .routes(routes!(routes::change_password::change_password))
        .routes(routes!(
            routes::list_sessions::list_sessions,
            routes::delete_other_sessions::delete_other_sessions
        ))
        .routes(routes!(routes::delete_session::delete_session))
        .routes(routes!(routes::list_passkeys::list_passkeys))
        .routes(routes!(routes::update_passkey::update_passkey, routes::delete_passkey::delete_passkey))
        .routes(routes!(routes::export_account::export_account))
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
    let settings = UsersSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let rate_limits = RateLimits::of_users(&settings.rate_limit, clock.clone())?;
    let health = rate_limits.depend(Health::default().database(&db));
    let state = AppState {
        rate_limits,
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        passwords: Passwords::new(&settings.password),
        authority: Authority::new(db.clone(), tokens, clock.clone()),
        db: db.clone(),
        clock,
    };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), health, &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
