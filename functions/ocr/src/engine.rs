//! The Document AI engine: a synchronous call, or a batch operation for documents that are too large for it. Documents
//! are passed by the URI of the object.

use std::{num::NonZeroU32, ops::RangeInclusive, time::Duration};

use futures::future::try_join_all;
use google_cloud_documentai_v1::{
    client::DocumentProcessorService,
    model::{
        BatchDocumentsInputConfig, BatchProcessMetadata, Document, DocumentOutputConfig, GcsDocument,
        GcsDocuments, ProcessOptions,
        batch_process_metadata::State,
        document_output_config::{GcsOutputConfig, gcs_output_config::ShardingConfig},
        process_options::IndividualPageSelector,
    },
};
use google_cloud_gax::{
    error::rpc::{Code, Status, StatusDetails},
    options::RequestOptionsBuilder as _,
    retry_policy::NeverRetry,
};
use google_cloud_wkt::{FieldMask, Timestamp};
use shared::{
    base::config::Error,
    cloud::{google::GoogleSettings, lazy::Lazy, storage::Head},
    function::Base,
    http::problem::Problem,
    items::{
        Failure, FailureCode, ItemKind,
        parts::{Part, Text},
        processing::{Engine, EngineError, EngineOutput, Job, OperationState, RequestQuota, Shard},
    },
};
use time::OffsetDateTime;

use crate::{pages, placeholder, sniff};

shared::settings! {
    /// The connection to Document AI.
    pub struct EngineSettings {
        /// The Document AI processor: `projects/{project}/locations/{location}/processors/{id}`.
        pub processor: String = "DOCUMENTAI_PROCESSOR",
        /// The version of the processor. It is pinned because Google replaces its default version
        /// (<https://cloud.google.com/document-ai/docs/manage-processor-versions>).
        pub processor_version: String = "DOCUMENTAI_PROCESSOR_VERSION" or "pretrained-ocr-v2.1-2024-08-07",
        /// The number of pages that Document AI reads in a synchronous call.
        pub online_pages: NonZeroU32 = "DOCUMENTAI_ONLINE_PAGES" or "15",
        /// The quota for synchronous calls per minute, which all instances share. 600 is Google's default for a project
        /// (<https://cloud.google.com/document-ai/quotas>).
        pub calls_per_minute: NonZeroU32 = "DOCUMENTAI_CALLS_PER_MINUTE" or "600",
        /// The endpoint of Document AI. Defaults to the endpoint in the region of the processor.
        pub endpoint: Option<String> = "DOCUMENTAI_ENDPOINT",
    }
}

/// The timeout of a synchronous call.
const CALL_TIMEOUT: Duration = Duration::from_secs(240);
/// The maximum size of a file for a synchronous call. The documentation names limits of both 20 MB and 40 MB
/// (<https://cloud.google.com/document-ai/limits>).
const ONLINE_BYTES: i64 = 20_000_000;
/// The maximum number of synchronous calls for one document, each for a different range of pages. A document with more
/// pages is processed in a batch operation, which may take hours (<https://cloud.google.com/document-ai/quotas>).
const ONLINE_CALLS: i32 = 3;
/// The number of pages in an output shard of a batch operation. Limits memory use.
const PAGES_PER_SHARD: i32 = 20;
/// The fields of the output. Page images and single words are excluded.
const OUTPUT_FIELDS: [&str; 6] =
    ["text", "shard_info", "pages.page_number", "pages.layout", "pages.blocks", "pages.detected_languages"];

/// The engine that calls Document AI.
#[derive(Clone)]
pub struct DocumentAi {
    client: Lazy<DocumentProcessorService>,
    /// The name of the version of the processor.
    version: String,
    online_pages: i32,
    calls: RequestQuota,
}

