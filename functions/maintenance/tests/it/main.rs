//! `maintenance` as Cloud Scheduler and the dead-letter subscription call it.

mod dead_letter;
mod purge;
mod refuses;
mod restart_stuck;
mod seal_audit;
mod support;
mod sweep_outbox;
