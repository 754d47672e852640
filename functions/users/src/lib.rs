//! The function `users`: the caller's own account, that is, name, password, passkeys, sessions, account data export and
//! deletion.
//!
//! The module `routes` has one file per endpoint and `queries` holds all SQL. Every change first locks the account row
//! (`queries::lock_account`), which serializes changes and refuses sessions that ended in the meantime. Signing in and
//! registering passkeys belong to the function `auth`.

mod export;
mod model;
mod password_change;
mod queries;
mod routes;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::outbox::{Outbox, PubSubSettings},
    function::{Base, Function},
    http::{
        health::Health,
        pagination::{CursorSettings, Cursors},
        routes::Routes,
    },
    identity::{
        access_token::AccessTokenSettings,
        passwords::{PasswordSettings, Passwords},
        principal::Authority,
        rate_limit::{RateLimitSettings, RateLimits},
    },
    routes,
};
use sqlx::PgPool;

shared::settings! {
    /// Settings of the function `users`.
    pub struct UsersSettings {
    }
    with {
        /// Settings for publishing events.
        pub pubsub: PubSubSettings,
        /// Settings for verifying access tokens.
        pub access_token: AccessTokenSettings,
        /// Settings for the cursors of lists.
        pub cursor: CursorSettings,
        /// Settings for hashing passwords.
        pub password: PasswordSettings,
        /// Rate limits for guesses of the current password.
        pub rate_limit: RateLimitSettings,
    }
}

/// State shared by all handlers of `users`.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    cursors: Cursors,
    outbox: Outbox,
    passwords: Passwords,
    rate_limits: RateLimits,
    clock: Clock,
}

/// Entry point of the function `users`: its routes, settings and state.
pub struct Users;

impl Function for Users {
    const NAME: &'static str = "users";
    const PATHS: &'static [&'static str] = &["/users/*"];

    type Settings = UsersSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new()
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
            .routes(routes!(routes::confirm_passkey::confirm_passkey))
            .routes(routes!(routes::export_account::export_account))
    }

    fn state(settings: UsersSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cursors: Cursors::new(&settings.cursor)?,
            outbox: base.outbox(&settings.pubsub)?,
            passwords: Passwords::new(&settings.password),
            rate_limits: RateLimits::of_users(&settings.rate_limit, base.clock.clone())?,
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.rate_limits.add_health_check(health)
    }
}
