//! Integration tests of `shared`, through its public interface and against the local cloud.

mod audit;
mod database;
mod guard;
mod items;
mod layers;
mod outbox;
mod rate_limit;
mod redis;
mod schemas;
mod server;
mod storage;
