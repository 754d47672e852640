//! Exports: files that hold the items of a project.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::ids::{ExportId, ProjectId};

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ExportFormat {
    /// A JSON object a line.
    Ndjson,
    /// Comma-separated values with a header (RFC 4180), in UTF-8.
    Csv,
}

impl ExportFormat {
    /// The media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// What a file's name ends with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// Where an export's objects lie in their bucket; their names begin so.
#[must_use]
pub fn folder(project: ProjectId, export: ExportId) -> String {
    format!("{project}/{export}/")
}

/// The object that an attempt writes.
#[must_use]
pub fn object_name(project: ProjectId, export: ExportId, attempt: i32) -> String {
    format!("{}{attempt}", folder(project, export))
}
