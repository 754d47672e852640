//! The mechanisms that Alta Data's functions share; no function is known here.
//!
//! A request passes [`http::server`] first (context, limits, headers), then its extractors ([`http::extract`],
//! [`identity::principal`], [`identity::guard`]; [`identity::rate_limit`] on anonymous routes; [`cloud::push`] for
//! events), then the handler, which changes the database together with [`audit`] rows and [`cloud::outbox`] events.
//! Errors leave as a [`http::problem`].
//!
//! The modules form layers, in this order; each uses only itself and those before it, which a test enforces.

pub mod audit;
pub mod base;
pub mod cloud;
pub mod function;
pub mod http;
pub mod identity;
pub mod items;
#[cfg(feature = "testing")]
pub mod testing;
