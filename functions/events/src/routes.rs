//! Handlers, one file for each route.

pub(crate) mod create_event_ticket;
pub(crate) mod stream_events;
