//! The pages in a response of Document AI.

use google_cloud_documentai_v1::model::{
    BoundingPoly, Document,
    document::{Page, TextAnchor, page::Layout},
};
use shared::items::parts::{Block, Part};

/// Returns the pages of a document, or of a shard of it that starts after `before` pages.
pub(crate) fn pages(document: &Document, before: i32) -> Vec<Part> {
    let text = Text::new(&document.text);
    document.pages.iter().zip(before + 1..).map(|(page, number)| part(page, number, &text)).collect()
}

fn part(page: &Page, number: i32, text: &Text<'_>) -> Part {
    let layout = page.layout.as_ref();
    let own_text = layout.map(|layout| text.of(layout)).unwrap_or_default();
    // A blank page says nothing about how well the document was recognized.
    let confidence = layout.map_or(0.0, |layout| layout.confidence.clamp(0.0, 1.0));
    let confidence = (!own_text.trim().is_empty()).then_some(confidence);
    let language =
        page.detected_languages.iter().max_by(|one, other| one.confidence.total_cmp(&other.confidence));
    Part {
        number,
        text: own_text,
        confidence,
        language: language.map(|language| language.language_code.clone()).filter(|code| !code.is_empty()),
        layout: Some(
            page.blocks
                .iter()
                .filter_map(|block| block.layout.as_ref())
                .map(|layout| block(layout, text))
                .collect(),
        ),
        words: None,
        channel: None,
    }
}

fn block(layout: &Layout, text: &Text<'_>) -> Block {
    let bounds = layout.bounding_poly.as_ref().map(bounds).unwrap_or_default();
    Block { text: text.of(layout), confidence: layout.confidence.clamp(0.0, 1.0), bounds }
}

fn bounds(polygon: &BoundingPoly) -> [f32; 4] {
    let corners = &polygon.normalized_vertices;
    let least = |value: fn(&google_cloud_documentai_v1::model::NormalizedVertex) -> f32| {
        corners.iter().map(value).fold(f32::INFINITY, f32::min).clamp(0.0, 1.0)
    };
    let most = |value: fn(&google_cloud_documentai_v1::model::NormalizedVertex) -> f32| {
        corners.iter().map(value).fold(0.0, f32::max).clamp(0.0, 1.0)
    };
    if corners.is_empty() {
        return [0.0; 4];
    }
    let (left, top) = (least(|corner| corner.x), least(|corner| corner.y));
    [left, top, most(|corner| corner.x) - left, most(|corner| corner.y) - top]
}

/// The text of a document, with access by text anchors, whose indices count characters.
struct Text<'a> {
    text: &'a str,
    /// The byte offset of each character, and of the end.
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, starts: text.char_indices().map(|(at, _)| at).chain([text.len()]).collect() }
    }

    /// Returns the text of a layout, without U+0000, which Postgres cannot store.
    fn of(&self, layout: &Layout) -> String {
        let segments = layout.text_anchor.as_ref().map(|anchor: &TextAnchor| anchor.text_segments.as_slice());
        let slice = |from: i64, to: i64| {
            let at =
                |index: i64| usize::try_from(index).ok().and_then(|index| self.starts.get(index)).copied();
            at(from).zip(at(to)).and_then(|(from, to)| self.text.get(from..to)).unwrap_or_default()
        };
        segments
            .unwrap_or_default()
            .iter()
            .map(|segment| slice(segment.start_index, segment.end_index).replace('\0', ""))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use google_cloud_documentai_v1::model::{
        Document,
        document::{Page, TextAnchor, page::Layout, text_anchor::TextSegment},
    };

    use super::pages;

    #[test]
    fn anchors_count_characters_and_nul_is_removed() {
        let segment = TextSegment::new().set_start_index(2).set_end_index(6);
        let anchor = TextAnchor::new().set_text_segments([segment]);
        let layout = Layout::new().set_text_anchor(anchor).set_confidence(1.5);
        let document = Document::new().set_text("äöüß\0x!").set_pages([Page::new().set_layout(layout)]);
        let pages = pages(&document, 20);
        assert_eq!((pages[0].number, pages[0].text.as_str(), pages[0].confidence), (21, "üßx", Some(1.0)));
    }

    #[test]
    fn a_page_without_text_has_no_confidence() {
        let segment = TextSegment::new().set_end_index(2);
        let anchor = TextAnchor::new().set_text_segments([segment]);
        let space = Layout::new().set_text_anchor(anchor).set_confidence(0.9);
        let pages_of = [Page::new().set_layout(space), Page::new().set_layout(Layout::new()), Page::new()];
        let document = Document::new().set_text(" \n").set_pages(pages_of);
        assert!(pages(&document, 0).iter().all(|page| page.confidence.is_none()));
    }
}
