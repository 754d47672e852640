//! Project exports as the API shows them.

use serde::Serialize;
use shared::{
    base::ids::{ExportId, ProjectId, UserId},
    items::{
        Failure, ItemStatus,
        exports::{ExportFormat, ExportStatus},
    },
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A project export: a file with the items of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Export {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) requested_by_id: UserId,
    #[schema(inline)]
    pub(crate) format: ExportFormat,
    /// The status of the exported items; null if items of every status are exported.
    pub(crate) item_status: Option<ItemStatus>,
    #[schema(inline)]
    pub(crate) status: ExportStatus,
    /// The reason for the failure; null unless the export failed.
    pub(crate) failure: Option<Failure>,
    pub(crate) progress: ExportProgress,
    /// The size of the file; null until the export is ready.
    pub(crate) size_bytes: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// When the export became ready or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) completed_at: Option<OffsetDateTime>,
    /// When the export and its file are deleted.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) kept_until: OffsetDateTime,
}

/// The progress of a project export, in items.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportProgress {
    pub(crate) done: i64,
    /// The number of items to export: null until counted, and an estimate until the export is ready.
    pub(crate) total: Option<i64>,
}

/// A row of `exports`: the export, and the attempt and generation of its file.
pub(crate) struct ExportRow {
    pub(crate) export: Export,
    pub(crate) file: Option<(i32, i64)>,
}

/// A project export to be created.
pub(crate) struct NewExport {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) requested_by: UserId,
    pub(crate) format: ExportFormat,
    pub(crate) status: Option<ItemStatus>,
    pub(crate) kept_until: OffsetDateTime,
}
