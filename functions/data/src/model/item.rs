//! Items as the API shows them, and as SQL selects them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    cloud::storage::Expected,
    items::{Failure, ItemKind, ItemStatus, ObjectName},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The fields of every kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) uploaded_by_id: UserId,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) status: ItemStatus,
    /// Why it failed, if it did.
    pub(crate) failure: Option<Failure>,
    /// The progress of a large input; null when there is none to report.
    pub(crate) progress: Option<Progress>,
    /// An earlier item of the project with the same bytes.
    pub(crate) duplicate_of: Option<ItemId>,
    /// When the bytes arrived.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) submitted_at: Option<OffsetDateTime>,
    /// When processing ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) processed_at: Option<OffsetDateTime>,
    pub(crate) reviewed_by_id: Option<UserId>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) reviewed_at: Option<OffsetDateTime>,
    pub(crate) feedback: Option<String>,
    /// The engine's confidence, from 0 to 1.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Grows with every change; the `ETag` is made from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// The progress of processing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    pub(crate) done: i64,
    /// An estimate until the last part is there.
    pub(crate) total: i64,
    /// What is counted: `pages` or `percent`.
    pub(crate) unit: String,
}

/// An item's row: the fields that answers show, and the upload that they belong to.
pub(crate) struct ItemRow {
    pub(crate) item: Item,
    pub(crate) object: ObjectName,
    pub(crate) generation: Option<i64>,
    pub(crate) crc32c: Option<String>,
    pub(crate) resumable: bool,
    pub(crate) corrected_text: Option<String>,
    /// The fields of the item's kind.
    pub(crate) own: Value,
}

impl ItemRow {
    /// Reads the fields of the item's kind.
    pub(crate) fn own_fields<T: DeserializeOwned + Default>(&self) -> T {
        T::deserialize(&self.own).unwrap_or_default()
    }

    /// The bytes that the present upload admits.
    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected {
            content_type: &self.item.content_type,
            size_bytes: self.item.size_bytes,
            crc32c: self.crc32c.as_deref(),
            resumable: self.resumable,
        }
    }
}

/// An item that nobody else changes until the transaction ends.
pub(crate) struct LockedItem {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) status: ItemStatus,
    pub(crate) version: i32,
    pub(crate) generation: Option<i64>,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) domain: Option<String>,
    pub(crate) requested_language: Option<String>,
}

impl LockedItem {
    /// The description of the upload, for the audit log.
    pub(crate) fn description(&self) -> Value {
        json!({
            "original_filename": self.original_filename, "content_type": self.content_type,
            "size_bytes": self.size_bytes,
        })
    }

    /// Whether bytes are expected: those of a draft, or those of the next upload of an item that ended badly.
    pub(crate) fn awaits_bytes(&self) -> bool {
        match self.status {
            ItemStatus::Draft => self.generation.is_none(),
            status => matches!(status, ItemStatus::Failed | ItemStatus::Rejected),
        }
    }
}
