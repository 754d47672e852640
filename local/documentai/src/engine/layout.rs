//! Builds a document with text, blocks, paragraphs, lines and tokens from words on pages.

use crate::{
    document::{
        BoundingPoly, DetectedBreak, DetectedLanguage, Dimension, Element, Layout, LoosePage,
        NormalizedVertex, PAGE_UP, Page, TextAnchor, Token,
    },
    engine::{
        language,
        tesseract::{Recognition, Word, confidence},
    },
};

const SPACE: i32 = 1;
const WIDE_SPACE: i32 = 2;

/// A recognized page.
pub(super) struct RecognizedPage {
    pub(super) number: usize,
    pub(super) recognition: Recognition,
    pub(super) languages: String,
}

/// Builds the page's text and layout.
pub(super) fn place(page: &RecognizedPage) -> LoosePage {
    let Recognition { width, height, words } = &page.recognition;
    let mut ends = Vec::with_capacity(words.len());
    let mut tokens = Vec::with_capacity(words.len());
    let mut text = String::new();
    let mut end = 0;
    for (index, word) in words.iter().enumerate() {
        let last = words.get(index + 1).is_none_or(|next| next.place != word.place);
        let from = end;
        text.push_str(&word.text);
        text.push(if last { '\n' } else { ' ' });
        end += word.text.chars().count() + 1;
        ends.push(end);
        tokens.push(Token {
            layout: layout(std::slice::from_ref(word), from, end, *width, *height),
            detected_break: DetectedBreak { r#type: if last { WIDE_SPACE } else { SPACE } },
        });
    }
    let elements = |depth: usize| {
        let mut elements = vec![];
        let mut first = 0;
        for group in words.chunk_by(|one, other| one.place[..depth] == other.place[..depth]) {
            let from = if first == 0 { 0 } else { ends[first - 1] };
            first += group.len();
            elements.push(Element { layout: layout(group, from, ends[first - 1], *width, *height) });
        }
        elements
    };
    let language = language::detect(words.iter().map(|word| word.text.as_str()), &page.languages);
    let whole = Layout {
        text_anchor: TextAnchor::new(0, end),
        confidence: rounded(confidence(words)),
        bounding_poly: Some(polygon([0.0, 0.0, *width, *height], *width, *height)),
        orientation: PAGE_UP,
    };
    let page = Page {
        page_number: page.number,
        dimension: Dimension { width: *width, height: *height, unit: "pixels" },
        layout: whole,
        detected_languages: language
            .map(|(language_code, confidence)| DetectedLanguage {
                language_code,
                confidence: rounded(confidence),
            })
            .into_iter()
            .collect(),
        blocks: elements(1),
        paragraphs: elements(2),
        lines: elements(3),
        tokens,
    };
    LoosePage { text, length: end, page }
}

fn layout(words: &[Word], from: usize, end: usize, width: f32, height: f32) -> Layout {
    let bounds = words.iter().map(|word| word.bounds).reduce(|one, other| {
        [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
    });
    Layout {
        text_anchor: TextAnchor::new(from, end),
        confidence: rounded(confidence(words)),
        bounding_poly: bounds.map(|bounds| polygon(bounds, width, height)),
        orientation: PAGE_UP,
    }
}

fn polygon([left, top, right, bottom]: [f32; 4], width: f32, height: f32) -> BoundingPoly {
    let corner = |x: f32, y: f32| NormalizedVertex {
        x: rounded((x / width.max(1.0)).clamp(0.0, 1.0)),
        y: rounded((y / height.max(1.0)).clamp(0.0, 1.0)),
    };
    BoundingPoly {
        normalized_vertices: [
            corner(left, top),
            corner(right, top),
            corner(right, bottom),
            corner(left, bottom),
        ],
    }
}

/// Rounds to five digits, which are exact enough on any page and keep responses small.
fn rounded(value: f32) -> f32 {
    (value * 100_000.0).round() / 100_000.0
}

#[cfg(test)]
mod tests {
    use super::{RecognizedPage, place};
    use crate::{
        document::Document,
        engine::tesseract::{Recognition, Word},
        media::MediaType,
    };

    fn page(number: usize, words: &[(&str, [u32; 3])]) -> RecognizedPage {
        let words = words
            .iter()
            .map(|(text, place)| Word {
                text: (*text).to_owned(),
                place: *place,
                confidence: 0.5,
                bounds: [10.0, 20.0, 60.0, 40.0],
            })
            .collect();
        RecognizedPage {
            number,
            recognition: Recognition { width: 100.0, height: 200.0, words },
            languages: "eng".to_owned(),
        }
    }

    #[test]
    fn anchors_count_characters_over_all_pages() {
        let words = [("Grüße", [1, 1, 1]), ("an", [1, 1, 1]), ("alle", [1, 1, 2]), ("Ende", [2, 1, 1])];
        let pages = [page(1, &words), page(2, &[]), page(3, &[("the", [1, 1, 1])])];
        let recognition = Document::of_pages(MediaType::Pdf, pages.iter().map(place));
        assert_eq!(recognition.text, "Grüße an\nalle\nEnde\nthe\n");
        let of = |element: &crate::document::Layout| {
            element
                .text_anchor
                .text_segments
                .iter()
                .map(|segment| {
                    let length = segment.end_index - segment.start_index;
                    recognition.text.chars().skip(segment.start_index).take(length).collect::<String>()
                })
                .collect::<String>()
        };
        let first = &recognition.pages[0];
        assert_eq!(
            first.tokens.iter().map(|token| of(&token.layout)).collect::<Vec<_>>(),
            ["Grüße ", "an\n", "alle\n", "Ende\n"]
        );
        assert_eq!(
            first.lines.iter().map(|line| of(&line.layout)).collect::<Vec<_>>(),
            ["Grüße an\n", "alle\n", "Ende\n"]
        );
        assert_eq!((first.blocks.len(), first.paragraphs.len()), (2, 2));
        assert_eq!(of(&recognition.pages[1].layout), "");
        assert_eq!(of(&recognition.pages[2].layout), "the\n");
        let corner = first.tokens[0].layout.bounding_poly.as_ref().expect("a box").normalized_vertices[2];
        assert_eq!((corner.x, corner.y), (0.6, 0.2));
    }
}
