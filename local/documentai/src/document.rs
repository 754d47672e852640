//! `google.cloud.documentai.v1.Document`, as far as recognition fills it, in the JSON of protocol buffers.
//!
//! Enums are integers, 64-bit integers strings, and zero values are left out.

use std::iter;

use serde::Serialize;

use crate::media::MediaType;

/// `PAGE_UP`: pages are set upright.
pub(crate) const PAGE_UP: i32 = 1;

/// A recognised document.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The type of the file.
    pub mime_type: String,
    /// The text of all pages in reading order.
    pub text: String,
    /// The pages in order.
    pub pages: Vec<Page>,
}

impl Document {
    /// Puts pages together.
    pub(crate) fn of_pages(media_type: MediaType, pages: impl IntoIterator<Item = LoosePage>) -> Self {
        let mut document = Self { mime_type: media_type.name().to_owned(), ..Self::default() };
        let mut end = 0;
        for LoosePage { text, length, mut page } in pages {
            page.shift(end);
            end += length;
            document.text.push_str(&text);
            document.pages.push(page);
        }
        document
    }
}

/// A page by itself: its anchors count from the beginning of its own text.
#[derive(Clone, Debug)]
pub(crate) struct LoosePage {
    pub(crate) text: String,
    /// Of the text, in characters.
    pub(crate) length: usize,
    pub(crate) page: Page,
}

impl LoosePage {
    /// Pages of this text without layout, each on lines of its own.
    pub(crate) fn of_text(text: &str, pages: usize) -> impl Iterator<Item = Self> {
        let text = if pages > 1 { format!("{text}\n") } else { text.to_owned() };
        let length = text.chars().count();
        (1..=pages).map(move |page_number| {
            let text_anchor = TextAnchor::new(0, length);
            let layout = Layout { text_anchor, orientation: PAGE_UP, ..Layout::default() };
            Self { text: text.clone(), length, page: Page { page_number, layout, ..Page::default() } }
        })
    }
}

/// `Document.Page`; boxes are relative to the page set upright and straight.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Counted from 1 in the original document.
    pub page_number: usize,
    /// The size of the upright page.
    pub dimension: Dimension,
    /// The page as a whole.
    pub layout: Layout,
    /// The languages of its words.
    pub detected_languages: Vec<DetectedLanguage>,
    /// Blocks of paragraphs.
    pub blocks: Vec<Element>,
    /// Paragraphs of lines.
    pub paragraphs: Vec<Element>,
    /// Lines of tokens.
    pub lines: Vec<Element>,
    /// The words.
    pub tokens: Vec<Token>,
}

impl Page {
    /// Moves every anchor towards the end of the text.
    fn shift(&mut self, by: usize) {
        let elements = [&mut self.blocks, &mut self.paragraphs, &mut self.lines].into_iter().flatten();
        let layouts = iter::once(&mut self.layout)
            .chain(elements.map(|element| &mut element.layout))
            .chain(self.tokens.iter_mut().map(|token| &mut token.layout));
        for segment in layouts.flat_map(|layout| &mut layout.text_anchor.text_segments) {
            segment.start_index += by;
            segment.end_index += by;
        }
    }
}

/// `Document.Page.Dimension`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Dimension {
    /// Width in pixels.
    pub width: f32,
    /// Height in pixels.
    pub height: f32,
    /// Always `pixels`.
    pub unit: &'static str,
}

/// `Document.Page.Layout`
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layout {
    /// Where its text is in the document's.
    pub text_anchor: TextAnchor,
    /// Between 0 and 1.
    pub confidence: f32,
    /// Where it is on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounding_poly: Option<BoundingPoly>,
    /// 1, `PAGE_UP`: pages are set upright.
    pub orientation: i32,
}

/// `Document.TextAnchor`
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextAnchor {
    /// At most one segment here.
    pub text_segments: Vec<TextSegment>,
}

impl TextAnchor {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let segment = TextSegment { start_index: start, end_index: end };
        Self { text_segments: if end > start { vec![segment] } else { vec![] } }
    }
}

/// `Document.TextAnchor.TextSegment`: half-open, in characters (not bytes) of the document's text.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextSegment {
    /// The first character.
    #[serde(serialize_with = "int64", skip_serializing_if = "is_zero")]
    pub start_index: usize,
    /// The first character after it.
    #[serde(serialize_with = "int64")]
    pub end_index: usize,
}

/// `BoundingPoly`
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundingPoly {
    /// Clockwise from the top left corner.
    pub normalized_vertices: [NormalizedVertex; 4],
}

/// `NormalizedVertex`
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NormalizedVertex {
    /// 0 is the left edge of the page, 1 the right.
    pub x: f32,
    /// 0 is the top edge of the page, 1 the bottom.
    pub y: f32,
}

/// `Document.Page.Block`, `Paragraph` or `Line`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Element {
    /// Its place.
    pub layout: Layout,
}

/// `Document.Page.Token`
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Its place; the anchor holds the white space that follows.
    pub layout: Layout,
    /// What follows the token.
    pub detected_break: DetectedBreak,
}

/// `Document.Page.Token.DetectedBreak`
#[derive(Clone, Debug, Default, Serialize)]
pub struct DetectedBreak {
    /// 1 a space, 2 a wide space such as the end of a line.
    pub r#type: i32,
}

/// `Document.Page.DetectedLanguage`
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DetectedLanguage {
    /// BCP-47.
    pub language_code: &'static str,
    /// Between 0 and 1.
    pub confidence: f32,
}

/// `Document.ShardInfo`
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShardInfo {
    #[serde(serialize_with = "int64", skip_serializing_if = "is_zero")]
    pub(crate) shard_index: usize,
    #[serde(serialize_with = "int64")]
    pub(crate) shard_count: usize,
    /// Where the shard's text begins in the document's, in characters.
    #[serde(serialize_with = "int64", skip_serializing_if = "is_zero")]
    pub(crate) text_offset: usize,
}

fn is_zero(value: &usize) -> bool {
    *value == 0
}

fn int64<S: serde::Serializer>(value: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
