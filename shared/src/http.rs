//! The HTTP code of every function: the server and its layers, extractors, problems, pagination, preconditions,
//! idempotency, health checks.

pub mod batch;
pub mod extract;
pub mod health;
pub mod idempotency;
pub mod merge_patch;
pub mod openapi;
pub mod pagination;
pub mod precondition;
pub mod problem;
pub mod rate_limit_fields;
pub mod routes;
pub mod server;
mod use_case;
pub mod versioned;
