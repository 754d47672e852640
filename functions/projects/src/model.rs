//! Types that SQL and the routes share.

use serde::Serialize;
use shared::{
    base::ids::{InvitationId, MembershipId, ProjectId, UserId},
    http::versioned::HasVersion,
    identity::guard::ProjectRole,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A project, as one of its members sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The language of its voice samples (BCP 47), unless they name their own.
    pub(crate) language: Option<String>,
    pub(crate) created_by_id: UserId,
    /// The caller's role; null for a super admin who is no member.
    pub(crate) role: Option<ProjectRole>,
    /// Grows with every change; the `ETag` is made from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}

impl HasVersion for Project {
    fn version(&self) -> i32 {
        self.version
    }
}

/// What an admin may change of a project.
#[derive(PartialEq, Eq, Serialize)]
pub(crate) struct ProjectValues {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) language: Option<String>,
}

/// Somebody who works in a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    #[serde(skip)]
    pub(crate) id: MembershipId,
    pub(crate) user_id: UserId,
    pub(crate) email: String,
    pub(crate) display_name: Option<String>,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) joined_at: OffsetDateTime,
}

/// The caller's membership.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Membership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) joined_at: OffsetDateTime,
}

/// An invitation, as the project's admins see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitation {
    pub(crate) id: InvitationId,
    pub(crate) project_id: ProjectId,
    pub(crate) email: String,
    pub(crate) role: ProjectRole,
    pub(crate) status: InvitationStatus,
    pub(crate) invited_by_id: UserId,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) expires_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) accepted_at: Option<OffsetDateTime>,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum InvitationStatus {
    /// It can be accepted.
    Open,
    /// It was accepted.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Nobody accepted it in time.
    Expired,
}
