//! The parts that the stand-ins for Document AI and Speech-to-Text share: authentication, errors in Google's
//! JSON format, controls for tests, files from requests and buckets, and running the programs behind them.

pub mod clock;
mod controls;
mod fault;
pub mod http_api;
mod programs;
pub mod source;

pub use controls::{Controls, Quota};
pub use fault::Fault;
pub use programs::{Output, Program, Programs, missing_packages};
pub use source::{Resolve, Source, Write};