impl DocumentAi {
    pub(crate) fn new(
        settings: &EngineSettings,
        google: &GoogleSettings,
        base: &Base,
    ) -> Result<Self, Error> {
        google.check()?;
        let endpoint = match &settings.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => regional_endpoint(&settings.processor)?,
        };
        let google = google.clone();
        let client = Lazy::new(move || build_client(google.clone(), endpoint.clone()));
        let version = format!("{}/processorVersions/{}", settings.processor, settings.processor_version);
        Ok(Self {
            client,
            version,
            online_pages: i32::try_from(settings.online_pages.get()).unwrap_or(i32::MAX),
            calls: RequestQuota::new(
                "documentai_calls",
                settings.calls_per_minute,
                base.db.clone(),
                base.clock.clone(),
            ),
        })
    }

    /// Reads a document synchronously: in one call, or in one call per page range if the document has a few more pages
    /// than the limit of one call.
    async fn online(&self, source: &GcsDocument) -> Result<Vec<Part>, Refusal> {
        self.charge(1).await?;
        let pages = match self.call(source.clone(), None).await {
            Err(Refusal::TooLarge(Some(pages)))
                if pages <= self.online_pages.saturating_mul(ONLINE_CALLS) =>
            {
                pages
            }
            result => return result,
        };
        let ranges = (0..ONLINE_CALLS)
            .map(|call| self.online_pages.saturating_mul(call).saturating_add(1))
            .take_while(|first| *first <= pages);
        let ranges: Vec<i32> = ranges.collect();
        self.charge(i32::try_from(ranges.len()).unwrap_or(i32::MAX)).await?;
        let calls = ranges.into_iter().map(|first| {
            let last = pages.min(self.online_pages.saturating_add(first - 1));
            self.call(source.clone(), Some(first..=last))
        });
        Ok(try_join_all(calls).await?.into_iter().flatten().collect())
    }

    async fn charge(&self, calls: i32) -> Result<(), Refusal> {
        self.calls.charge(calls).await.map_err(Refusal::Error)
    }

    /// Makes a synchronous call for a range of pages, or for all pages. The call is not retried here, because
    /// `maintenance` repeats the attempt.
    async fn call(
        &self,
        source: GcsDocument,
        range: Option<RangeInclusive<i32>>,
    ) -> Result<Vec<Part>, Refusal> {
        let client =
            self.client.get().await.map_err(|problem| Refusal::Error(EngineError::Transient(problem)))?;
        let before = range.as_ref().map_or(0, |range| range.start() - 1);
        let mut request = client
            .process_document()
            .set_name(&self.version)
            .set_gcs_document(source)
            .set_field_mask(FieldMask::default().set_paths(OUTPUT_FIELDS))
            .with_retry_policy(NeverRetry)
            .with_attempt_timeout(CALL_TIMEOUT);
        if let Some(range) = range {
            let selector = IndividualPageSelector::new().set_pages(range);
            request =
                request.set_process_options(ProcessOptions::new().set_individual_page_selector(selector));
        }
        let response = request.send().await.map_err(|error| refusal(error, false))?;
        Ok(pages::pages(&response.document.unwrap_or_default(), before))
    }

    async fn batch(&self, source: GcsDocument, output: &str) -> Result<String, EngineError> {
        let input =
            BatchDocumentsInputConfig::new().set_gcs_documents(GcsDocuments::new().set_documents([source]));
        let sharding = ShardingConfig::new().set_pages_per_shard(PAGES_PER_SHARD);
        let output = GcsOutputConfig::new()
            .set_gcs_uri(output)
            .set_field_mask(FieldMask::default().set_paths(OUTPUT_FIELDS))
            .set_sharding_config(sharding);
        let client = self.client.get().await.map_err(EngineError::Transient)?;
        let operation = client
            .batch_process_documents()
            .set_name(&self.version)
            .set_input_documents(input)
            .set_document_output_config(DocumentOutputConfig::new().set_gcs_output_config(output))
            .with_retry_policy(NeverRetry)
            .send()
            .await
            .map_err(|error| match refusal(error, true) {
                Refusal::Error(error) => error,
                Refusal::TooLarge(_) => EngineError::Permanent(too_many_pages()),
            })?;
        Ok(operation.name)
    }
}

impl Engine for DocumentAi {
    const KIND: ItemKind = ItemKind::Document;
    const FOLDER: &'static str = "ocr";
    const HEAD_BYTES: u64 = sniff::HEAD_BYTES;

