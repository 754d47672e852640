//! Texts, and what a search finds in them.

use serde::Serialize;
use serde_json::Value;
use shared::base::ids::ItemId;
use utoipa::ToSchema;

/// A fragment of a text that a search found.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fragment {
    pub(crate) text: String,
    /// Whether the fragment matches the search.
    pub(crate) highlighted: bool,
}

/// The place of an item in a list.
pub(crate) struct Found {
    pub(crate) id: ItemId,
    /// Where a search found its words.
    pub(crate) snippet: Option<Vec<Fragment>>,
}

/// An item in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    #[serde(flatten)]
    pub(crate) item: T,
    /// Where a search found its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snippet: Option<Vec<Fragment>>,
}

/// A page of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentPage {
    /// From 1.
    pub(crate) page_number: i32,
    pub(crate) text: String,
    /// From 0 to 1.
    pub(crate) confidence: f32,
    /// As a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Blocks of text: `{"text", "confidence", "box": [left, top, width, height]}`, in fractions of the page.
    #[schema(value_type = Vec<Object>)]
    pub(crate) layout: Value,
}

/// A word of a voice sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Word {
    /// The word's place, from 0.
    #[serde(skip)]
    pub(crate) place: i64,
    pub(crate) word: String,
    /// Seconds from the beginning.
    pub(crate) start: Option<f64>,
    /// Seconds from the beginning.
    pub(crate) end: Option<f64>,
    /// From 0 to 1; null when the engine gives none.
    pub(crate) confidence: Option<f64>,
}
