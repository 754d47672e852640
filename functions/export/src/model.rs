//! Types that the queries and the steps of an export share.

use serde_json::Value;
use shared::{
    base::ids::{ExportId, ItemId, ProjectId},
    items::{
        ItemKind,
        exports::{ExportFormat, folder, object_name},
    },
};
use time::OffsetDateTime;
use uuid::Uuid;

/// The position at which a chunk starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkStart {
    /// The kind of the items.
    pub(crate) kind: ItemKind,
    /// The item before the chunk; `None` if the chunk starts with the first item of the kind.
    pub(crate) after: Option<ItemId>,
}

impl ChunkStart {
    /// Returns the position of the first item of the next kind, if there is one.
    pub(crate) fn next_kind(self) -> Option<Self> {
        let kind = ItemKind::ALL.into_iter().skip_while(|kind| *kind != self.kind).nth(1)?;
        Some(Self { kind, after: None })
    }
}

/// A step of an export that is leased to this instance.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) format: ExportFormat,
    /// The status of the exported items; `None` for all.
    pub(crate) item_status: Option<String>,
    pub(crate) step: i32,
    /// The start of the chunk to write; `None` once all items are written.
    pub(crate) position: Option<ChunkStart>,
    /// The number of items; `None` until they are counted.
    pub(crate) total: Option<i64>,
    /// The number that names the object to write. Increases with every lease.
    pub(crate) attempt: i32,
}

impl Job {
    /// Returns the name of the object that an attempt writes.
    pub(crate) fn object(&self, attempt: i32) -> String {
        object_name(self.project_id, self.id, attempt)
    }

    /// Returns the prefix of the names of all objects of the export.
    pub(crate) fn prefix(&self) -> String {
        folder(self.project_id, self.id)
    }
}

/// The result of a step that writes an object.
pub(crate) struct Advance {
    /// The start of the next chunk; `None` if all items are written.
    pub(crate) position: Option<ChunkStart>,
    /// The number of items that the step wrote.
    pub(crate) items: i64,
    /// The number of items to export, if the step counted them.
    pub(crate) total: Option<i64>,
    /// The object that the step wrote.
    pub(crate) created: Part,
    /// The objects that the written object is composed of.
    pub(crate) of: Vec<Part>,
}

/// An object with a part of the export file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// 0 for a chunk. A composed object is one level above its components.
    pub(crate) level: i32,
    /// The position of the object within its level.
    pub(crate) number: i32,
    /// The attempt that wrote the object.
    pub(crate) attempt: i32,
    pub(crate) generation: i64,
    pub(crate) size_bytes: i64,
}

/// The objects that the next step composes.
pub(crate) struct Parts {
    /// The first objects of the lowest level, in order.
    pub(crate) of_lowest_level: Vec<Part>,
    /// The number of objects on all levels.
    pub(crate) all: i64,
}

/// A text of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// The item has no text.
    Absent,
    /// A text that has been read as a whole.
    Whole(String),
    /// A text that must be read in pieces. The length is in bytes, without the line breaks between parts.
    Long(i64),
}

impl Text {
    pub(crate) fn new(whole: Option<String>, bytes: Option<i64>) -> Self {
        match (whole, bytes) {
            (Some(text), _) => Self::Whole(text),
            (None, Some(bytes)) => Self::Long(bytes),
            (None, None) => Self::Absent,
        }
    }
}

/// A row of an item, with its texts if they are short.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) kind: String,
    pub(crate) project_id: Uuid,
    pub(crate) uploaded_by_id: Uuid,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) status: String,
    pub(crate) failure_code: Option<String>,
    pub(crate) failure_message: Option<String>,
    pub(crate) duplicate_of: Option<Uuid>,
    pub(crate) submitted_at: Option<OffsetDateTime>,
    pub(crate) processed_at: Option<OffsetDateTime>,
    pub(crate) reviewed_by_id: Option<Uuid>,
    pub(crate) reviewed_at: Option<OffsetDateTime>,
    pub(crate) feedback: Option<String>,
    pub(crate) confidence: Option<f32>,
    pub(crate) language: Option<String>,
    pub(crate) version: i32,
    pub(crate) created_at: OffsetDateTime,
    /// The fields of the item's kind.
    pub(crate) kind_fields: Value,
    /// The attempt that produced the text.
    pub(crate) text_attempt: Option<i32>,
    pub(crate) text: Text,
    pub(crate) corrected_text: Text,
}

/// A part of an item's text.
pub(crate) struct TextPart {
    pub(crate) number: i32,
    pub(crate) text: String,
}

/// The items of one query, and the start of the next batch.
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<ChunkStart>,
}
