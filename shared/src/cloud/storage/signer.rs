//! Signs URLs with which browsers upload and download objects (V4:
//! <https://cloud.google.com/storage/docs/access-control/signed-urls>).

use std::time::Duration;

use google_cloud_auth::signer::Signer;
use google_cloud_storage::builder::storage::SignedUrlBuilder;
use http::Method;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::StorageApi;
use crate::{base::config::Error, http::problem::Problem};

/// The lifetime of an upload URL.
pub const UPLOAD_URL_LIFETIME: Duration = Duration::from_secs(3600);
/// The lifetime of a download URL.
pub const DOWNLOAD_URL_LIFETIME: Duration = Duration::from_secs(300);

/// The header that limits the size of a PUT (<https://cloud.google.com/storage/docs/xml-api/reference-headers>).
const LENGTH_RANGE: &str = "x-goog-content-length-range";
/// The header that makes a PUT fail if the object exists.
const GENERATION_MATCH: &str = "x-goog-if-generation-match";
const HASH: &str = "x-goog-hash";
/// The header that makes a POST start a resumable session.
const RESUMABLE: &str = "x-goog-resumable";

/// A signed URL to upload a file, with the method and headers to send.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Upload {
    /// The HTTP method: `PUT`, or `POST` for a resumable session.
    pub method: &'static str,
    /// The URL to send the file to. For a resumable session, send an empty POST and upload the file to the `Location`
    /// of the response. The URL authorizes the upload, so keep it secret.
    pub url: String,
    /// The headers to send with the request, unchanged.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub headers: serde_json::Map<String, serde_json::Value>,
    /// The time at which the URL expires.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// True if the URL starts a resumable session.
    pub resumable: bool,
}

/// The properties that an upload must have.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The media type of the file.
    pub content_type: &'a str,
    /// The exact size in bytes.
    pub size_bytes: i64,
    /// The big-endian CRC32C in base64, if the client provided it.
    pub crc32c: Option<&'a str>,
    /// True if the upload can be interrupted and resumed.
    pub resumable: bool,
}

/// A signed URL to download a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Download {
    /// The URL to download the file from. It authorizes the download, so keep it secret.
    pub url: String,
    /// The time at which the URL expires.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Signs upload and download URLs for the objects of a bucket.
#[derive(Clone)]
pub struct UrlSigner {
    signer: Signer,
    bucket: String,
    endpoint: Option<String>,
}

impl UrlSigner {
    /// Creates a signer that uses the function's service account.
    ///
    /// # Errors
    /// If there is no account to sign with.
    pub fn new(api: impl Into<StorageApi>, bucket: &str) -> Result<Self, Error> {
        let api = api.into();
        Ok(Self {
            signer: api.google.signer()?,
            bucket: format!("projects/_/buckets/{bucket}"),
            endpoint: api.endpoint,
        })
    }

    /// Signs a URL that can create this object once, with the expected type, size and checksum.
    ///
    /// # Errors
    /// 503 if signing fails, since it may call IAM.
    pub async fn upload(
        &self,
        object: &impl std::fmt::Display,
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
        let method = if expected.resumable { Method::POST } else { Method::PUT };
        if expected.resumable {
            headers.push((RESUMABLE, "start".to_owned()));
        }
        let mut builder = SignedUrlBuilder::for_object(&self.bucket, object.to_string())
            .with_method(method.clone())
            .with_expiration(UPLOAD_URL_LIFETIME);
        for (name, value) in &headers {
            builder = builder.with_header(*name, value);
        }
        let url = self.sign(builder).await?;
        Ok(Upload {
            method: if expected.resumable { "POST" } else { "PUT" },
            url,
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            expires_at: now + UPLOAD_URL_LIFETIME,
            resumable: expected.resumable,
        })
    }

    /// Signs a URL that downloads one generation of an object as an attachment with this file name and media type.
    ///
    /// # Errors
    /// 503 if signing fails, since it may call IAM.
    pub async fn download(
        &self,
        object: &impl std::fmt::Display,
        generation: i64,
        filename: &str,
        media_type: &str,
        now: OffsetDateTime,
    ) -> Result<Download, Problem> {
        let builder = SignedUrlBuilder::for_object(&self.bucket, object.to_string())
            .with_method(Method::GET)
            .with_expiration(DOWNLOAD_URL_LIFETIME)
            .with_query_param("generation", generation.to_string())
            .with_query_param("response-content-disposition", attachment(filename))
            .with_query_param("response-content-type", media_type);
        Ok(Download { url: self.sign(builder).await?, expires_at: now + DOWNLOAD_URL_LIFETIME })
    }

    async fn sign(&self, builder: SignedUrlBuilder) -> Result<String, Problem> {
        let builder = match &self.endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint),
            None => builder,
        };
        builder.sign_with(&self.signer).await.map_err(Problem::unavailable)
    }
}

/// Returns a `Content-Disposition` (RFC 6266) with non-ASCII characters replaced. `filename*` is not used, because the
/// client and Cloud Storage encode its `*` differently, which breaks the signature.
fn attachment(filename: &str) -> String {
    let plain = |character: char| match character {
        ' '..='~' if !matches!(character, '"' | '\\' | '%') => character,
        _ => '_',
    };
    format!("attachment; filename=\"{}\"", filename.chars().map(plain).collect::<String>())
}
