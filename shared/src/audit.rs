//! The audit log: who did what to which thing, from where, and how it ended.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    context,
    ids::{AuditId, ProjectId, UserId},
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Action {
    /// An account was made.
    #[serde(rename = "user.registered")]
    UserRegistered,
    /// An address was verified.
    #[serde(rename = "user.verified")]
    UserVerified,
    /// Somebody signed in, or tried to.
    #[serde(rename = "user.login")]
    UserLogin,
    /// Somebody signed out.
    #[serde(rename = "user.logout")]
    UserLogout,
    /// A refresh token came twice: its session was ended.
    #[serde(rename = "user.refresh_reused")]
    UserRefreshReused,
    /// Somebody proved anew who they are, or tried to.
    #[serde(rename = "user.reauthenticated")]
    UserReauthenticated,
    /// A link that sets a new password was asked for.
    #[serde(rename = "user.password_reset_requested")]
    UserPasswordResetRequested,
    /// A new password was set by a mailed link.
    #[serde(rename = "user.password_reset")]
    UserPasswordReset,
    /// An account's data were changed.
    #[serde(rename = "user.updated")]
    UserUpdated,
    /// An account was deleted by its owner.
    #[serde(rename = "user.deleted")]
    UserDeleted,
    /// A new password was set with the old one or in a recent session, or somebody tried to.
    #[serde(rename = "user.password_changed")]
    UserPasswordChanged,
    /// A session was ended from another one.
    #[serde(rename = "user.session_revoked")]
    UserSessionRevoked,
    /// All sessions but the present one were ended.
    #[serde(rename = "user.sessions_revoked")]
    UserSessionsRevoked,
    /// Everything that is held on a user was handed out to them.
    #[serde(rename = "user.exported")]
    UserExported,
    /// A passkey was added, or somebody tried to.
    #[serde(rename = "user.passkey_added")]
    UserPasskeyAdded,
    /// A passkey got another name.
    #[serde(rename = "user.passkey_renamed")]
    UserPasskeyRenamed,
    /// A passkey was taken away.
    #[serde(rename = "user.passkey_removed")]
    UserPasskeyRemoved,
    /// A user got another global role.
    #[serde(rename = "user.role_changed")]
    UserRoleChanged,
    /// What was personal in a deleted account was erased.
    #[serde(rename = "user.erased")]
    UserErased,
    /// A project was made.
    #[serde(rename = "project.created")]
    ProjectCreated,
    /// A project's name or description was changed.
    #[serde(rename = "project.updated")]
    ProjectUpdated,
    /// A project was deleted.
    #[serde(rename = "project.deleted")]
    ProjectDeleted,
    /// A member got another role.
    #[serde(rename = "member.role_changed")]
    MemberRoleChanged,
    /// A member was removed.
    #[serde(rename = "member.removed")]
    MemberRemoved,
    /// A member left.
    #[serde(rename = "member.left")]
    MemberLeft,
    /// Somebody was invited.
    #[serde(rename = "invitation.created")]
    InvitationCreated,
    /// An invitation was mailed again and extended.
    #[serde(rename = "invitation.resent")]
    InvitationResent,
    /// An invitation was taken back.
    #[serde(rename = "invitation.revoked")]
    InvitationRevoked,
    /// An invitation was accepted, or somebody tried to with another account.
    #[serde(rename = "invitation.accepted")]
    InvitationAccepted,
    /// A document was announced.
    #[serde(rename = "document.created")]
    DocumentCreated,
    /// A document's text was read.
    #[serde(rename = "document.processed")]
    DocumentProcessed,
    /// A document could not be read.
    #[serde(rename = "document.failed")]
    DocumentFailed,
}

impl Action {
    /// As it is stored: `resource.verb`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserRegistered => "user.registered",
            Self::UserVerified => "user.verified",
            Self::UserLogin => "user.login",
            Self::UserLogout => "user.logout",
            Self::UserRefreshReused => "user.refresh_reused",
            Self::UserReauthenticated => "user.reauthenticated",
            Self::UserPasswordResetRequested => "user.password_reset_requested",
            Self::UserPasswordReset => "user.password_reset",
            Self::UserUpdated => "user.updated",
            Self::UserDeleted => "user.deleted",
            Self::UserPasswordChanged => "user.password_changed",
            Self::UserSessionRevoked => "user.session_revoked",
            Self::UserSessionsRevoked => "user.sessions_revoked",
            Self::UserExported => "user.exported",
            Self::UserPasskeyAdded => "user.passkey_added",
            Self::UserPasskeyRenamed => "user.passkey_renamed",
            Self::UserPasskeyRemoved => "user.passkey_removed",
            Self::UserRoleChanged => "user.role_changed",
            Self::UserErased => "user.erased",
            Self::ProjectCreated => "project.created",
            Self::ProjectUpdated => "project.updated",
            Self::ProjectDeleted => "project.deleted",
            Self::MemberRoleChanged => "member.role_changed",
            Self::MemberRemoved => "member.removed",
            Self::MemberLeft => "member.left",
            Self::InvitationCreated => "invitation.created",
            Self::InvitationResent => "invitation.resent",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationAccepted => "invitation.accepted",
            Self::DocumentCreated => "document.created",
            Self::DocumentProcessed => "document.processed",
            Self::DocumentFailed => "document.failed",
        }
    }

    fn resource_type(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was tried in vain.
    Failure,
    /// It was not allowed.
    Denied,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Denied => "denied",
        }
    }
}

/// One row; the client's address and user agent are taken from the request being served.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who; `None` when nobody is known, or the platform itself did it.
    pub actor: Option<UserId>,
    /// What.
    pub action: Action,
    /// To which thing.
    pub resource: Option<Uuid>,
    /// In which project.
    pub project: Option<ProjectId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whatever else a reader should know; no secrets.
    pub metadata: Value,
}

impl Entry {
    /// Something that `actor` did.
    #[must_use]
    pub fn success(actor: Option<UserId>, action: Action, resource: Uuid) -> Self {
        let outcome = Outcome::Success;
        Self {
            actor,
            action,
            resource: Some(resource),
            project: None,
            outcome,
            metadata: Value::Object(Default::default()),
        }
    }

    /// In a project.
    #[must_use]
    pub fn in_project(self, project: ProjectId) -> Self {
        Self { project: Some(project), ..self }
    }

    /// With more to know.
    #[must_use]
    pub fn with(self, metadata: Value) -> Self {
        Self { metadata, ..self }
    }
}

/// Writes a row; it commits with the change that it records.
///
/// # Errors
/// When the row cannot be written.
pub async fn record(db: &mut PgConnection, entry: Entry, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let context = context::current();
    let context = context.as_deref();
    sqlx::query!(
        "insert into audit_logs
             (id, actor_user_id, action, resource_type, resource_id, project_id, status, ip_address, user_agent, metadata, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        AuditId::new().0,
        entry.actor.map(|actor| actor.0),
        entry.action.as_str(),
        entry.action.resource_type(),
        entry.resource,
        entry.project.map(|project| project.0),
        entry.outcome.as_str(),
        context.and_then(|context| context.client_address).map(|address| address.to_string()),
        context.and_then(|context| context.user_agent.clone()),
        entry.metadata,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
