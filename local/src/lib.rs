//! The whole platform on one machine, in one process, without a cloud account.
//!
//! [`Platform`] starts everything. [`postgres`] runs the database. The functions are mounted behind the [`gateway`] as
//! in the cloud. They reach stand-ins for Cloud Storage, Pub/Sub, Document AI, Speech-to-Text and SMTP through Google's
//! official clients: only endpoints and credentials differ (`environment`).

pub mod console;
pub mod data_dir;
pub mod demo;
mod environment;
mod error;
pub mod gateway;
mod hosts;
mod listeners;
mod platform;
pub mod ports;
pub mod postgres;
mod requests;
mod run;
mod scheduler;
mod secrets;
mod servers;
mod stand_ins;
mod subscriptions;
mod with_postgres;

pub use error::{Error, Result};
pub use listeners::PORT_VARIABLE;
pub use platform::{Platform, port};
pub use run::run;
pub use with_postgres::with_postgres;
