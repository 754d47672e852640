//! Tests of the platform on one machine, from its users' point of view.

mod erasure;
mod export;
mod gateway;
mod images;
mod leaks;
mod permissions;
mod planned;
mod platform;
mod postgres;
mod restart;
mod rollout;
mod running;
mod statistics;
mod support;
