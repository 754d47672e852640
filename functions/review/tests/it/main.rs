//! Tests the queue, claims, decisions and history of `review`.

mod claims;
mod decisions;
mod lambda;
mod queue;
mod support;
