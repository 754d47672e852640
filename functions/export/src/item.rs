//! An item as an export shows it.

use std::borrow::Cow;

use shared::base::ids::ItemId;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// A text of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    /// There is none.
    Absent,
    /// A short one.
    Whole(String),
    /// One that is read piece by piece: its length in bytes, without what stands between its parts.
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
    pub(crate) domain: Option<String>,
    pub(crate) page_count: Option<i32>,
    pub(crate) duration_seconds: Option<f64>,
    pub(crate) requested_language: Option<String>,
    /// The attempt that the text is of.
    pub(crate) text_attempt: Option<i32>,
    pub(crate) text: Text,
    pub(crate) corrected_text: Text,
}

/// What stands in a cell, or after a name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field<'a> {
    Null,
    Text(Cow<'a, str>),
    /// As JSON writes it.
    Number(String),
}

/// The names of [`Item::fields`]; the two texts come after them.
pub(crate) const COLUMNS: [&str; 24] = [
    "id",
    "kind",
    "project_id",
    "uploaded_by_id",
    "original_filename",
    "content_type",
    "size_bytes",
    "status",
    "failure_code",
    "failure_message",
    "duplicate_of",
    "submitted_at",
    "processed_at",
    "reviewed_by_id",
    "reviewed_at",
    "feedback",
    "confidence",
    "language",
    "version",
    "created_at",
    "domain",
    "page_count",
    "duration_seconds",
    "requested_language",
];
/// The machine's text.
pub(crate) const TEXT: &str = "text";
/// What a reviewer made of it.
pub(crate) const CORRECTED_TEXT: &str = "corrected_text";

impl Item {
    /// In the order of [`COLUMNS`].
    pub(crate) fn fields(&self) -> [Field<'_>; COLUMNS.len()] {
        [
            id(Some(self.id.0)),
            text(Some(&self.kind)),
            id(Some(self.project_id)),
            id(Some(self.uploaded_by_id)),
            text(Some(&self.original_filename)),
            text(Some(&self.content_type)),
            number(Some(self.size_bytes)),
            text(Some(&self.status)),
            text(self.failure_code.as_deref()),
            text(self.failure_message.as_deref()),
            id(self.duplicate_of),
            time(self.submitted_at),
            time(self.processed_at),
            id(self.reviewed_by_id),
            time(self.reviewed_at),
            text(self.feedback.as_deref()),
            number(self.confidence.filter(|confidence| confidence.is_finite())),
            text(self.language.as_deref()),
            number(Some(self.version)),
            time(Some(self.created_at)),
            text(self.domain.as_deref()),
            number(self.page_count),
            number(self.duration_seconds.filter(|seconds| seconds.is_finite())),
            text(self.requested_language.as_deref()),
        ]
    }
}

fn text(value: Option<&str>) -> Field<'_> {
    value.map_or(Field::Null, |text| Field::Text(text.into()))
}

fn id(value: Option<Uuid>) -> Field<'static> {
    value.map_or(Field::Null, |id| Field::Text(id.to_string().into()))
}

fn number<N: std::fmt::Display>(value: Option<N>) -> Field<'static> {
    value.map_or(Field::Null, |number| Field::Number(number.to_string()))
}

fn time(value: Option<OffsetDateTime>) -> Field<'static> {
    // Years of five digits have no such form, and no item.
    let text = value.and_then(|time| time.format(&Rfc3339).ok());
    text.map_or(Field::Null, |text| Field::Text(text.into()))
}
