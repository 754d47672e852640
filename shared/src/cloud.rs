//! Google Cloud and Redis: credentials, Cloud Storage, and Pub/Sub (topics, outbox, push deliveries and their tokens).

pub mod events;
pub mod google;
pub mod lazy;
pub mod names;
pub mod oidc;
pub mod outbox;
pub mod push;
pub mod redis;
pub mod storage;
