//! The stand-in as the official client and a plain HTTP client see it.

mod errors;
mod harness;
mod limits;
mod process;
mod samples;
