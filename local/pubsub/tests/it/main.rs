//! Tests with Google's official clients and a push receiver.

mod api;
mod dead_letter;
mod durability;
mod faults;
mod filter;
mod harness;
mod oidc;
mod push;
mod retry;
