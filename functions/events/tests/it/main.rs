//! Tests of `events` through its HTTP interface: tickets, streams and their endings.

mod create_event_ticket;
mod endings;
mod lambda;
mod order;
mod stream_events;
mod support;
