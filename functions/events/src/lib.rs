//! `events`: streams item transitions to project members as server-sent events. One instance serves many streams.
//!
//! While there are streams, one task reads new transitions once a second and sends each one to the streams of its
//! project (`hub`). A stream that resumes first reads the events that it missed page by page, and then joins the hub
//! without a gap (`stream`). Regardless of the number of streams, the database receives one query a second, and another
//! query at each heartbeat, which checks the access of all readers.
//!
//! A transition is sent when no older transaction is open on the database server. A long transaction, in any database
//! of the server, therefore delays events, but no event is lost.

mod access;
mod frame;
mod hub;
mod model;
mod queries;
mod routes;
mod stream;
mod stream_slots;

use std::{num::NonZeroU32, time::Duration};

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    function::{Base, Function},
    http::routes::Routes,
    identity::{access_token::AccessTokenSettings, principal::Authority, rate_limit::RateLimits},
    routes,
};
use sqlx::PgPool;

use crate::{hub::Hub, stream::Limits, stream_slots::StreamSlots};

shared::settings! {
    /// The settings of `events`.
    pub struct EventsSettings {
        /// Interval between heartbeats of an event stream, in seconds. Each heartbeat checks the access of all readers.
        pub heartbeat: NonZeroU32 = "EVENTS_HEARTBEAT" or "15",
        /// Seconds until an event stream ends and its reader reconnects. Must be below the host's request timeout.
        pub stream_life: NonZeroU32 = "EVENTS_STREAM_LIFE" or "3300",
        /// Number of event batches (about one a second) buffered for a slow reader before its stream is closed.
        pub buffer: NonZeroU32 = "EVENTS_BUFFER" or "16",
        /// Maximum number of event streams of one user in one instance.
        pub streams_per_user: usize = "EVENT_STREAMS_PER_USER" or "20",
        /// Maximum number of event streams in one instance. Must be below the host's limit of concurrent requests.
        pub streams_per_instance: usize = "EVENT_STREAMS_PER_INSTANCE" or "900",
        /// Event streams a minute that one client address may open with tickets, in one instance.
        pub tickets_per_address: NonZeroU32 = "EVENT_TICKETS_PER_ADDRESS_PER_MINUTE" or "600",
    }
    with {
        /// The keys that access tokens are verified with.
        pub access_token: AccessTokenSettings,
    }
}

/// The shared state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    hub: Hub,
    limits: Limits,
    slots: StreamSlots,
    rate_limits: RateLimits,
    clock: Clock,
}

/// The function `events`.
pub struct Events;

impl Function for Events {
    const NAME: &'static str = "events";
    const PATHS: &'static [&'static str] = &["/events", "/events/*"];
    // AWS Lambda sends a response when it is complete, and a stream never completes.
    const LAMBDA_REFUSAL: Option<&'static str> = Some("event streams cannot be served under AWS Lambda");

    type Settings = EventsSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new()
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
            slots: StreamSlots::new(settings.streams_per_user, settings.streams_per_instance),
            rate_limits: RateLimits::of_addresses(settings.tickets_per_address, base.clock.clone()),
            db: base.db,
            clock: base.clock,
        })
    }
}
