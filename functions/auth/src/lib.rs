//! `auth`: accounts, sign-in and the keys that access tokens are checked with.

mod model;
mod passkeys;
mod password_resets;
mod proof;
mod queries;
mod refresh_token;
mod registration;
mod routes;
mod sessions;
mod sign_in;
mod steady;

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
        access_token::{AccessTokenSettings, Signer, SigningSettings, Verifier},
        mail_token::{MailTokenSettings, MailTokens},
        passwords::{PasswordSettings, Passwords},
        principal::Authority,
        rate_limit::{RateLimitSettings, RateLimits},
    },
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    passkeys::{PasskeySettings, Passkeys},
    refresh_token::{RefreshTokenSettings, RefreshTokens},
};

shared::settings! {
    /// What `auth` is configured with.
    pub struct AuthSettings {
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
        /// Signing access tokens.
        pub signing: SigningSettings,
        /// Deriving refresh tokens.
        pub refresh_token: RefreshTokenSettings,
        /// Deriving the tokens of mailed links.
        pub mail_token: MailTokenSettings,
        /// Hashing passwords.
        pub password: PasswordSettings,
        /// Passkeys.
        pub passkey: PasskeySettings,
        /// Limits on the routes that anybody may call.
        pub rate_limit: RateLimitSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    outbox: Outbox,
    signer: Signer,
    refresh_tokens: RefreshTokens,
    mail_tokens: MailTokens,
    passwords: Passwords,
    passkeys: Passkeys,
    rate_limits: RateLimits,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::register::register))
        .routes(routes!(routes::verify_email::verify_email))
        .routes(routes!(routes::resend_verification::resend_verification))
        .routes(routes!(routes::login::login))
        .routes(routes!(routes::refresh::refresh))
        .routes(routes!(routes::logout::logout))
        .routes(routes!(routes::reauthenticate::reauthenticate))
        .routes(routes!(routes::forgot_password::forgot_password))
        .routes(routes!(routes::reset_password::reset_password))
        .routes(routes!(routes::start_passkey_registration::start_passkey_registration))
        .routes(routes!(routes::finish_passkey_registration::finish_passkey_registration))
        .routes(routes!(routes::start_passkey_login::start_passkey_login))
        .routes(routes!(routes::get_me::get_me))
        .routes(routes!(routes::get_jwks::get_jwks))
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
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = AuthSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let state = AppState {
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        signer: Signer::new(&settings.signing, &settings.access_token, &tokens)?,
        refresh_tokens: RefreshTokens::new(&settings.refresh_token)?,
        mail_tokens: MailTokens::new(&settings.mail_token)?,
        passwords: Passwords::new(&settings.password),
        passkeys: Passkeys::new(&settings.passkey)?,
        rate_limits: rate_limits(&settings.rate_limit, &db, &clock)?,
        authority: Authority::new(db.clone(), tokens, clock.clone()),
        db,
        clock,
    };
    let health = state.rate_limits.depend(Health::default().database(&state.db));
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), health, &settings.http)
}

/// Limits whose acquaintances are the networks that an account's sessions were opened from.
fn rate_limits(settings: &RateLimitSettings, db: &PgPool, clock: &Clock) -> Result<RateLimits, Error> {
    let db = db.clone();
    RateLimits::new(settings, clock.clone(), move |email, network| {
        let db = db.clone();
        Box::pin(async move { queries::has_signed_in_from(&db, &email, network).await })
    })
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
