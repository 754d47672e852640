//! `projects`: projects, their members, invitations and audit log.

mod invitations;
mod model;
mod queries;
mod routes;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::outbox::{Outbox, PubSubSettings},
    function::{Base, Function},
    http::health::Health,
    identity::{
        access_token::AccessTokenSettings,
        mail_token::{MailTokenSettings, MailTokens},
        principal::Authority,
        rate_limit::{RateLimitSettings, RateLimits},
    },
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

use crate::invitations::MailQuota;

shared::settings! {
    /// The settings of `projects`.
    pub struct ProjectsSettings {
        /// Mails that the invitations of one project may send in an hour.
        pub invitations_per_hour: u32 = "INVITATIONS_PER_HOUR" or "50",
    }
    with {
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
        /// Publishing events.
        pub pubsub: PubSubSettings,
        /// Deriving the tokens of mailed links.
        pub mail_token: MailTokenSettings,
        /// Limits on the route that anybody may call.
        pub rate_limit: RateLimitSettings,
    }
}

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    outbox: Outbox,
    mail_tokens: MailTokens,
    rate_limits: RateLimits,
    mail_quota: MailQuota,
    clock: Clock,
}

/// The function `projects`.
pub struct Projects;

impl Function for Projects {
    const NAME: &'static str = "projects";
    const PATHS: &'static [&'static str] = &["/projects", "/projects/*", "/invitations/*"];

    type Settings = ProjectsSettings;
    type State = AppState;

    fn routes() -> OpenApiRouter<AppState> {
        OpenApiRouter::new()
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
            outbox: base.outbox(&settings.pubsub)?,
            mail_tokens: MailTokens::new(&settings.mail_token)?,
            rate_limits: RateLimits::of_users(&settings.rate_limit, base.clock.clone())?,
            mail_quota: MailQuota(settings.invitations_per_hour),
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.rate_limits.depend(health)
    }
}
