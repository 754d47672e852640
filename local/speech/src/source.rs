//! The audio to transcribe: an object in a bucket, or the contents of the request.

use std::path::Path;

use local_engine::{
    Resolve, Source,
    source::{check_uri, sent, stored},
};

use crate::{fault::Fault, request::RecognizeRequest};

/// Checks that the request has audio, before anything is loaded.
pub(crate) fn check(request: &RecognizeRequest) -> Result<(), Fault> {
    match (&request.content, &request.uri) {
        (Some(_), None) => Ok(()),
        (None, Some(uri)) => check_uri(uri),
        _ => Err(Fault::invalid("INVALID_SOURCE", "Exactly one of content and uri is required.")),
    }
}

/// Finds the object's file, or stores the contents of the request in one.
pub(crate) async fn open(
    request: RecognizeRequest,
    resolve: &Resolve,
    folder: &Path,
    limit: u64,
) -> Result<Source, Fault> {
    let source = if let Some(uri) = request.uri {
        stored(&uri, resolve).await?
    } else {
        sent(request.content.unwrap_or_default(), "content", folder).await?
    };
    let size = tokio::fs::metadata(source.path()).await.map_err(|_| Fault::internal())?.len();
    if size > limit { Err(Fault::payload_too_large(limit)) } else { Ok(source) }
}
