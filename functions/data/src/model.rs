//! Answers that several routes give.

use serde::{Deserialize, Serialize};
use shared::{
    ids::{ItemId, ProjectId, UserId},
    items::{Failure, ItemKind, ItemStatus, ObjectName},
    storage::{Expected, Upload},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The largest document, in bytes.
pub(crate) const MAX_DOCUMENT_BYTES: i64 = 100 * 1024 * 1024;

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Document {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) uploaded_by_id: UserId,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) status: ItemStatus,
    /// Why it failed, when it did.
    pub(crate) failure: Option<Failure>,
    /// How far a large document is; null when there is nothing to tell.
    pub(crate) progress: Option<Progress>,
    /// An earlier item of the project with the same bytes.
    pub(crate) duplicate_of: Option<ItemId>,
    /// When the bytes arrived.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) submitted_at: Option<OffsetDateTime>,
    /// When the text was there, or its reading failed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) processed_at: Option<OffsetDateTime>,
    pub(crate) reviewed_by_id: Option<UserId>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) reviewed_at: Option<OffsetDateTime>,
    pub(crate) feedback: Option<String>,
    /// A label of the team's own.
    pub(crate) domain: Option<String>,
    pub(crate) page_count: Option<i32>,
    /// How sure the engine is, from 0 to 1, over all pages.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Grows with every change of state; the `ETag` is made from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// How far something is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    pub(crate) done: i64,
    pub(crate) total: i64,
    /// What is counted: `pages` or `seconds`.
    pub(crate) unit: String,
}

/// A document that was announced, and how to upload it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentUpload {
    pub(crate) document: Document,
    pub(crate) upload: Upload,
}

/// A media type that documents may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum DocumentType {
    #[serde(rename = "application/pdf")]
    Pdf,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/tiff")]
    Tiff,
    #[serde(rename = "image/gif")]
    Gif,
    #[serde(rename = "image/bmp")]
    Bmp,
    #[serde(rename = "image/webp")]
    Webp,
}

impl DocumentType {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Tiff => "image/tiff",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Webp => "image/webp",
        }
    }
}

/// A document's row: what the answer shows, and what the upload is bound to.
pub(crate) struct DocumentRow {
    pub(crate) document: Document,
    pub(crate) crc32c: Option<String>,
    pub(crate) upload_no: i32,
}

impl DocumentRow {
    /// The name of the present upload's object.
    pub(crate) fn object(&self) -> ObjectName {
        ObjectName {
            kind: ItemKind::Document,
            project_id: self.document.project_id,
            item_id: self.document.id,
            upload_no: self.upload_no,
        }
    }

    /// What the present upload has to be.
    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected {
            content_type: &self.document.content_type,
            size_bytes: self.document.size_bytes,
            crc32c: self.crc32c.as_deref(),
        }
    }
}
