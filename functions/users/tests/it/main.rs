//! Tests of `users` through its HTTP interface, one module per endpoint.

mod change_password;
mod delete_account;
mod delete_other_sessions;
mod delete_session;
mod export_account;
mod get_account;
mod lambda;
mod list_sessions;
mod passkeys;
mod support;
mod update_account;
