//! HTTP handlers, one file per endpoint.

pub(crate) mod accept_invitation;
pub(crate) mod create_invitation;
pub(crate) mod create_project;
pub(crate) mod delete_member;
pub(crate) mod delete_project;
pub(crate) mod get_invitation;
pub(crate) mod get_project;
pub(crate) mod list_invitations;
pub(crate) mod list_members;
pub(crate) mod list_project_audit_logs;
pub(crate) mod list_projects;
pub(crate) mod resend_invitation;
pub(crate) mod revoke_invitation;
pub(crate) mod update_member;
pub(crate) mod update_project;
