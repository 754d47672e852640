//! Types that SQL and the responses share.

use serde::Serialize;
use serde_json::Value;
use shared::{
    base::ids::{AuditId, ItemId, ProjectId, SessionId},
    http::problem::ProblemBody,
    identity::guard::ProjectRole,
    items::{ItemKind, ItemStatus},
};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A session: one sign-in on one device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// When it was last refreshed.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) last_used_at: OffsetDateTime,
    /// Where it was opened from.
    pub(crate) ip_address: Option<String>,
    /// What it was opened with.
    pub(crate) user_agent: Option<String>,
    /// Whether this request belongs to it.
    pub(crate) current: bool,
}

/// A session, live or ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedSession {
    pub(crate) id: SessionId,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) last_used_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) authenticated_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) expires_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) revoked_at: Option<OffsetDateTime>,
    pub(crate) ip_address: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// A membership in a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedMembership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// An uploaded item; what others wrote about it is theirs.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedItem {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) status: ItemStatus,
    pub(crate) language: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) submitted_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) processed_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) reviewed_at: Option<OffsetDateTime>,
}

/// Something that the user did, or that was done to their account.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedAuditLog {
    pub(crate) id: AuditId,
    pub(crate) action: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: Option<Uuid>,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) status: String,
    /// Null where somebody else acted, or nobody known.
    pub(crate) ip_address: Option<String>,
    /// Null where somebody else acted, or nobody known.
    pub(crate) user_agent: Option<String>,
    #[schema(value_type = Object)]
    pub(crate) metadata: Value,
    /// Values before and after a change of the user's own.
    #[schema(value_type = Option<Object>)]
    pub(crate) details: Option<Value>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// A `last_admin` problem.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes the response, which is a problem with an extension")]
pub(crate) struct LastAdminProblem {
    #[serde(flatten)]
    problem: ProblemBody<'static>,
    #[serde(flatten)]
    extension: LastAdmin,
}

/// The members of a `last_admin` problem that no other has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastAdmin {
    /// The projects that would be left without an admin.
    pub(crate) projects: Vec<BlockingProject>,
}

/// A project that only the caller administers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockingProject {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
}
