//! `google.cloud.documentai.v1.ProcessRequest`, as far as it matters here.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{document::Document, fault::Fault};

/// The body of a `:process` call; fields that do not change the reading are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProcessRequest {
    pub(crate) gcs_document: Option<GcsDocument>,
    pub(crate) raw_document: Option<RawDocument>,
    #[serde(default)]
    pub(crate) imageless_mode: bool,
    #[serde(default)]
    pub(crate) field_mask: String,
    #[serde(default)]
    pub(crate) process_options: ProcessOptions,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GcsDocument {
    #[serde(default)]
    pub(crate) gcs_uri: String,
    #[serde(default)]
    pub(crate) mime_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawDocument {
    #[serde(default)]
    pub(crate) content: String,
    #[serde(default)]
    pub(crate) mime_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ProcessOptions {
    individual_page_selector: Option<Selector>,
    from_start: Option<usize>,
    from_end: Option<usize>,
    ocr_config: OcrConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Selector {
    pages: BTreeSet<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OcrConfig {
    hints: Hints,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Hints {
    language_hints: Vec<String>,
}

/// Which pages of a document are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PageChoice {
    /// All of them.
    #[default]
    All,
    /// These, counted from 1.
    These(BTreeSet<usize>),
    /// So many from the beginning.
    First(usize),
    /// So many from the end.
    Last(usize),
}

impl PageChoice {
    /// The pages of a document of `count` pages, counted from 1.
    ///
    /// # Errors
    /// INVALID_ARGUMENT when a page is asked for that the document does not have.
    pub(crate) fn of(&self, count: usize) -> Result<Vec<usize>, Fault> {
        match self {
            Self::All => Ok((1..=count).collect()),
            Self::First(pages) => Ok((1..=count.min(*pages)).collect()),
            Self::Last(pages) => Ok((count.saturating_sub(*pages) + 1..=count).collect()),
            Self::These(pages) => match pages.iter().find(|page| !(1..=count).contains(*page)) {
                None => Ok(pages.iter().copied().collect()),
                Some(page) => Err(Fault::invalid(
                    "INVALID_PAGE_RANGE",
                    format!("Page {page} is out of range: the document has {count} pages."),
                )),
            },
        }
    }
}

impl ProcessOptions {
    pub(crate) fn pages(&self) -> PageChoice {
        match (&self.individual_page_selector, self.from_start, self.from_end) {
            (Some(selector), ..) if !selector.pages.is_empty() => PageChoice::These(selector.pages.clone()),
            (_, Some(pages), _) => PageChoice::First(pages),
            (_, _, Some(pages)) => PageChoice::Last(pages),
            _ => PageChoice::All,
        }
    }

    pub(crate) fn languages(&self) -> &[String] {
        &self.ocr_config.hints.language_hints
    }
}

/// The document's JSON with only the fields of the mask (`text,pages.pageNumber`); all of them if it is empty.
pub(crate) fn masked(document: &Document, mask: &str) -> Result<Value, Fault> {
    let mut value = serde_json::to_value(document).map_err(|_| Fault::internal())?;
    let paths: BTreeSet<String> =
        mask.split(',').map(|path| camel_case(path.trim())).filter(|path| !path.is_empty()).collect();
    let Some(fields) = value.as_object_mut().filter(|_| !paths.is_empty()) else {
        return Ok(value);
    };
    let of_pages: BTreeSet<&str> = paths.iter().filter_map(|path| path.strip_prefix("pages.")).collect();
    fields.retain(|field, _| paths.contains(field) || (field == "pages" && !of_pages.is_empty()));
    if !paths.contains("pages") {
        let pages = fields.get_mut("pages").and_then(Value::as_array_mut).into_iter().flatten();
        for page in pages.filter_map(Value::as_object_mut) {
            Map::retain(page, |field, _| of_pages.contains(field.as_str()));
        }
    }
    Ok(value)
}

/// Clients write a mask's fields as in JSON or as in protocol buffers.
fn camel_case(path: &str) -> String {
    let mut upper = false;
    let mut camel = String::with_capacity(path.len());
    for char in path.chars() {
        if char == '_' {
            upper = true;
        } else {
            camel.push(if upper { char.to_ascii_uppercase() } else { char });
            upper = false;
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::{PageChoice, masked};
    use crate::document::Document;

    #[test]
    fn a_mask_keeps_top_level_and_page_fields_in_either_spelling() {
        let document = Document::of_text("image/png", "a word");
        let all = masked(&document, "").expect("JSON");
        assert_eq!(all["mimeType"], "image/png");
        let some = masked(&document, "text,pages.page_number").expect("JSON");
        assert_eq!(some, serde_json::json!({"text": "a word", "pages": [{"pageNumber": 1}]}));
        let pages = masked(&document, "pages").expect("JSON");
        assert!(pages["pages"][0]["layout"].is_object() && pages.get("text").is_none());
    }

    #[test]
    fn pages_are_chosen_from_either_end_or_by_number() {
        assert_eq!(PageChoice::All.of(3).expect("pages"), [1, 2, 3]);
        assert_eq!(PageChoice::First(2).of(3).expect("pages"), [1, 2]);
        assert_eq!(PageChoice::Last(2).of(3).expect("pages"), [2, 3]);
        assert_eq!(PageChoice::Last(9).of(3).expect("pages"), [1, 2, 3]);
        assert_eq!(PageChoice::These([3, 1].into()).of(3).expect("pages"), [1, 3]);
        assert!(PageChoice::These([4].into()).of(3).is_err());
        assert!(PageChoice::These([0].into()).of(3).is_err());
    }
}
