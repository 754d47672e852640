//! The audit log: who did what to which thing, from where, and how it ended.
//!
//! A scheduled task seals each row, which never changes; what is personal in it lies in a row of its own, so that
//! erasing a person breaks no seal.

mod action;
mod entry;
mod list;
mod refusals;

pub use self::{
    action::Action,
    entry::{Entry, Outcome, record},
    list::{AuditFilter, AuditLog, list_audit_logs},
    refusals::Refusals,
};
