//! `review`: the queue, claims, decisions and history.

mod claims;
mod decisions;
mod lambda;
mod queue;
mod support;
