//! Tests with the official client and plain HTTP.

mod batch;
mod errors;
mod harness;
mod limits;
mod operations;
mod process;
mod samples;
