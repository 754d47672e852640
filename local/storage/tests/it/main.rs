//! Tests through the official client, plain HTTP and raw sockets.

mod cors;
mod crash;
mod downloads;
mod harness;
mod json_api;
mod names;
mod notifications;
mod resumable;
mod signed_urls;
mod uploads;
mod vectors;
