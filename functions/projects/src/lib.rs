//! `projects`: projects, who works in them, and how they get there.

mod invitations;
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
    /// What `projects` is configured with.
    pub struct ProjectsSettings {
        /// Mails that the invitations of one project may send in an hour.
        pub invitations_per_hour: u32 = "INVITATIONS_PER_HOUR" or "50",
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
        /// Deriving the tokens of mailed links.
        pub mail_token: MailTokenSettings,
        /// Limits on the route that anybody may call.
        pub rate_limit: RateLimitSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    outbox: Outbox,
    mail_tokens: MailTokens,
    rate_limits: RateLimits,
    mail_quota: MailQuota,
    clock: Clock,
}

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
    let authority = Authority::new(db.clone(), tokens, clock.clone());
    let rate_limits = RateLimits::of_users(&settings.rate_limit, clock.clone())?;
    let health = rate_limits.depend(Health::default().database(&db));
    let state = AppState {
        outbox: Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?,
        mail_tokens: MailTokens::new(&settings.mail_token)?,
        mail_quota: MailQuota(settings.invitations_per_hour),
        db,
        authority,
        rate_limits,
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
