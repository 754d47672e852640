//! The function `auth`: registration, email verification, sign-in with a password or a passkey, sessions, password
//! resets, and the public keys that verify access tokens.
//!
//! A sign-in opens a session and returns two tokens. The access token authenticates requests for 15 minutes. The
//! refresh token is valid for one use and is exchanged for the next pair of tokens:
//!
//! ```text
//! POST /auth/register ──> POST /auth/login ────> access token + refresh token
//!                         POST /auth/refresh ──> access token + refresh token
//! ```
//!
//! The module `routes` has one file per endpoint and `queries` holds all SQL. `sign_in` checks passwords and passkeys,
//! `sessions` opens and refreshes sessions, and `passkeys` runs the WebAuthn ceremonies.

mod constant_time;
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
mod webauthn_json;

use std::num::NonZeroU32;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::outbox::{Outbox, PubSubSettings},
    function::{Base, Function},
    http::{health::Health, routes::Routes},
    identity::{
        access_token::{AccessTokenSettings, Signer, SigningSettings},
        mail_caps::{MailCapSettings, MailCaps},
        mail_token::{MailTokenSettings, MailTokens},
        passwords::{PasswordSettings, Passwords},
        principal::Authority,
        rate_limit::{RateLimitSettings, RateLimits},
    },
    routes,
};
use sqlx::PgPool;
use time::Duration;

use crate::{
    passkeys::{PasskeySettings, Passkeys},
    refresh_token::{RefreshTokenSettings, RefreshTokens},
    registration::{RegistrationPolicy, RegistrationSettings},
    sessions::SessionLifetime,
};

shared::settings! {
    /// Settings of the function `auth`.
    pub struct AuthSettings {
        /// Maximum age of a session in days, however often it is refreshed.
        pub session_lifetime_days: NonZeroU32 = "SESSION_LIFETIME_DAYS" or "90",
    }
    with {
        /// Settings for publishing events.
        pub pubsub: PubSubSettings,
        /// Settings for verifying access tokens.
        pub access_token: AccessTokenSettings,
        /// Settings for signing access tokens.
        pub signing: SigningSettings,
        /// Settings for deriving refresh tokens.
        pub refresh_token: RefreshTokenSettings,
        /// Settings for deriving the tokens in mailed links.
        pub mail_token: MailTokenSettings,
        /// Caps on mails.
        pub mail_caps: MailCapSettings,
        /// Settings for hashing passwords.
        pub password: PasswordSettings,
        /// The policy for new accounts.
        pub registration: RegistrationSettings,
        /// Settings for WebAuthn ceremonies.
        pub passkey: PasskeySettings,
        /// Rate limits of the public routes.
        pub rate_limit: RateLimitSettings,
    }
}

/// State shared by all handlers of `auth`.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    outbox: Outbox,
    signer: Signer,
    refresh_tokens: RefreshTokens,
    mail_tokens: MailTokens,
    mail_caps: MailCaps,
    passwords: Passwords,
    passkeys: Passkeys,
    session_lifetime: SessionLifetime,
    registration: RegistrationPolicy,
    rate_limits: RateLimits,
    clock: Clock,
}

/// Entry point of the function `auth`: its routes, settings and state.
pub struct Auth;

impl Function for Auth {
    const NAME: &'static str = "auth";
    const PATHS: &'static [&'static str] = &["/auth/*", "/.well-known/jwks.json", "/health", "/*"];
    const MAX_BODY: usize = 16 << 10;

    type Settings = AuthSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new()
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
            mail_caps: MailCaps::new(&settings.mail_caps),
            passwords: Passwords::new(&settings.password),
            passkeys: Passkeys::new(&settings.passkey)?,
            session_lifetime: SessionLifetime(Duration::days(settings.session_lifetime_days.get().into())),
            registration: settings.registration.policy,
            rate_limits: rate_limits(&settings.rate_limit, &base.db, &base.clock)?,
            authority,
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.rate_limits.add_health_check(health)
    }
}

/// Builds the rate limits. A network counts as known to an account when a session was opened from it.
fn rate_limits(settings: &RateLimitSettings, db: &PgPool, clock: &Clock) -> Result<RateLimits, Error> {
    let db = db.clone();
    RateLimits::new(settings, clock.clone(), move |email, network| {
        let db = db.clone();
        Box::pin(async move { queries::has_signed_in_from(&db, &email, network).await })
    })
}
