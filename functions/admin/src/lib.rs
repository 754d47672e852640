//! `admin`: lets super admins manage users and dead letters and read the audit log.
//!
//! Every route requires a super admin. A dead letter is a message that Pub/Sub could not deliver. The function
//! `maintenance` stores it, and a super admin replays or deletes it:
//!
//! ```text
//! Pub/Sub ──> maintenance ──> dead_letters ──> POST /admin/dead-letters/{id}/replay ──> Pub/Sub
//! ```
//!
//! The module `routes` has one file per endpoint and `queries` holds all SQL. `users` and `dead_letters` implement the
//! changes, and `audit_log_export` streams the audit log.

mod audit_log_export;
mod dead_letters;
mod model;
mod queries;
mod routes;
mod users;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::outbox::{Outbox, PubSubSettings},
    function::{Base, Function},
    http::{
        pagination::{CursorSettings, Cursors},
        routes::Routes,
    },
    identity::{access_token::AccessTokenSettings, principal::Authority},
    routes,
};
use sqlx::PgPool;

shared::settings! {
    /// The settings of `admin`.
    pub struct AdminSettings {
    }
    with {
        /// The keys that access tokens are verified with.
        pub access_token: AccessTokenSettings,
        /// The keys that cursors of lists are signed with.
        pub cursor: CursorSettings,
        /// The Pub/Sub client that replays dead letters.
        pub pubsub: PubSubSettings,
    }
}

/// The shared state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    cursors: Cursors,
    outbox: Outbox,
    clock: Clock,
}

/// The function `admin`.
pub struct Admin;

impl Function for Admin {
    const NAME: &'static str = "admin";
    const PATHS: &'static [&'static str] = &["/admin/*"];

    type Settings = AdminSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new()
            .routes(routes!(routes::list_users::list_users))
            .routes(routes!(routes::get_user::get_user, routes::update_user::update_user))
            .routes(routes!(routes::list_audit_logs::list_audit_logs))
            .routes(routes!(
                routes::list_dead_letters::list_dead_letters,
                routes::delete_dead_letters::delete_dead_letters
            ))
            .routes(routes!(routes::replay_dead_letters::replay_dead_letters))
            .routes(routes!(routes::replay_dead_letter::replay_dead_letter))
            .routes(routes!(routes::delete_dead_letter::delete_dead_letter))
    }

    fn state(settings: AdminSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cursors: Cursors::new(&settings.cursor)?,
            outbox: base.outbox(&settings.pubsub)?,
            db: base.db,
            clock: base.clock,
        })
    }
}
