//! `auth`: registration, verification, sign-in by password and passkey, and the keys that verify access tokens.

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

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::outbox::{Outbox, PubSubSettings},
    function::{Base, Function, Threads},
    http::health::Health,
    identity::{
        access_token::{AccessTokenSettings, Signer, SigningSettings},
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
    /// The settings of `auth`.
    pub struct AuthSettings {
    }
    with {
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

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
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

/// The function `auth`.
pub struct Auth;

impl Function for Auth {
    const NAME: &'static str = "auth";
    const PATHS: &'static [&'static str] = &["/auth/*", "/.well-known/jwks.json", "/health", "/*"];
    // Passwords are hashed on threads of their own; one for everything else leaves the cores to them.
    const THREADS: Threads = Threads::One;

    type Settings = AuthSettings;
    type State = AppState;

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

    fn state(settings: AuthSettings, base: Base) -> Result<AppState, Error> {
        let authority = base.authority(&settings.access_token)?;
        Ok(AppState {
            outbox: base.outbox(&settings.pubsub)?,
            signer: Signer::new(&settings.signing, &settings.access_token, &authority.tokens)?,
            refresh_tokens: RefreshTokens::new(&settings.refresh_token)?,
            mail_tokens: MailTokens::new(&settings.mail_token)?,
            passwords: Passwords::new(&settings.password),
            passkeys: Passkeys::new(&settings.passkey)?,
            rate_limits: rate_limits(&settings.rate_limit, &base.db, &base.clock)?,
            authority,
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.rate_limits.depend(health)
    }
}

/// Limits whose acquaintances are the networks that an account's sessions were opened from.
fn rate_limits(settings: &RateLimitSettings, db: &PgPool, clock: &Clock) -> Result<RateLimits, Error> {
    let db = db.clone();
    RateLimits::new(settings, clock.clone(), move |email, network| {
        let db = db.clone();
        Box::pin(async move { queries::has_signed_in_from(&db, &email, network).await })
    })
}
