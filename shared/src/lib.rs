//! The mechanisms that Alta Data's functions share; no function is known here.
//!
//! A request meets [`server`] first (context, limits, headers), then its extractors ([`extract`],
//! [`principal`], [`guard`]; [`rate_limit`] where anybody may call; [`push`] for events), then the handler, which changes the database together
//! with [`audit`] rows and [`outbox`] events. Errors leave as a [`problem`].

pub mod access_token;
pub mod account;
pub mod audit;
pub mod batch;
pub mod clock;
pub mod config;
pub mod context;
pub mod database;
pub mod events;
pub mod exports;
pub mod extract;
pub mod google;
pub mod guard;
pub mod health;
pub mod idempotency;
pub mod ids;
pub mod items;
pub mod lazy;
pub mod mail_token;
pub mod merge_patch;
pub mod names;
pub mod oidc;
pub mod outbox;
pub mod pagination;
pub mod passkey;
pub mod passwords;
pub mod precondition;
pub mod principal;
pub mod problem;
pub mod processing;
pub mod push;
pub mod rate_limit;
pub mod redis;
pub mod server;
pub mod storage;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
