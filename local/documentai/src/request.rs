//! The supported part of `google.cloud.documentai.v1.ProcessRequest`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::fault::Fault;

/// The body of a `:process` call. Fields that do not affect the result are ignored.
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

#[derive(Clone, Debug, Deserialize)]
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
    layout_config: Option<Value>,
    schema_override: Option<Value>,
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

/// The pages of a document to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PageChoice {
    /// Reads all pages of the document.
    #[default]
    All,
    /// Reads these pages, counted from 1.
    These(BTreeSet<usize>),
    /// Reads this number of pages from the start.
    First(usize),
    /// Reads this number of pages from the end.
    Last(usize),
}

impl PageChoice {
    /// Returns the selected pages of a document of `count` pages, counted from 1.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when a selected page does not exist.
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
    /// Checks the combination of options
    /// (<https://cloud.google.com/document-ai/docs/reference/rest/v1/ProcessOptions>).
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for two page ranges, and for options of other types of processors.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let ranges =
            [self.individual_page_selector.is_some(), self.from_start.is_some(), self.from_end.is_some()];
        if ranges.into_iter().filter(|is_set| *is_set).count() > 1 {
            let message =
                "Invalid value at 'process_options' (oneof), oneof field 'page_range' is already set.";
            return Err(Fault::invalid("INVALID_REQUEST", message));
        }
        for (field, value) in
            [("layout_config", &self.layout_config), ("schema_override", &self.schema_override)]
        {
            if value.is_some() {
                let message = format!("The processor does not support process_options.{field}.");
                return Err(Fault::invalid("UNSUPPORTED_OPTION", message));
            }
        }
        Ok(())
    }

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

#[cfg(test)]
mod tests {
    use super::PageChoice;

    #[test]
    fn pages_are_selected_from_either_end_or_by_number() {
        assert_eq!(PageChoice::All.of(3).expect("pages"), [1, 2, 3]);
        assert_eq!(PageChoice::First(2).of(3).expect("pages"), [1, 2]);
        assert_eq!(PageChoice::Last(2).of(3).expect("pages"), [2, 3]);
        assert_eq!(PageChoice::Last(9).of(3).expect("pages"), [1, 2, 3]);
        assert_eq!(PageChoice::These([3, 1].into()).of(3).expect("pages"), [1, 3]);
        assert!(PageChoice::These([4].into()).of(3).is_err());
        assert!(PageChoice::These([0].into()).of(3).is_err());
    }
}
