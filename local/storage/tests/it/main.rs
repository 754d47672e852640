//! The local Cloud Storage, driven by the official client, by plain HTTP and by raw sockets.

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
