//! Tests of `maintenance`, called like Cloud Scheduler and the dead-letter subscription do.

mod dead_letter;
mod exports;
mod find_uploads;
mod fold_statistics;
mod other_cluster;
mod purge;
mod purge_items;
mod refuses;
mod restart_stuck;
mod seal_audit;
mod support;
mod sweep_objects;
mod sweep_outbox;
