//! The fields of an exported item, in both formats.

use std::borrow::Cow;

use serde_json::Value;
use shared::items::ItemKind;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::model::Item;

/// The value of a CSV cell or a JSON field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field<'a> {
    Null,
    Text(Cow<'a, str>),
    /// A number in JSON notation.
    Number(String),
}

/// The columns that all kinds share.
const COLUMNS: [&str; 20] = [
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
];
/// Returns the names of [`Item::fields`]: the shared columns, then the columns of each kind. The columns of the two
/// texts follow.
pub(crate) fn columns() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain(kind_columns())
}

fn kind_columns() -> impl Iterator<Item = &'static str> {
    ItemKind::ALL.into_iter().flat_map(|kind| kind.definition().kind_fields.iter().copied())
}

/// The column with the text from the engine.
pub(crate) const TEXT: &str = "text";
/// The column with the text as corrected by a reviewer.
pub(crate) const CORRECTED_TEXT: &str = "corrected_text";

impl Item {
    /// Returns the values of the fields, in the order of [`columns`].
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        let of_every_kind: [Field<'_>; COLUMNS.len()] = [
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
        ];
        of_every_kind.into_iter().chain(kind_columns().map(|name| json(self.kind_fields.get(name))))
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
    // Formatting fails only for years beyond 9999, which no item has.
    let text = value.and_then(|time| time.format(&Rfc3339).ok());
    text.map_or(Field::Null, |text| Field::Text(text.into()))
}

fn json(value: Option<&Value>) -> Field<'_> {
    match value {
        Some(Value::String(text)) => Field::Text(text.into()),
        Some(Value::Number(number)) => Field::Number(number.to_string()),
        _ => Field::Null,
    }
}
