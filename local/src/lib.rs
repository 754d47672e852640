//! The whole platform on one machine, in one process, without a cloud account.
//!
//! [`postgres`] runs the database. Behind the [`gateway`], the functions are mounted as they are in the
//! cloud; they reach stand-ins for Cloud Storage, Pub/Sub, Document AI and SMTP through Google's official
//! clients, and only endpoints and credentials differ.

pub mod api_docs;
pub mod data_dir;
mod error;
pub mod gateway;
pub mod page;
pub mod ports;
pub mod postgres;
mod secrets;
pub mod url_map;
mod with_postgres;

pub use error::{Error, Result};
pub use with_postgres::with_postgres;
