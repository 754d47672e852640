//! Items as the API shows them and as the queries select them.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    cloud::storage::Expected,
    items::{Failure, ItemKind, ItemStatus, ObjectName},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::cost::Cost;

/// The fields that all kinds of items share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) uploaded_by_id: UserId,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) status: ItemStatus,
    /// The reason for the failure; null unless processing failed.
    pub(crate) failure: Option<Failure>,
    /// The progress of processing a large file; null if there is none to report.
    pub(crate) progress: Option<Progress>,
    /// An earlier item of the project with the same bytes.
    pub(crate) duplicate_of: Option<ItemId>,
    /// When the upload was complete.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) submitted_at: Option<OffsetDateTime>,
    /// When processing ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) processed_at: Option<OffsetDateTime>,
    pub(crate) reviewed_by_id: Option<UserId>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) reviewed_at: Option<OffsetDateTime>,
    pub(crate) feedback: Option<String>,
    /// The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Increases with every change. The `ETag` header is derived from it.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// The progress of processing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    pub(crate) done: i64,
    /// The total amount of work. It is an estimate until the last part is stored.
    pub(crate) total: i64,
    /// The unit of `done` and `total`.
    #[schema(value_type = ProgressUnit)]
    pub(crate) unit: String,
}

/// The unit in which progress is counted.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "describes a column that only engines write")]
enum ProgressUnit {
    /// Pages of a document.
    Pages,
    /// Percent of the work.
    Percent,
}

/// A row of `item_details`: the fields that responses contain, and the current upload.
pub(crate) struct ItemRow {
    pub(crate) item: Item,
    pub(crate) object: ObjectName,
    pub(crate) generation: Option<i64>,
    /// True if the first bytes of the file have confirmed its type.
    pub(crate) type_checked: bool,
    pub(crate) crc32c: Option<String>,
    pub(crate) resumable: bool,
    pub(crate) corrected_text: Option<String>,
    /// The fields of the item's kind.
    pub(crate) kind_fields: Value,
}

impl ItemRow {
    /// Deserializes the fields of the item's kind.
    pub(crate) fn kind_fields<T: DeserializeOwned + Default>(&self) -> T {
        T::deserialize(&self.kind_fields).unwrap_or_default()
    }

    /// Returns the properties that the file of the current upload must have.
    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected {
            content_type: &self.item.content_type,
            size_bytes: self.item.size_bytes,
            crc32c: self.crc32c.as_deref(),
            resumable: self.resumable,
        }
    }
}

/// An upload whose bytes have not arrived. The fields have the names of the item's columns.
#[derive(Serialize)]
pub(crate) struct IncompleteUpload {
    pub(crate) upload_no: i32,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) crc32c: Option<String>,
    pub(crate) resumable: bool,
}

impl IncompleteUpload {
    /// Returns the properties that the file must have.
    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected {
            content_type: &self.content_type,
            size_bytes: self.size_bytes,
            crc32c: self.crc32c.as_deref(),
            resumable: self.resumable,
        }
    }

    /// Describes the upload for the audit log, without its name.
    pub(crate) fn description(&self) -> Value {
        json!({"content_type": self.content_type, "size_bytes": self.size_bytes})
    }
}

/// An item that is locked until the transaction ends.
pub(crate) struct LockedItem {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) status: ItemStatus,
    pub(crate) version: i32,
    /// The first upload of a draft, or the next upload of any other item. If the next upload was not requested yet,
    /// this is a copy of the current upload with the next number.
    pub(crate) incomplete_upload: IncompleteUpload,
    /// True if the incomplete upload was requested.
    pub(crate) is_requested: bool,
    pub(crate) domain: Option<String>,
    pub(crate) requested_language: Option<String>,
}

impl LockedItem {
    /// Returns whether the item accepts an upload: the first upload of a draft, or the next upload of a failed or
    /// rejected item.
    pub(crate) fn accepts_upload(&self) -> bool {
        matches!(self.status, ItemStatus::Draft | ItemStatus::Failed | ItemStatus::Rejected)
    }

    /// Returns the cost of a request that describes the incomplete upload as `upload`: one item and all bytes, or only
    /// the additional bytes if the upload was requested before.
    pub(crate) fn cost(&self, upload: &IncompleteUpload) -> Cost {
        if self.is_requested {
            return Cost {
                bytes: (upload.size_bytes - self.incomplete_upload.size_bytes).max(0),
                ..Cost::default()
            };
        }
        Cost { items: 1, bytes: upload.size_bytes, ..Cost::default() }
    }
}
