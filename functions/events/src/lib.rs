//! `events`: server-sent events for changes of state, many long streams on one instance.
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

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    function::{Base, Function},
    identity::{access_token::AccessTokenSettings, principal::Authority},
    routes,
};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;

use crate::{hub::Hub, stream::Limits};

shared::settings! {
    /// The settings of `events`.
    pub struct EventsSettings {
        /// Seconds from one heartbeat of the event streams to the next; at each, the rights of their readers are checked again.
        pub heartbeat: NonZeroU32 = "EVENTS_HEARTBEAT" or "15",
        /// Seconds after which an event stream ends and its reader connects again; less than the host allows a request.
        pub stream_life: NonZeroU32 = "EVENTS_STREAM_LIFE" or "3300",
        /// How much waits for a slow reader at most: what so many queries gave, of which there is one a second; more ends its stream.
        pub buffer: NonZeroU32 = "EVENTS_BUFFER" or "16",
    }
    with {
        /// Checking access tokens.
        pub access_token: AccessTokenSettings,
    }
}

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    hub: Hub,
    limits: Limits,
    clock: Clock,
}

/// The function `events`.
pub struct Events;

impl Function for Events {
    const NAME: &'static str = "events";
    const PATHS: &'static [&'static str] = &["/events", "/events/*"];
    // There an answer is sent when it is whole, and a stream never is.
    const LAMBDA_REFUSAL: Option<&'static str> = Some("event streams cannot be served under AWS Lambda");

    type Settings = EventsSettings;
    type State = AppState;

    fn routes() -> OpenApiRouter<AppState> {
        OpenApiRouter::new()
            .routes(routes!(routes::stream_events::stream_events))
            .routes(routes!(routes::create_event_ticket::create_event_ticket))
    }

    fn state(settings: EventsSettings, base: Base) -> Result<AppState, Error> {
        let seconds = |number: NonZeroU32| Duration::from_secs(number.get().into());
        let limits =
            Limits { heartbeat: seconds(settings.heartbeat), stream_life: seconds(settings.stream_life) };
        let buffer = usize::try_from(settings.buffer.get()).unwrap_or(usize::MAX);
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            hub: Hub::new(base.db.clone(), base.clock.clone(), limits.heartbeat, buffer),
            limits,
            db: base.db,
            clock: base.clock,
        })
    }
}
