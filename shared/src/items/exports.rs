//! Project exports: files with the items of a project.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::ids::{ExportId, ProjectId};

/// The file format of a project export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ExportFormat {
    /// Newline-delimited JSON: one object a line.
    Ndjson,
    /// Comma-separated values with a header (RFC 4180), in UTF-8.
    Csv,
}

impl ExportFormat {
    /// Returns the media type of a file in this format.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// Returns the file name extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// The status of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ExportStatus {
    /// The file is being written.
    Processing,
    /// The file can be downloaded.
    Ready,
    /// The export failed.
    Failed,
}

/// Returns the prefix of the names of an export's objects in the exports bucket.
#[must_use]
pub fn folder(project: ProjectId, export: ExportId) -> String {
    format!("{project}/{export}/")
}

/// Returns the name of the object that an attempt writes.
#[must_use]
pub fn object_name(project: ProjectId, export: ExportId, attempt: i32) -> String {
    format!("{}{attempt}", folder(project, export))
}
