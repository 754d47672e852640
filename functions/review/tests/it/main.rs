//! `review`: the queue, claims, decisions and history.

mod claims;
mod decisions;
mod queue;
mod support;
