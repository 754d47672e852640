//! Files to process: objects in buckets, or contents of requests.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use futures::future::BoxFuture;
use tempfile::NamedTempFile;

use crate::Fault;

/// Returns the local file of a `gs://bucket/object`, if the object exists.
pub type Resolve = Arc<dyn Fn(&str) -> BoxFuture<'static, Option<PathBuf>> + Send + Sync>;

/// Creates the object of a `gs://` URI from its bytes and content type, or returns an error message.
pub type Write = Arc<dyn Fn(&str, Vec<u8>, &str) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// A file to process. A file from a request is removed on drop.
#[derive(Debug)]
pub enum Source {
    /// The file of an object.
    Stored(PathBuf),
    /// The contents of a request.
    Sent(NamedTempFile),
}

impl Source {
    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Stored(path) => path,
            Self::Sent(file) => file.path(),
        }
    }
}

/// Checks that a URI names an object.
///
/// # Errors
/// `INVALID_ARGUMENT` when it does not.
pub fn check_uri(uri: &str) -> Result<(), Fault> {
    let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
    if named.is_some_and(|(bucket, object)| !bucket.is_empty() && !object.is_empty()) {
        Ok(())
    } else {
        Err(Fault::invalid("INVALID_GCS_URI", format!("Invalid Cloud Storage URI: {uri}")))
    }
}

/// Returns the file of an object.
///
/// # Errors
/// `INVALID_ARGUMENT` when the URI names no object, `NOT_FOUND` when the object does not exist.
pub async fn stored(uri: &str, resolve: &Resolve) -> Result<Source, Fault> {
    check_uri(uri)?;
    let path = resolve(uri).await.ok_or_else(|| Fault::no_object(uri))?;
    match std::path::absolute(path) {
        Ok(path) if tokio::fs::try_exists(&path).await.unwrap_or(false) => Ok(Source::Stored(path)),
        _ => Err(Fault::no_object(uri)),
    }
}

/// Decodes the base64 in a field of a request into a file in `folder`.
///
/// # Errors
/// `INVALID_ARGUMENT` when the value is not base64.
pub async fn sent(content: String, field: &'static str, folder: &Path) -> Result<Source, Fault> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || {
        // The JSON format of protocol buffers accepts either alphabet, with or without padding.
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let alphabet = if content.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
        let bytes = GeneralPurpose::new(alphabet, config).decode(content).map_err(|_| {
            Fault::invalid("INVALID_BASE64", format!("Invalid value at '{field}': not base64."))
        })?;
        let write = || {
            let mut file = NamedTempFile::with_prefix_in("sent-", folder)?;
            file.write_all(&bytes)?;
            Ok::<_, std::io::Error>(file)
        };
        write().map(Source::Sent).map_err(|error| {
            tracing::error!(%error, "the contents of a request could not be stored");
            Fault::internal()
        })
    })
    .await
    .map_err(|_| Fault::internal())?
}
