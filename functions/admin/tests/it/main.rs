//! `admin` through its HTTP interface.

mod audit_logs;
mod dead_letters;
mod lambda;
mod support;
mod users;
