//! Requests in the form that the use cases and queries take.

use serde_json::Value;
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    http::merge_patch::Field,
    items::{ItemKind, ItemStatus},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{IncompleteUpload, bodies::RESUMABLE_FROM_BYTES};

/// An item to be created.
pub(crate) struct NewItem {
    pub(crate) id: ItemId,
    pub(crate) kind: ItemKind,
    pub(crate) filename: String,
    pub(crate) content_type: &'static str,
    pub(crate) size_bytes: i64,
    pub(crate) crc32c: Option<String>,
    pub(crate) resumable: bool,
    /// The fields of the item's kind.
    pub(crate) kind_fields: Value,
}

/// The description of the next upload. `None` keeps a field unchanged.
pub(crate) struct NextUpload {
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) size_bytes: Option<i64>,
    pub(crate) crc32c: Option<String>,
    pub(crate) resumable: Option<bool>,
}

impl NextUpload {
    /// Returns whether the file differs from the previous one, so that the old checksum no longer applies.
    fn changes_bytes(&self) -> bool {
        self.content_type.is_some() || self.size_bytes.is_some() || self.crc32c.is_some()
    }

    /// Applies the description to an upload.
    pub(crate) fn apply(self, before: &IncompleteUpload) -> IncompleteUpload {
        let size_bytes = self.size_bytes.unwrap_or(before.size_bytes);
        IncompleteUpload {
            upload_no: before.upload_no,
            crc32c: if self.changes_bytes() { self.crc32c.clone() } else { before.crc32c.clone() },
            original_filename: self.filename.unwrap_or_else(|| before.original_filename.clone()),
            content_type: self.content_type.unwrap_or(&before.content_type).to_owned(),
            size_bytes,
            resumable: self.resumable.unwrap_or(before.resumable) || size_bytes > RESUMABLE_FROM_BYTES,
        }
    }
}

/// A change of the one field of a kind that members may update.
pub(crate) enum KindField {
    /// The domain of a document.
    Domain(Field<String>),
    /// The requested language of a voice sample.
    Language(Field<String>),
}

/// A change of a locked item by a user, with its audit entry.
pub(crate) struct Change {
    pub(crate) id: ItemId,
    pub(crate) status: ItemStatus,
    pub(crate) version: i32,
    pub(crate) user: UserId,
    pub(crate) entry: Value,
    pub(crate) now: OffsetDateTime,
}

/// The filter of a list of items.
pub(crate) struct Filter {
    pub(crate) caller: UserId,
    pub(crate) project_id: ProjectId,
    /// `None` for items of every kind.
    pub(crate) kind: Option<ItemKind>,
    pub(crate) status: Option<ItemStatus>,
    pub(crate) domain: Option<String>,
    pub(crate) uploaded_by: Option<UserId>,
    /// The search query. A search covers one kind.
    pub(crate) words: Option<String>,
}

/// The sort key of an item in a list: its rank (0 outside a search) and its id.
pub(crate) type Place = (f32, Uuid);
