//! Answers that several routes give.

use serde::Serialize;
use shared::{
    guard::ProjectRole,
    ids::{ProjectId, UserId},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A project, as one of its members sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
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
