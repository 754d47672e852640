//! `events` through its HTTP interface: tickets, streams, and what ends them.

mod create_event_ticket;
mod endings;
mod lambda;
mod order;
mod stream_events;
mod support;
