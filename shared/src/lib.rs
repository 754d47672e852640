//! The code that Alta Data's functions share. This crate does not depend on any function.
//!
//! A function implements [`function::Function`], which declares its routes, settings and subscriptions. A request
//! goes through three stages:
//!
//! 1. [`http::server`] sets the context, limits and response headers.
//! 2. Extractors check the input ([`http::extract`]) and the caller ([`identity::principal`], [`identity::guard`]).
//!    Anonymous routes use [`identity::rate_limit`], and Pub/Sub deliveries use [`cloud::push`].
//! 3. The handler writes its changes, [`audit`] rows and [`cloud::outbox`] events in one transaction.
//!
//! Errors are returned as a [`http::problem`].
//!
//! The modules form layers, from the lowest: `base`, `http`, `cloud`, `audit`, `identity`, `items`, `function`,
//! `testing`. A module uses only itself and lower layers, which a test enforces.

pub mod audit;
pub mod base;
pub mod cloud;
pub mod function;
pub mod http;
pub mod identity;
pub mod items;
#[cfg(feature = "testing")]
pub mod testing;
