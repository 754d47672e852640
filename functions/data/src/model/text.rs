//! Texts of items, and the fragments of them that a search returns.

use serde::Serialize;
use serde_json::Value;
use shared::{base::ids::ItemId, items::parts::Block};
use utoipa::ToSchema;

/// A fragment of a text that matches a search.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fragment {
    pub(crate) text: String,
    /// True if this fragment matches the search, false for the text around a match.
    pub(crate) highlighted: bool,
}

/// An item that a search found.
pub(crate) struct Found {
    pub(crate) id: ItemId,
    pub(crate) rank: f32,
    /// An excerpt of the text with the matches.
    pub(crate) snippet: Vec<Fragment>,
}

/// An item in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    #[serde(flatten)]
    pub(crate) item: T,
    /// An excerpt of the text with the matches. Present only in search results.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) snippet: Option<Vec<Fragment>>,
}

/// A page of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentPage {
    /// The number of the page, from 1.
    pub(crate) page_number: i32,
    pub(crate) text: String,
    /// The confidence of the engine, from 0 to 1; null if the page has no text.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// The text blocks, in reading order.
    #[schema(value_type = Vec<Block>)]
    pub(crate) layout: Value,
}

/// A word of a voice sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Word {
    /// The position of the word, from 0.
    #[serde(skip)]
    pub(crate) place: i64,
    pub(crate) word: String,
    /// The start of the word, in seconds from the beginning.
    pub(crate) start: Option<f64>,
    /// The end of the word, in seconds from the beginning.
    pub(crate) end: Option<f64>,
    /// The confidence of the engine, from 0 to 1; null if the engine reported none.
    pub(crate) confidence: Option<f64>,
    /// The channel of the recording, from 1; null unless its channels were recognized separately.
    pub(crate) channel: Option<i16>,
}
