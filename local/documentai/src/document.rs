//! The part of `google.cloud.documentai.v1.Document` that recognition fills, in the JSON format of protocol
//! buffers: enums are integers, 64-bit integers are strings, and zero values are omitted.

use std::iter;

use serde::Serialize;

use crate::media::MediaType;

/// `PAGE_UP`: recognition turns all pages upright.
pub(crate) const PAGE_UP: i32 = 1;

/// A recognized document.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The media type of the file.
    pub mime_type: String,
    /// The text of all pages in reading order.
    pub text: String,
    /// The pages in order.
    pub pages: Vec<Page>,
}

impl Document {
    /// Combines pages into a document.
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

/// A page that is not part of a document yet: its text anchors are offsets into its own text.
#[derive(Clone, Debug)]
pub(crate) struct LoosePage {
    pub(crate) text: String,
    /// The length of the text in characters.
    pub(crate) length: usize,
    pub(crate) page: Page,
}

impl LoosePage {
    /// Returns copies of a page with this text and no layout. The text of each page ends with a line break.
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

/// A page (`Document.Page`). Bounding boxes are relative to the upright and deskewed page.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The number in the original document, from 1.
    pub page_number: usize,
    /// The size of the upright page.
    pub dimension: Dimension,
    /// The layout of the whole page.
    pub layout: Layout,
    /// The languages of the page's words.
    pub detected_languages: Vec<DetectedLanguage>,
    /// The blocks, which contain paragraphs.
    pub blocks: Vec<Element>,
    /// The paragraphs, which contain lines.
    pub paragraphs: Vec<Element>,
    /// The lines, which contain tokens.
    pub lines: Vec<Element>,
    /// The tokens, one per word.
    pub tokens: Vec<Token>,
}

impl Page {
    /// Moves all anchors by an offset.
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

/// The size of a page (`Document.Page.Dimension`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct Dimension {
    /// The width in pixels.
    pub width: f32,
    /// The height in pixels.
    pub height: f32,
    /// The unit, always `pixels`.
    pub unit: &'static str,
}

/// The text, position and confidence of an element (`Document.Page.Layout`).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layout {
    /// The position of the element's text in the document's text.
    pub text_anchor: TextAnchor,
    /// The confidence, between 0 and 1.
    pub confidence: f32,
    /// The position on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounding_poly: Option<BoundingPoly>,
    /// Always 1, `PAGE_UP`, because pages are turned upright.
    pub orientation: i32,
}

/// A reference to parts of the document's text (`Document.TextAnchor`).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextAnchor {
    /// The segments. This stand-in uses at most one.
    pub text_segments: Vec<TextSegment>,
}

impl TextAnchor {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let segment = TextSegment { start_index: start, end_index: end };
        Self { text_segments: if end > start { vec![segment] } else { vec![] } }
    }
}

/// A part of the text (`Document.TextAnchor.TextSegment`): a half-open range in characters (not bytes) of the
/// document's text.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextSegment {
    /// The index of the first character.
    #[serde(serialize_with = "int64", skip_serializing_if = "is_zero")]
    pub start_index: usize,
    /// The index after the last character.
    #[serde(serialize_with = "int64")]
    pub end_index: usize,
}

/// A `BoundingPoly` with four corners.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundingPoly {
    /// The corners, clockwise from the top left.
    pub normalized_vertices: [NormalizedVertex; 4],
}

/// A `NormalizedVertex` of a polygon.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NormalizedVertex {
    /// The horizontal position: 0 is the left edge of the page, 1 the right edge.
    pub x: f32,
    /// The vertical position: 0 is the top edge of the page, 1 the bottom edge.
    pub y: f32,
}

/// A block, paragraph or line (`Document.Page.Block`, `Paragraph` or `Line`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct Element {
    /// The position in the text and on the page.
    pub layout: Layout,
}

/// A word of a page (`Document.Page.Token`).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// The position. The anchor includes the white space after the token.
    pub layout: Layout,
    /// The break after the token.
    pub detected_break: DetectedBreak,
}

/// The kind of break after a token (`Document.Page.Token.DetectedBreak`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct DetectedBreak {
    /// 1 for a space, 2 for a wide space such as the end of a line.
    pub r#type: i32,
}

/// A language of a page (`Document.Page.DetectedLanguage`).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DetectedLanguage {
    /// The BCP-47 language code.
    pub language_code: &'static str,
    /// The confidence, between 0 and 1.
    pub confidence: f32,
}

/// The place of a shard in its document (`Document.ShardInfo`).
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShardInfo {
    #[serde(serialize_with = "int64", skip_serializing_if = "is_zero")]
    pub(crate) shard_index: usize,
    #[serde(serialize_with = "int64")]
    pub(crate) shard_count: usize,
    /// The start of the shard's text in the document's text, in characters.
    #[serde(serialize_with = "int64", skip_serializing_if = "is_zero")]
    pub(crate) text_offset: usize,
}

fn is_zero(value: &usize) -> bool {
    *value == 0
}

fn int64<S: serde::Serializer>(value: &usize, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
