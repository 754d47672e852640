//! Exports.

use serde::Serialize;
use shared::{
    base::ids::{ExportId, ProjectId, UserId},
    items::{Failure, ItemStatus, exports::ExportFormat},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The status of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum ExportStatus {
    /// Its file is being written.
    Processing,
    /// Its file can be downloaded.
    Ready,
    /// It could not be made; `failure` says why.
    Failed,
}

/// A file with the items of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Export {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) requested_by_id: UserId,
    #[schema(inline)]
    pub(crate) format: ExportFormat,
    /// Only items in this status are in it; null for all.
    pub(crate) item_status: Option<ItemStatus>,
    #[schema(inline)]
    pub(crate) status: ExportStatus,
    /// Why it failed, if it did.
    pub(crate) failure: Option<Failure>,
    pub(crate) progress: ExportProgress,
    /// The size of the file, once it is there.
    pub(crate) size_bytes: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// When it was ready, or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) completed_at: Option<OffsetDateTime>,
    /// After that it is deleted, with its file.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) kept_until: OffsetDateTime,
}

/// The number of items of an export that are written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportProgress {
    pub(crate) done: i64,
    /// Null until they are counted; an estimate until all are written.
    pub(crate) total: Option<i64>,
}

/// An export's row: the answer, and the attempt and the generation of its file.
pub(crate) struct ExportRow {
    pub(crate) export: Export,
    pub(crate) file: Option<(i32, i64)>,
}

/// An export to be created.
pub(crate) struct NewExport {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) requested_by: UserId,
    pub(crate) format: ExportFormat,
    pub(crate) status: Option<ItemStatus>,
    pub(crate) kept_until: OffsetDateTime,
}
