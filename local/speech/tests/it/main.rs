//! Tests with the official client and plain HTTP.

mod batch;
mod errors;
mod harness;
mod limits;
mod recognize;
mod restart;
