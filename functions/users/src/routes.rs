//! HTTP handlers, one file per endpoint.

pub(crate) mod change_password;
pub(crate) mod confirm_passkey;
pub(crate) mod delete_account;
pub(crate) mod delete_other_sessions;
pub(crate) mod delete_passkey;
pub(crate) mod delete_session;
pub(crate) mod export_account;
pub(crate) mod get_account;
pub(crate) mod list_passkeys;
pub(crate) mod list_sessions;
pub(crate) mod update_account;
pub(crate) mod update_passkey;
