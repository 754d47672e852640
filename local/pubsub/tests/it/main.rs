//! The local Pub/Sub as Google's own clients and a push receiver see it.

mod api;
mod dead_letter;
mod durability;
mod faults;
mod filter;
mod harness;
mod oidc;
mod push;
mod retry;
