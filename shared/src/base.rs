//! The lowest layer, which every other module uses: configuration, keys, time, ids, database, request context,
//! logs.

pub mod clock;
pub mod config;
pub mod context;
pub mod database;
pub mod ids;
pub mod keys;
pub mod telemetry;
pub mod text;
