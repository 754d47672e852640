//! From what a request names or carries to a local file.

use local_engine::{Source, source};

use crate::{fault::Fault, media::MediaType, request::ProcessRequest, settings::Settings};

/// The type that the request declares; checked before anything is fetched.
pub(crate) fn media_type(request: &ProcessRequest) -> Result<MediaType, Fault> {
    match (&request.gcs_document, &request.raw_document) {
        (Some(document), None) => MediaType::parse(&document.mime_type),
        (None, Some(document)) => MediaType::parse(&document.mime_type),
        _ => Err(Fault::invalid("INVALID_SOURCE", "Exactly one of gcsDocument and rawDocument is required.")),
    }
}

/// Finds or stores the file.
pub(crate) async fn open(request: ProcessRequest, settings: &Settings) -> Result<Source, Fault> {
    if let Some(document) = request.gcs_document {
        return source::stored(&document.gcs_uri, &settings.resolve).await;
    }
    let content = request.raw_document.map(|document| document.content).unwrap_or_default();
    source::sent(content, "raw_document.content", &settings.work_folder).await
}
