//! The function `projects`: projects and their members, invitations and audit log.
//!
//! A project groups items, and each member has a role in it: project admin, contributor or reviewer. An admin invites
//! an email address, and the function `email` mails the link. The owner of the address opens it and accepts:
//!
//! ```text
//! POST /projects/{id}/invite ──> mail ──> GET /invitations/{token} ──> POST /invitations/{token}/accept
//! ```
//!
//! The module `routes` has one file per endpoint and `queries` holds all SQL. Changes of a project and removals or role
//! changes of members first lock the project row (`queries::lock_project`), so that a project always keeps an admin.

mod invitations;
mod model;
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
        mail_caps::{MailCapSettings, MailCaps},
        mail_token::{MailTokenSettings, MailTokens},
        principal::Authority,
        rate_limit::{RateLimitSettings, RateLimits},
    },
    routes,
};
use sqlx::PgPool;

use crate::model::Limits;

shared::settings! {
    /// Settings of the function `projects`.
    pub struct ProjectsSettings {
        /// Maximum number of projects that one user created and did not delete.
        pub projects_per_user: u32 = "PROJECTS_PER_USER" or "50",
        /// Maximum number of open invitations that one user sent, over all projects.
        pub open_invitations_per_user: u32 = "OPEN_INVITATIONS_PER_USER" or "200",
    }
    with {
        /// Settings for verifying access tokens.
        pub access_token: AccessTokenSettings,
        /// Settings for the cursors of lists.
        pub cursor: CursorSettings,
        /// Settings for publishing events.
        pub pubsub: PubSubSettings,
        /// Caps on mails.
        pub mail_caps: MailCapSettings,
        /// Settings for deriving the tokens in mailed links.
        pub mail_token: MailTokenSettings,
        /// Rate limits of the public route `GET /invitations/{token}`.
        pub rate_limit: RateLimitSettings,
    }
}

/// State shared by all handlers of `projects`.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    cursors: Cursors,
    outbox: Outbox,
    mail_tokens: MailTokens,
    mail_caps: MailCaps,
    rate_limits: RateLimits,
    limits: Limits,
    clock: Clock,
}

/// Entry point of the function `projects`: its routes, settings and state.
pub struct Projects;

impl Function for Projects {
    const NAME: &'static str = "projects";
    const PATHS: &'static [&'static str] = &["/projects", "/projects/*", "/invitations/*"];

    type Settings = ProjectsSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new()
            .routes(routes!(routes::list_projects::list_projects, routes::create_project::create_project))
            .routes(routes!(
                routes::get_project::get_project,
                routes::update_project::update_project,
                routes::delete_project::delete_project
            ))
            .routes(routes!(routes::list_project_audit_logs::list_project_audit_logs))
            .routes(routes!(routes::list_members::list_members))
            .routes(routes!(routes::update_member::update_member, routes::delete_member::delete_member))
            .routes(routes!(routes::create_invitation::create_invitation))
            .routes(routes!(routes::list_invitations::list_invitations))
            .routes(routes!(routes::revoke_invitation::revoke_invitation))
            .routes(routes!(routes::resend_invitation::resend_invitation))
            .routes(routes!(routes::get_invitation::get_invitation))
            .routes(routes!(routes::accept_invitation::accept_invitation))
    }

    fn state(settings: ProjectsSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cursors: Cursors::new(&settings.cursor)?,
            outbox: base.outbox(&settings.pubsub)?,
            mail_tokens: MailTokens::new(&settings.mail_token)?,
            mail_caps: MailCaps::new(&settings.mail_caps),
            rate_limits: RateLimits::of_users(&settings.rate_limit, base.clock.clone())?,
            limits: Limits {
                projects: settings.projects_per_user,
                open_invitations: settings.open_invitations_per_user,
            },
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.rate_limits.add_health_check(health)
    }
}
