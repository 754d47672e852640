//! From what a request names or carries to a local file.

use std::path::{Path, PathBuf};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use tempfile::NamedTempFile;

use crate::{fault::Fault, request::RecognizeRequest, settings::Resolve};

/// A file to listen to; one that was sent with the request is removed when this is dropped.
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

/// Checks that the request has audio, before anything is fetched.
pub(crate) fn check(request: &RecognizeRequest) -> Result<(), Fault> {
    match (&request.content, &request.uri) {
        (Some(_), None) => Ok(()),
        (None, Some(uri)) => check_uri(uri),
        _ => Err(Fault::invalid("INVALID_SOURCE", "Exactly one of content and uri is required.")),
    }
}

pub(crate) fn check_uri(uri: &str) -> Result<(), Fault> {
    let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
    if named.is_some_and(|(bucket, object)| !bucket.is_empty() && !object.is_empty()) {
        Ok(())
    } else {
        Err(Fault::invalid("INVALID_GCS_URI", format!("Invalid Cloud Storage URI: {uri}")))
    }
}

/// Checks an address below which objects are to be written: a bucket will do.
pub(crate) fn check_folder(uri: &str) -> Result<(), Fault> {
    check_uri(&format!("{}/object", uri.trim_end_matches('/')))
}

/// Finds or stores the file.
pub(crate) async fn open(
    request: RecognizeRequest,
    resolve: &Resolve,
    folder: &Path,
    limit: u64,
) -> Result<Source, Fault> {
    let source = if let Some(uri) = request.uri {
        stored(&uri, resolve).await?
    } else {
        let (content, folder) = (request.content.unwrap_or_default(), folder.to_owned());
        let sent = tokio::task::spawn_blocking(move || sent(&content, &folder));
        sent.await.map_err(|_| Fault::internal())??
    };
    let size = tokio::fs::metadata(source.path()).await.map_err(|_| Fault::internal())?.len();
    if size > limit { Err(Fault::too_large(limit)) } else { Ok(source) }
}

/// Finds the file of an object.
pub(crate) async fn stored(uri: &str, resolve: &Resolve) -> Result<Source, Fault> {
    let absent =
        || Fault::not_found("OBJECT_NOT_FOUND", format!("The Cloud Storage object does not exist: {uri}"));
    let path = resolve(uri).await.ok_or_else(absent)?;
    match std::path::absolute(path) {
        Ok(path) if tokio::fs::try_exists(&path).await.unwrap_or(false) => Ok(Source::Stored(path)),
        _ => Err(absent()),
    }
}

fn sent(content: &str, folder: &Path) -> Result<Source, Fault> {
    // JSON of protocol buffers takes either alphabet, with or without padding.
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if content.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let bytes = GeneralPurpose::new(alphabet, config)
        .decode(content)
        .map_err(|_| Fault::invalid("INVALID_BASE64", "Invalid value at 'content': not base64."))?;
    let write = || {
        let mut file = NamedTempFile::with_prefix_in("sent-", folder)?;
        std::io::Write::write_all(&mut file, &bytes)?;
        Ok::<_, std::io::Error>(file)
    };
    write().map(Source::Sent).map_err(|error| {
        tracing::error!(%error, "the audio could not be stored");
        Fault::internal()
    })
}
