//! Cloud Storage: signed URLs for browsers, and a look at the first bytes of what they uploaded.

use std::time::Duration;

use google_cloud_auth::signer::Signer;
use google_cloud_gax::retry_policy::RetryPolicyExt as _;
use google_cloud_storage::{
    builder::storage::SignedUrlBuilder, client::Storage, model_ext::ReadRange, retry_policy::RetryableErrors,
};
use http::Method;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{config::Error, google::GoogleSettings, items::ObjectName, lazy::Lazy, problem::Problem};

crate::settings! {
    /// Cloud Storage.
    pub struct StorageSettings {
        /// The bucket that browsers upload to.
        pub uploads_bucket: String = "UPLOADS_BUCKET",
        /// Where Cloud Storage answers; unset for Google's own.
        pub endpoint: Option<String> = "STORAGE_ENDPOINT",
    }
    with {
        /// Credentials.
        pub google: GoogleSettings,
    }
}

/// How long an upload URL is good for.
pub const UPLOAD_URL_LIFETIME: Duration = Duration::from_secs(3600);

/// How long reading the beginning of an object may take.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// The header that bounds the size of a PUT (<https://cloud.google.com/storage/docs/xml-api/reference-headers>).
const LENGTH_RANGE: &str = "x-goog-content-length-range";
/// The header that makes a PUT create and never overwrite.
const GENERATION_MATCH: &str = "x-goog-if-generation-match";
const HASH: &str = "x-goog-hash";

/// What a browser needs in order to upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Upload {
    /// The HTTP method: `PUT`.
    pub method: &'static str,
    /// Where to send the bytes. Whoever holds it may upload: keep it to yourself.
    pub url: String,
    /// Headers that must be sent exactly so.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub headers: serde_json::Map<String, serde_json::Value>,
    /// When the URL stops being good.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether it starts a resumable session.
    pub resumable: bool,
}

/// What an upload must be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The media type.
    pub content_type: &'a str,
    /// The exact size in bytes.
    pub size_bytes: i64,
    /// Base64 of the big-endian CRC32C, where the client gave it.
    pub crc32c: Option<&'a str>,
}

/// Signs URLs.
#[derive(Clone)]
pub struct UrlSigner {
    signer: Signer,
    bucket: String,
    endpoint: Option<String>,
}

impl UrlSigner {
    /// Signs with the function's account.
    ///
    /// # Errors
    /// When there is no account to sign with.
    pub fn new(settings: &StorageSettings) -> Result<Self, Error> {
        Ok(Self {
            signer: settings.google.signer()?,
            bucket: format!("projects/_/buckets/{}", settings.uploads_bucket),
            endpoint: settings.endpoint.clone(),
        })
    }

    /// A URL that can create this object once, with this type, size and checksum.
    ///
    /// # Errors
    /// 503 when signing fails, since it may be a call to IAM.
    pub async fn upload(
        &self,
        object: &ObjectName,
        expected: Expected<'_>,
        now: OffsetDateTime,
    ) -> Result<Upload, Problem> {
        let size = expected.size_bytes;
        let mut headers = vec![
            ("content-type", expected.content_type.to_owned()),
            (LENGTH_RANGE, format!("{size},{size}")),
            (GENERATION_MATCH, "0".to_owned()),
        ];
        if let Some(crc32c) = expected.crc32c {
            headers.push((HASH, format!("crc32c={crc32c}")));
        }
        let mut builder = SignedUrlBuilder::for_object(&self.bucket, object.to_string())
            .with_method(Method::PUT)
            .with_expiration(UPLOAD_URL_LIFETIME);
        for (name, value) in &headers {
            builder = builder.with_header(*name, value);
        }
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let url = builder.sign_with(&self.signer).await.map_err(Problem::unavailable)?;
        Ok(Upload {
            method: "PUT",
            url,
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            expires_at: now + UPLOAD_URL_LIFETIME,
            resumable: false,
        })
    }
}

/// What a look at an object shows.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its first bytes.
    pub bytes: Vec<u8>,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// Base64 of its MD5, which composed objects lack.
    pub md5: Option<String>,
}

/// Why an object could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// This generation of the object does not exist.
    #[error("the object does not exist")]
    Absent,
    /// It may work later.
    #[error("the object cannot be read now")]
    Transient(Problem),
}

async fn build_client(settings: StorageSettings) -> Result<Storage, Error> {
    let mut builder = Storage::builder().with_credentials(settings.google.credentials()?);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    // A few tries within one delivery; after that Pub/Sub's backoff is the retry.
    let builder =
        builder.with_retry_policy(RetryableErrors.with_attempt_limit(3).with_time_limit(READ_TIMEOUT));
    builder.build().await.map_err(|error| Error::of("STORAGE_ENDPOINT", error))
}

/// Reads objects; at most a few KiB of each.
#[derive(Clone)]
pub struct ObjectReader {
    client: Lazy<Storage>,
}

impl ObjectReader {
    /// Prepares the client, which is built when it first reads.
    ///
    /// # Errors
    /// When the credentials are unusable.
    pub fn new(settings: &StorageSettings) -> Result<Self, Error> {
        settings.google.check()?;
        let settings = settings.clone();
        Ok(Self { client: Lazy::new(move || build_client(settings.clone())) })
    }

    /// The first bytes, size and checksum of one generation of an object.
    ///
    /// # Errors
    /// [`ReadError::Absent`] when there is no such generation.
    pub async fn head(
        &self,
        bucket: &str,
        object: &str,
        generation: i64,
        bytes: u64,
    ) -> Result<Head, ReadError> {
        let classify = |error: google_cloud_storage::Error| match error.http_status_code() {
            Some(404) => ReadError::Absent,
            _ => ReadError::Transient(Problem::unavailable(error)),
        };
        let client = self.client.get().await.map_err(ReadError::Transient)?;
        let mut response = client
            .read_object(format!("projects/_/buckets/{bucket}"), object)
            .set_generation(generation)
            .set_read_range(ReadRange::head(bytes))
            .send()
            .await
            .map_err(classify)?;
        let about = response.object();
        let mut head = Vec::new();
        while let Some(chunk) = response.next().await.transpose().map_err(classify)? {
            head.extend_from_slice(&chunk);
        }
        let md5 = about.checksums.map(|sums| sums.md5_hash).filter(|md5| !md5.is_empty());
        let md5 = md5.map(|md5| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, md5));
        Ok(Head { bytes: head, size_bytes: about.size, md5 })
    }
}
