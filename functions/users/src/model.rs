//! Types shared by queries and responses.

use serde::Serialize;
use serde_json::Value;
use shared::{
    audit::{Action, Outcome},
    base::ids::{AuditId, ExportId, InvitationId, ItemId, ProjectId, SessionId},
    identity::guard::ProjectRole,
    items::{
        ItemKind, ItemStatus,
        exports::{ExportFormat, ExportStatus},
    },
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
    /// Time of the last token refresh, or of the sign-in.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) last_used_at: OffsetDateTime,
    /// IP address of the sign-in.
    pub(crate) ip_address: Option<String>,
    /// `User-Agent` header of the sign-in.
    pub(crate) user_agent: Option<String>,
    /// True for the session that sent this request.
    pub(crate) current: bool,
}

/// A session in the account data export, live or ended.
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

/// A project membership in the account data export.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedMembership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// An item in the account data export. Excludes text that other users wrote about it.
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

/// A text of an item in the account data export.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedText {
    pub(crate) item_id: ItemId,
    /// Number of the page or segment, from 1; 0 for the text as corrected in the review.
    pub(crate) number: i32,
    pub(crate) text: String,
}

/// Feedback in the account data export: the user wrote it when deciding on an item.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedFeedback {
    pub(crate) item_id: ItemId,
    /// Version of the item after the decision.
    pub(crate) version: i32,
    pub(crate) feedback: String,
}

/// A project export in the account data export.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedProjectExport {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) format: ExportFormat,
    /// Status of the items in the export. Null for all items.
    pub(crate) item_status: Option<ItemStatus>,
    #[schema(inline, value_type = ExportStatus)]
    pub(crate) status: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) completed_at: Option<OffsetDateTime>,
}

/// An invitation in the account data export.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedInvitation {
    pub(crate) id: InvitationId,
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) expires_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) accepted_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) revoked_at: Option<OffsetDateTime>,
}

/// An audit log entry in the account data export: an action of the user, or of someone else on the account.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportedAuditLog {
    pub(crate) id: AuditId,
    #[schema(value_type = Action)]
    pub(crate) action: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: Option<Uuid>,
    pub(crate) project_id: Option<ProjectId>,
    #[schema(value_type = Outcome)]
    pub(crate) status: String,
    /// IP address of the user. Null if someone else acted or the actor is unknown.
    pub(crate) ip_address: Option<String>,
    /// `User-Agent` header of the user. Null if someone else acted or the actor is unknown.
    pub(crate) user_agent: Option<String>,
    #[schema(value_type = Object)]
    pub(crate) metadata: Value,
    /// Values that the user wrote in a change.
    #[schema(value_type = Option<Object>)]
    pub(crate) details: Option<Value>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}
