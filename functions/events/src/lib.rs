//! `events`: changes of state as they happen, many long streams on one instance.
//!
//! One task reads the table of transitions once a second while anybody listens, and hands each one to the
//! streams of its project ([`hub`]). A stream that resumes reads what it missed by itself, page after page, and
//! then joins the others without a gap ([`stream`]). What a thousand streams cost the database is that one query
//! a second, and one more at each heartbeat, which checks the rights of them all.
//!
//! A transition is shown when no older transaction of the database server is open any more: one that stays open,
//! wherever it is, delays events and loses none.

mod access;
mod frame;
mod hub;
mod model;
mod queries;
mod routes;
mod stream;

use std::{num::NonZeroU32, time::Duration};

use axum::{Router, extract::FromRef};
use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
        database::{self, DatabaseSettings},
    },
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::{
        access_token::{AccessTokenSettings, Verifier},
        principal::Authority,
    },
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

use crate::{hub::Hub, stream::Limits};

shared::settings! {
    /// What `events` is configured with.
    pub struct EventsSettings {
        /// Seconds from one heartbeat of the event streams to the next; at each, the rights of their readers are checked again.
        pub heartbeat: NonZeroU32 = "EVENTS_HEARTBEAT" or "15",
        /// Seconds after which an event stream ends and its reader connects again; less than the host allows a request.
        pub stream_life: NonZeroU32 = "EVENTS_STREAM_LIFE" or "3300",
        /// How much waits for a slow reader at most: what so many queries gave, of which there is one a second; more ends its stream.
        pub buffer: NonZeroU32 = "EVENTS_BUFFER" or "16",
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
    }
}

/// What the handlers work with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    authority: Authority,
    hub: Hub,
    limits: Limits,
    clock: Clock,
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(routes::stream_events::stream_events))
        .routes(routes!(routes::create_event_ticket::create_event_ticket))
}

/// The function, ready to be served.
///
/// # Errors
/// Names every variable that is missing or wrong.
pub async fn service(env: &Env) -> Result<Service, Error> {
    // There an answer is sent when it is whole, and a stream never is.
    if env.get("AWS_LAMBDA_RUNTIME_API").is_some() {
        return Err(Error::of("AWS_LAMBDA_RUNTIME_API", "event streams cannot be served under AWS Lambda"));
    }
    service_at(env, Clock::default()).await
}

/// The function with a clock that can be moved.
///
/// # Errors
/// Names every variable that is missing or wrong.
#[allow(clippy::unused_async, reason = "every function is built the same way")]
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = EventsSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let tokens = Verifier::new(&settings.access_token, clock.clone())?;
    let authority = Authority::new(db.clone(), tokens, clock.clone());
    let seconds = |number: NonZeroU32| Duration::from_secs(number.get().into());
    let limits =
        Limits { heartbeat: seconds(settings.heartbeat), stream_life: seconds(settings.stream_life) };
    let buffer = usize::try_from(settings.buffer.get()).unwrap_or(usize::MAX);
    let hub = Hub::new(db.clone(), clock.clone(), limits.heartbeat, buffer);
    let state = AppState { db: db.clone(), authority, hub, limits, clock };
    let (router, _): (Router<AppState>, _) = routes().split_for_parts();
    Service::new(router.with_state(state), Health::default().database(&db), &settings.http)
}

/// The function's part of the OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().to_openapi()
}
