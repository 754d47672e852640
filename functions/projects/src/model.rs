//! Types shared by queries and routes.

use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::{
        ids::{InvitationId, MembershipId, ProjectId, UserId},
        text::Name,
    },
    http::versioned::HasVersion,
    identity::guard::ProjectRole,
    items::languages::is_transcribable,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The limits of one user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) projects: u32,
    pub(crate) open_invitations: u32,
}

/// A project, with the role of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Default language of voice samples, as a BCP 47 tag. A sample can override it.
    pub(crate) language: Option<String>,
    pub(crate) created_by_id: UserId,
    /// Role of the caller. Null for a super admin who is not a member.
    pub(crate) role: Option<ProjectRole>,
    /// Increases with every change. Returned as `ETag`, to be sent as `If-Match`.
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

/// The fields of a project that an admin sets. Omitted fields are null.
#[derive(PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectValues {
    #[garde(dive)]
    pub(crate) name: Name,
    /// Description of at most 2,000 characters.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    pub(crate) description: Option<String>,
    /// Default language of voice samples, as a BCP 47 tag. The closest language of `GET /voice/languages` is used.
    #[garde(inner(custom(is_transcribable)))]
    #[schema(max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    pub(crate) language: Option<String>,
}

/// A member of a project.
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

/// Membership of the caller in a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Membership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) joined_at: OffsetDateTime,
}

/// An invitation to a project, as shown to its admins.
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

/// The state of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum InvitationStatus {
    /// The invitation can be accepted.
    Open,
    /// The invited address has joined the project.
    Accepted,
    /// An admin revoked the invitation.
    Revoked,
    /// The invitation was not accepted in time.
    Expired,
}
