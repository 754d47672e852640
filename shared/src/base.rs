//! The lowest layer, which every other module uses: configuration, time, ids, database, request context, logs.

pub mod clock;
pub mod config;
pub mod context;
pub mod database;
pub mod ids;
pub mod telemetry;
pub mod text;
