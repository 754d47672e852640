//! Document AI: one synchronous call, by the object's URI, and what its answers and errors mean.

use std::time::Duration;

use google_cloud_documentai_v1::{
    client::DocumentProcessorService,
    model::{
        BoundingPoly, Document, GcsDocument,
        document::{Page, TextAnchor, page::Layout},
    },
};
use google_cloud_gax::{
    error::rpc::{Code, StatusDetails},
    options::RequestOptionsBuilder as _,
    retry_policy::NeverRetry,
};
use serde::Serialize;
use shared::{config::Error, google::GoogleSettings, items::Failure, lazy::Lazy, problem::Problem};

shared::settings! {
    /// Document AI.
    pub struct EngineSettings {
        /// The processor: `projects/{project}/locations/{location}/processors/{id}`.
        pub processor: String = "DOCUMENTAI_PROCESSOR",
        /// Where Document AI answers; unset for the processor's own region.
        pub endpoint: Option<String> = "DOCUMENTAI_ENDPOINT",
    }
}

/// The longest that a synchronous call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(240);

/// A page that was read.
#[derive(Debug)]
pub(crate) struct RecognisedPage {
    pub(crate) number: i32,
    pub(crate) text: String,
    pub(crate) confidence: f32,
    pub(crate) language: Option<String>,
    pub(crate) blocks: Vec<Block>,
}

/// A block of text on a page.
#[derive(Debug, Serialize)]
pub(crate) struct Block {
    text: String,
    confidence: f32,
    /// Left, top, width and height, in fractions of the page.
    #[serde(rename = "box")]
    bounds: [f32; 4],
}

/// Why a document was not read.
#[derive(Debug)]
pub(crate) enum EngineError {
    /// The quota is used up: nothing is wrong with the document.
    Deferred,
    /// It may work when tried again.
    Transient(Problem),
    /// It never will.
    Permanent(Failure),
}

/// Calls Document AI.
#[derive(Clone)]
pub(crate) struct Engine {
    client: Lazy<DocumentProcessorService>,
    processor: String,
}

impl Engine {
    pub(crate) fn new(settings: &EngineSettings, google: &GoogleSettings) -> Result<Self, Error> {
        google.check()?;
        let endpoint = match &settings.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => regional_endpoint(&settings.processor)?,
        };
        let google = google.clone();
        let client = Lazy::new(move || build_client(google.clone(), endpoint.clone()));
        Ok(Self { client, processor: settings.processor.clone() })
    }

    /// Reads a document; one call, never repeated here: Pub/Sub's backoff is the only retry.
    pub(crate) async fn read(
        &self,
        uri: &str,
        content_type: &str,
    ) -> Result<Vec<RecognisedPage>, EngineError> {
        let source = GcsDocument::new().set_gcs_uri(uri).set_mime_type(content_type);
        let client = self.client.get().await.map_err(EngineError::Transient)?;
        let response = client
            .process_document()
            .set_name(&self.processor)
            .set_gcs_document(source)
            .with_retry_policy(NeverRetry)
            .with_attempt_timeout(CALL_TIMEOUT)
            .send()
            .await
            .map_err(classify)?;
        Ok(pages(response.document.unwrap_or_default()))
    }
}

async fn build_client(google: GoogleSettings, endpoint: String) -> Result<DocumentProcessorService, Error> {
    DocumentProcessorService::builder()
        .with_credentials(google.credentials()?)
        .with_endpoint(endpoint)
        .build()
        .await
        .map_err(|error| Error::of("DOCUMENTAI_ENDPOINT", error))
}

/// Processors answer only in their own region
/// (<https://cloud.google.com/document-ai/docs/regions>).
fn regional_endpoint(processor: &str) -> Result<String, Error> {
    let location = processor.split('/').nth(3).filter(|_| processor.split('/').count() == 6);
    location.map(|location| format!("https://{location}-documentai.googleapis.com")).ok_or_else(|| {
        Error::of("DOCUMENTAI_PROCESSOR", "expected projects/{project}/locations/{location}/processors/{id}")
    })
}

