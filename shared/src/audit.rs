//! The audit log: who performed which action on which resource, from which address, and with which outcome.
//!
//! Rows never change, and a scheduled task seals them. Personal data is stored in a separate row, so that erasing a
//! person leaves the seals valid.

mod action;
mod entry;
mod list;
mod refusals;

pub use self::{
    action::Action,
    entry::{Entry, Outcome, record, record_all},
    list::{AuditFilter, AuditLog, list_audit_logs},
    refusals::Refusals,
};
