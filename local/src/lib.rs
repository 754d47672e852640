//! The whole platform on one machine, in one process, without a cloud account.
//!
//! [`Platform`] starts it all. [`postgres`] runs the database; behind the [`gateway`], the functions are
//! mounted as they are in the cloud; they reach stand-ins for Cloud Storage, Pub/Sub, Document AI and SMTP
//! through Google's official clients, and only endpoints and credentials differ (`environment`).

pub mod api_docs;
pub mod console;
pub mod data_dir;
pub mod demo;
mod environment;
mod error;
mod functions;
pub mod gateway;
mod listeners;
pub mod page;
mod pages;
mod platform;
pub mod ports;
pub mod postgres;
pub mod reference;
mod requests;
mod run;
mod scheduler;
mod secrets;
mod servers;
mod stand_ins;
mod subscriptions;
pub mod url_map;
mod with_postgres;

pub use error::{Error, Result};
pub use functions::{FUNCTIONS, openapi};
pub use pages::write_pages;
pub use platform::{PORT_VARIABLE, Platform, port};
pub use run::run;
pub use with_postgres::with_postgres;
