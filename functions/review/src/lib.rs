//! `review`: a team of reviewers works through a queue without stepping on each other.

mod claims;
mod decisions;
mod model;
mod queries;
mod reviewer;
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
};
use sqlx::PgPool;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{claims::Claims, decisions::Decisions};

shared::settings! {
    /// What `review` is configured with.
    pub struct ReviewSettings {
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
    clock: Clock,
    decisions: Decisions,
    claims: Claims,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::list_queue::list_queue))
        .routes(routes!(routes::claim_next::claim_next))
        .routes(routes!(routes::claim_item::claim_item, routes::release_item::release_item))
        .routes(routes!(routes::decide_item::decide_item))
        .routes(routes!(routes::decide_items::decide_items))
        .routes(routes!(routes::reopen_item::reopen_item))
        .routes(routes!(routes::list_history::list_history))
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
    let settings = ReviewSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let authority = Authority::new(db.clone(), tokens, clock.clone());
    let outbox = Outbox::new(db.clone(), clock.clone(), &settings.pubsub)?;
    let state = AppState {
        db: db.clone(),
        authority,
        clock: clock.clone(),
        decisions: Decisions { outbox, clock: clock.clone() },
        claims: Claims { db: db.clone(), clock },
    };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), Health::default().database(&db), &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