/// The one place that decides what an error of Document AI means.
fn classify(error: google_cloud_documentai_v1::Error) -> EngineError {
    let Some(status) = error.status() else { return EngineError::Transient(Problem::unavailable(error)) };
    match status.code {
        Code::ResourceExhausted => EngineError::Deferred,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            let reason = status.details.iter().find_map(|detail| match detail {
                StatusDetails::ErrorInfo(info) => Some(info.reason.as_str()),
                _ => None,
            });
            EngineError::Permanent(failure(reason.unwrap_or_default(), &status.message))
        }
        // A wrong processor or a missing right is ours to mend: the document waits for it.
        _ => EngineError::Transient(Problem::unavailable(error)),
    }
}

fn failure(reason: &str, message: &str) -> Failure {
    let text = message.to_lowercase();
    let (code, message) = if reason == "PAGE_LIMIT_EXCEEDED" || text.contains("page limit") {
        ("too_many_pages", "The document has more pages than can be read. Split it and upload the parts.")
    } else if text.contains("encrypt") || text.contains("password") {
        ("encrypted", "The document is encrypted. Upload a copy without a password.")
    } else {
        (
            "unreadable",
            "The file is broken or not of a kind that can be read. Open it, save it anew, and upload that.",
        )
    };
    Failure { code: code.to_owned(), message: message.to_owned() }
}

fn pages(document: Document) -> Vec<RecognisedPage> {
    let text = Text::new(&document.text);
    document.pages.iter().zip(1..).map(|(page, number)| recognised(page, number, &text)).collect()
}

fn recognised(page: &Page, number: i32, text: &Text<'_>) -> RecognisedPage {
    let layout = page.layout.as_ref();
    let language =
        page.detected_languages.iter().max_by(|one, other| one.confidence.total_cmp(&other.confidence));
    RecognisedPage {
        number: if page.page_number > 0 { page.page_number } else { number },
        text: layout.map(|layout| text.of(layout)).unwrap_or_default(),
        confidence: layout.map_or(0.0, |layout| layout.confidence.clamp(0.0, 1.0)),
        language: language.map(|language| language.language_code.clone()).filter(|code| !code.is_empty()),
        blocks: page
            .blocks
            .iter()
            .filter_map(|block| block.layout.as_ref())
            .map(|layout| block(layout, text))
            .collect(),
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

/// A document's text, sliced by the anchors' indices, which count characters.
struct Text<'a> {
    text: &'a str,
    /// The byte at which each character begins, and the end.
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, starts: text.char_indices().map(|(at, _)| at).chain([text.len()]).collect() }
    }

    /// The text that a layout stands for; without U+0000, which no database takes.
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

    use super::{failure, pages, regional_endpoint};

    #[test]
    fn anchors_count_characters_and_nul_is_dropped() {
        let segment = TextSegment::new().set_start_index(2).set_end_index(6);
        let anchor = TextAnchor::new().set_text_segments([segment]);
        let layout = Layout::new().set_text_anchor(anchor).set_confidence(1.5);
        let document = Document::new().set_text("äöüß\0x!").set_pages([Page::new().set_layout(layout)]);
        let pages = pages(document);
        assert_eq!((pages[0].number, pages[0].text.as_str(), pages[0].confidence), (1, "üßx", 1.0));
    }

    #[test]
    fn a_failure_says_what_a_person_can_do() {
        assert_eq!(failure("PAGE_LIMIT_EXCEEDED", "").code, "too_many_pages");
        assert_eq!(failure("", "The PDF is password protected").code, "encrypted");
        assert_eq!(failure("", "Failed to open").code, "unreadable");
    }

    #[test]
    fn a_processor_is_called_in_its_own_region() {
        let endpoint = regional_endpoint("projects/p/locations/eu/processors/1").expect("an endpoint");
        assert_eq!(endpoint, "https://eu-documentai.googleapis.com");
        assert!(regional_endpoint("processors/1").is_err());
    }
}
