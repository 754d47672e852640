//! What the stand-ins for Google's engines (Document AI, Speech-to-Text) have in common: who may call, errors in
//! Google's JSON, what tests change at their boundary, files from requests and buckets, and programs that do the work.

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