    fn detect(_: &Job, head: &Head) -> Option<&'static str> {
        sniff::media_type(&head.bytes)
    }

    fn check(job: &Job, head: &Head) -> Option<Failure> {
        if job.content_type == sniff::PDF { placeholder::in_head(&head.bytes) } else { None }
    }

    async fn read(&self, job: &Job, _: &Head, uri: &str, output: &str) -> Result<EngineOutput, EngineError> {
        let source = || GcsDocument::new().set_gcs_uri(uri).set_mime_type(&job.content_type);
        if !job.needs_batch && job.size_bytes <= ONLINE_BYTES {
            match self.online(&source()).await {
                Ok(parts) => {
                    let failure =
                        placeholder::in_text(&texts(&parts)).filter(|_| job.content_type == sniff::PDF);
                    return match failure {
                        Some(failure) => Err(EngineError::Permanent(failure)),
                        None => Ok(EngineOutput::Text(Text { parts, duration_seconds: None })),
                    };
                }
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::TooLarge(_)) => {}
            }
        }
        let name = self.batch(source(), output).await?;
        Ok(EngineOutput::Operation { name, duration_seconds: None })
    }

    async fn poll(&self, operation: &str) -> Result<OperationState, EngineError> {
        let client = self.client.get().await.map_err(EngineError::Transient)?;
        let found =
            match client.get_operation().set_name(operation).with_retry_policy(NeverRetry).send().await {
                Ok(found) => found,
                Err(error) if error.status().is_some_and(|status| status.code == Code::NotFound) => {
                    return Ok(OperationState::Lost);
                }
                Err(error) => return Err(EngineError::Transient(Problem::unavailable(error))),
            };
        let metadata: Option<BatchProcessMetadata> =
            found.metadata.as_ref().and_then(|metadata| metadata.to_msg().ok());
        if !found.done {
            return Ok(match metadata {
                Some(metadata) if metadata.state == State::Waiting => {
                    OperationState::Queued(metadata.create_time.and_then(instant))
                }
                _ => OperationState::Running(None),
            });
        }
        let Some(error) = found.error() else { return Ok(OperationState::Succeeded) };
        let statuses = metadata.map(|metadata| metadata.individual_process_statuses).unwrap_or_default();
        // The status of the document is more specific than the status of the operation.
        let status =
            statuses.iter().find_map(|document| document.status.clone()).unwrap_or_else(|| (**error).clone());
        match Code::from(status.code) {
            code if is_permanent(code) => Err(EngineError::Permanent(failure("", &status.message))),
            _ => Ok(OperationState::Lost),
        }
    }

    fn shard(object: &str, output: &[u8]) -> Result<Shard, EngineError> {
        let document: Document = serde_json::from_slice(output).map_err(|error| {
            EngineError::Unusable(Problem::internal(format!("{object} is not a document: {error}")))
        })?;
        let shard = document.shard_info.clone().unwrap_or_default();
        let index = i32::try_from(shard.shard_index).unwrap_or_default();
        let count = i32::try_from(shard.shard_count).unwrap_or_default().max(1);
        let parts = pages::pages(&document, index.saturating_mul(PAGES_PER_SHARD));
        // The document is a PDF, because an image of a placeholder page is too small for a batch operation.
        match placeholder::in_text(&texts(&parts)).filter(|_| count == 1) {
            Some(failure) => Err(EngineError::Permanent(failure)),
            None => Ok(Shard { index, count, text: Text { parts, duration_seconds: None } }),
        }
    }
}

fn instant(time: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(time.seconds()).ok()
}

fn texts(parts: &[Part]) -> Vec<&str> {
    parts.iter().map(|part| part.text.as_str()).collect()
}

async fn build_client(google: GoogleSettings, endpoint: String) -> Result<DocumentProcessorService, Error> {
    DocumentProcessorService::builder()
        .with_credentials(google.credentials()?)
        .with_endpoint(endpoint)
        .build()
        .await
        .map_err(|error| Error::of("DOCUMENTAI_ENDPOINT", error))
}

/// Returns the endpoint in the region of the processor. The processor accepts no requests from other endpoints
/// (<https://cloud.google.com/document-ai/docs/regions>).
fn regional_endpoint(processor: &str) -> Result<String, Error> {
    let location = processor.split('/').nth(3).filter(|_| processor.split('/').count() == 6);
    location.map(|location| format!("https://{location}-documentai.googleapis.com")).ok_or_else(|| {
        Error::of("DOCUMENTAI_PROCESSOR", "expected projects/{project}/locations/{location}/processors/{id}")
    })
}

