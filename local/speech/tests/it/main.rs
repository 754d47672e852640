//! The stand-in as the official client and a plain HTTP client see it.

mod batch;
mod errors;
mod harness;
mod limits;
mod recognize;
mod restart;
