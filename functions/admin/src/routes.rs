//! Handlers, one file for each route.

pub(crate) mod delete_dead_letter;
pub(crate) mod delete_dead_letters;
pub(crate) mod get_user;
pub(crate) mod list_audit_logs;
pub(crate) mod list_dead_letters;
pub(crate) mod list_users;
pub(crate) mod replay_dead_letter;
pub(crate) mod replay_dead_letters;
pub(crate) mod update_user;
