//! From what a request names or carries to a local file.

use std::path::{Path, PathBuf};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use tempfile::NamedTempFile;

use crate::{
    fault::Fault,
    media::MediaType,
    request::ProcessRequest,
    settings::{Resolve, Settings},
};

/// A file to read; one that was sent with the request is removed when this is dropped.
pub(crate) enum Source {
    Stored(PathBuf),
    Sent(NamedTempFile),
}

impl Source {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Stored(path) => path,
            Self::Sent(file) => file.path(),
        }
    }
}

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
        return stored(&document.gcs_uri, &settings.resolve).await;
    }
    let content = request.raw_document.map(|document| document.content).unwrap_or_default();
    let (limit, folder) = (settings.limits.bytes, settings.work_folder.clone());
    tokio::task::spawn_blocking(move || sent(&content, limit, &folder))
        .await
        .map_err(|_| Fault::internal())?
}

/// Finds the file of a `gs://` address.
pub(crate) async fn stored(uri: &str, resolve: &Resolve) -> Result<Source, Fault> {
    let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
    if !named.is_some_and(|(bucket, object)| !bucket.is_empty() && !object.is_empty()) {
        return Err(Fault::invalid("INVALID_GCS_URI", format!("Invalid Cloud Storage URI: {uri}")));
    }
    let path = resolve(uri).await.ok_or_else(|| absent(uri))?;
    match std::path::absolute(path) {
        Ok(path) if tokio::fs::try_exists(&path).await.unwrap_or(false) => Ok(Source::Stored(path)),
        _ => Err(absent(uri)),
    }
}

fn absent(uri: &str) -> Fault {
    Fault::not_found("OBJECT_NOT_FOUND", format!("The Cloud Storage object does not exist: {uri}"))
}

fn sent(content: &str, limit: u64, folder: &Path) -> Result<Source, Fault> {
    // JSON of protocol buffers takes either alphabet, with or without padding.
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if content.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let bytes = GeneralPurpose::new(alphabet, config).decode(content).map_err(|_| {
        Fault::invalid("INVALID_BASE64", "Invalid value at 'raw_document.content': not base64.")
    })?;
    if bytes.len() as u64 > limit {
        return Err(Fault::too_large(bytes.len() as u64, limit));
    }
    let write = || {
        let mut file = NamedTempFile::with_prefix_in("documentai-", folder)?;
        std::io::Write::write_all(&mut file, &bytes)?;
        Ok::<_, std::io::Error>(file)
    };
    write().map(Source::Sent).map_err(|error| {
        tracing::error!(%error, "the document could not be stored");
        Fault::internal()
    })
}
