//! Types that SQL and the steps of an export share.

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

/// The beginning of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkStart {
    /// Among the items of this kind,
    pub(crate) kind: ItemKind,
    /// after this one.
    pub(crate) after: Option<ItemId>,
}

impl ChunkStart {
    /// The beginning of the next kind, if there is one.
    pub(crate) fn next_kind(self) -> Option<Self> {
        let kind = ItemKind::ALL.into_iter().skip_while(|kind| *kind != self.kind).nth(1)?;
        Some(Self { kind, after: None })
    }
}

/// A step that is leased to this instance.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) format: ExportFormat,
    /// Only items in this status.
    pub(crate) item_status: Option<String>,
    pub(crate) step: i32,
    /// The beginning of the chunk; `None` when all items are written.
    pub(crate) position: Option<ChunkStart>,
    /// The number of items, once they are counted.
    pub(crate) total: Option<i64>,
    /// Names the object that is written; grows with every lease.
    pub(crate) attempt: i32,
    /// Attempts since the last step that was done.
    pub(crate) tries: i32,
}

impl Job {
    /// The name of the object that an attempt wrote.
    pub(crate) fn object(&self, attempt: i32) -> String {
        object_name(self.project_id, self.id, attempt)
    }

    /// The prefix of the names of all its objects.
    pub(crate) fn prefix(&self) -> String {
        folder(self.project_id, self.id)
    }
}

/// The result of a step.
pub(crate) struct Advance {
    /// The beginning of the next chunk.
    pub(crate) position: Option<ChunkStart>,
    /// The number of items that it wrote.
    pub(crate) items: i64,
    /// The number of all items, if it counted them.
    pub(crate) total: Option<i64>,
    /// The object that it wrote,
    pub(crate) made: Part,
    /// and the objects that it is composed of.
    pub(crate) of: Vec<Part>,
}

/// An object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// 0 for a chunk; one more for each time that it was composed.
    pub(crate) level: i32,
    /// Its place among those of its level.
    pub(crate) number: i32,
    /// The attempt that wrote it.
    pub(crate) attempt: i32,
    pub(crate) generation: i64,
    pub(crate) size_bytes: i64,
}

/// The objects that are composed next.
pub(crate) struct Parts {
    /// The first ones of the lowest level, in order.
    pub(crate) of_lowest_level: Vec<Part>,
    /// The number on all levels.
    pub(crate) all: i64,
}

/// A text of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// There is none.
    Absent,
    /// A short one.
    Whole(String),
    /// One that is read piece by piece: its length in bytes, without the breaks between its parts.
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

/// An item's row, its texts aside.
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
    pub(crate) own: Value,
    /// The attempt that the text comes from.
    pub(crate) text_attempt: Option<i32>,
    pub(crate) text: Text,
    pub(crate) corrected_text: Text,
}

/// A part of an item's text.
pub(crate) struct TextPart {
    pub(crate) number: i32,
    pub(crate) text: String,
}

/// Items that are read at a time, and the beginning of the next ones.
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<ChunkStart>,
}
