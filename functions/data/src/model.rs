//! Answers that several routes give.

use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ExportId, ItemId, ProjectId, UserId},
    cloud::storage::{Expected, Upload},
    items::{Failure, ItemStatus, ObjectName, exports::ExportFormat},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The largest document, in bytes.
pub(crate) const MAX_DOCUMENT_BYTES: i64 = 100 << 20;
/// The largest voice sample, in bytes.
pub(crate) const MAX_VOICE_BYTES: i64 = 500 << 20;
/// Larger uploads are resumable whether or not that was asked for.
pub(crate) const RESUMABLE_FROM_BYTES: i64 = 8 << 20;

/// What documents and voice samples share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) uploaded_by_id: UserId,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) status: ItemStatus,
    /// Why it failed, when it did.
    pub(crate) failure: Option<Failure>,
    /// How far a large input is; null when there is nothing to tell.
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
    /// How sure the engine is, from 0 to 1.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Grows with every change; the `ETag` is made from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Document {
    #[serde(flatten)]
    pub(crate) item: Item,
    /// A label of the team's own.
    pub(crate) domain: Option<String>,
    pub(crate) page_count: Option<i32>,
}

/// A voice sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VoiceSample {
    #[serde(flatten)]
    pub(crate) item: Item,
    pub(crate) duration_seconds: Option<f64>,
    /// The language that was asked for; null for the project's.
    pub(crate) requested_language: Option<String>,
}

/// How far something is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    pub(crate) done: i64,
    /// An estimate until the last part is there.
    pub(crate) total: i64,
    /// What is counted: `pages` or `percent`.
    pub(crate) unit: String,
}

/// Where an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum ExportStatus {
    /// It is being written.
    Processing,
    /// Its file can be had.
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
    /// Only items in this state are in it; null for all.
    pub(crate) item_status: Option<ItemStatus>,
    #[schema(inline)]
    pub(crate) status: ExportStatus,
    /// Why it failed, when it did.
    pub(crate) failure: Option<Failure>,
    pub(crate) progress: ExportProgress,
    /// The size of the file, once it is there.
    pub(crate) size_bytes: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    /// When it was ready, or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) completed_at: Option<OffsetDateTime>,
    /// After that it is gone, file and all.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) kept_until: OffsetDateTime,
}

/// How many items of an export are written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportProgress {
    pub(crate) done: i64,
    /// Null until they were counted; an estimate until all are written.
    pub(crate) total: Option<i64>,
}

/// A document that was announced, and how to upload it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentUpload {
    pub(crate) document: Document,
    pub(crate) upload: Upload,
}

/// A voice sample that was announced, and how to upload it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VoiceUpload {
    pub(crate) voice_sample: VoiceSample,
    pub(crate) upload: Upload,
}

/// A piece of a text that was found.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fragment {
    pub(crate) text: String,
    /// Whether this is what was searched for.
    pub(crate) highlighted: bool,
}

macro_rules! media_types {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub(crate) enum $name {
            $( #[serde(rename = $text)] $variant, )*
        }

        impl $name {
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

media_types! {
    /// A media type that documents may have.
    DocumentType {
        Pdf = "application/pdf",
        Png = "image/png",
        Jpeg = "image/jpeg",
        Tiff = "image/tiff",
        Gif = "image/gif",
        Bmp = "image/bmp",
        Webp = "image/webp",
    }
}

media_types! {
    /// A media type that voice samples may have.
    VoiceType {
        Wav = "audio/wav",
        XWav = "audio/x-wav",
        Flac = "audio/flac",
        Mpeg = "audio/mpeg",
        Mp4 = "audio/mp4",
        Ogg = "audio/ogg",
        Webm = "audio/webm",
    }
}

/// An item's row: what the answer shows, and what its upload is bound to.
pub(crate) struct ItemRow {
    pub(crate) item: Item,
    pub(crate) object: ObjectName,
    pub(crate) generation: Option<i64>,
    pub(crate) crc32c: Option<String>,
    pub(crate) resumable: bool,
    pub(crate) corrected_text: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) page_count: Option<i32>,
    pub(crate) duration_seconds: Option<f64>,
    pub(crate) requested_language: Option<String>,
}

impl ItemRow {
    /// What the present upload has to be.
    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected {
            content_type: &self.item.content_type,
            size_bytes: self.item.size_bytes,
            crc32c: self.crc32c.as_deref(),
            resumable: self.resumable,
        }
    }
}

impl From<ItemRow> for Document {
    fn from(row: ItemRow) -> Self {
        Self { item: row.item, domain: row.domain, page_count: row.page_count }
    }
}

impl From<ItemRow> for VoiceSample {
    fn from(row: ItemRow) -> Self {
        Self {
            item: row.item,
            duration_seconds: row.duration_seconds,
            requested_language: row.requested_language,
        }
    }
}
