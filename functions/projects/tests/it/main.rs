//! Tests of `projects` through its HTTP interface, one module per endpoint, and as a process.

mod create_project;
mod get_project;
mod idempotency;
mod invitations;
mod lambda;
mod list_project_audit_logs;
mod list_projects;
mod members;
mod process;
mod support;
mod update_project;
