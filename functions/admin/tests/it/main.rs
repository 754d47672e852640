//! `admin` through its HTTP interface.

mod audit_logs;
mod dead_letters;
mod support;
mod users;