/// The reason why Document AI refused a call.
enum Refusal {
    /// The document is too large for this kind of call. Holds the number of pages if that is the reason.
    TooLarge(Option<i32>),
    Error(EngineError),
}

/// Maps an error of Document AI to its meaning for processing.
fn refusal(error: google_cloud_documentai_v1::Error, batch: bool) -> Refusal {
    let Some(status) = error.status() else {
        return Refusal::Error(EngineError::Transient(Problem::unavailable(error)));
    };
    Refusal::Error(match status.code {
        Code::ResourceExhausted => EngineError::Deferred { batch },
        code if is_permanent(code) => {
            let reason = reason(status);
            if is_too_large(reason, &status.message) {
                return Refusal::TooLarge(page_count(status));
            }
            EngineError::Permanent(failure(reason, &status.message))
        }
        // For example a disabled processor or a missing permission. The document waits until an operator has fixed it.
        _ => EngineError::Transient(Problem::unavailable(error)),
    })
}

/// Returns true if the document caused the error. `FAILED_PRECONDITION` concerns the processor, which may be disabled.
fn is_permanent(code: Code) -> bool {
    matches!(code, Code::InvalidArgument | Code::OutOfRange)
}

fn reason(status: &Status) -> &str {
    let info = status.details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) => Some(info.reason.as_str()),
        _ => None,
    });
    info.unwrap_or_default()
}

/// Returns the number of pages of a document that has too many: it is in the metadata, and at the end of the message
/// `Document pages exceed the limit: 15 got 16`.
fn page_count(status: &Status) -> Option<i32> {
    let metadata = status.details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) => info.metadata.get("pages").map(String::as_str),
        _ => None,
    });
    let message = status.message.rsplit_once(" got ").map(|(_, pages)| pages.trim_end_matches('.'));
    metadata.or(message)?.trim().parse().ok()
}

fn is_too_large(reason: &str, message: &str) -> bool {
    let text = message.to_lowercase();
    reason == "PAGE_LIMIT_EXCEEDED"
        || text.contains("page limit")
        || text.contains("pages exceed")
        || text.contains("size limit")
}

fn too_many_pages() -> Failure {
    let message = "The document has more pages than can be processed. Split it and upload the parts.";
    Failure::new(FailureCode::TooManyPages, message)
}

fn failure(reason: &str, message: &str) -> Failure {
    let text = message.to_lowercase();
    if is_too_large(reason, message) {
        return too_many_pages();
    }
    let (code, message) = if reason == "PIXEL_LIMIT_EXCEEDED" || text.contains("too large to be processed") {
        (
            FailureCode::PageTooLarge,
            "A page has too many pixels. Scan it at 300 dots per inch and upload the new file.",
        )
    } else if text.contains("encrypt") || text.contains("password") {
        (FailureCode::Encrypted, "The document is encrypted. Upload a copy without a password.")
    } else {
        (
            FailureCode::Unreadable,
            "The file is damaged or its format is not supported. Open it, save it again, and upload the new file.",
        )
    };
    Failure::new(code, message)
}

#[cfg(test)]
mod tests {
    use super::{failure, regional_endpoint};

    #[test]
    fn error_messages_are_mapped_to_failure_codes() {
        assert_eq!(failure("PAGE_LIMIT_EXCEEDED", "").code, "too_many_pages");
        assert_eq!(failure("", "The PDF is password protected").code, "encrypted");
        assert_eq!(failure("", "Page 1 is too large to be processed.").code, "page_too_large");
        assert_eq!(failure("", "Failed to open").code, "unreadable");
    }

    #[test]
    fn the_endpoint_is_in_the_region_of_the_processor() {
        let endpoint = regional_endpoint("projects/p/locations/eu/processors/1").expect("an endpoint");
        assert_eq!(endpoint, "https://eu-documentai.googleapis.com");
        assert!(regional_endpoint("processors/1").is_err());
    }
}
