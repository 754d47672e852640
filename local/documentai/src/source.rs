//! The file to read: an object in a bucket, or the contents of the request.

use local_engine::{Source, source};

use crate::{fault::Fault, media::MediaType, request::ProcessRequest, settings::Settings};

/// Returns the declared type of the document. This is checked before anything is loaded.
pub(crate) fn media_type(request: &ProcessRequest) -> Result<MediaType, Fault> {
    match (&request.gcs_document, &request.raw_document) {
        (Some(document), None) => MediaType::parse(&document.mime_type),
        (None, Some(document)) => MediaType::parse(&document.mime_type),
        _ => Err(Fault::invalid("INVALID_SOURCE", "Exactly one of gcsDocument and rawDocument is required.")),
    }
}

/// Finds the object's file, or stores the contents of the request in one.
pub(crate) async fn open(request: ProcessRequest, settings: &Settings) -> Result<Source, Fault> {
    if let Some(document) = request.gcs_document {
        return source::stored(&document.gcs_uri, &settings.resolve).await;
    }
    let content = request.raw_document.map(|document| document.content).unwrap_or_default();
    source::sent(content, "raw_document.content", &settings.work_folder).await
}
