//! Signs URLs that browsers upload to and download from (V4:
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

/// How long an upload URL is good for.
pub const UPLOAD_URL_LIFETIME: Duration = Duration::from_secs(3600);
/// How long a download URL is good for.
pub const DOWNLOAD_URL_LIFETIME: Duration = Duration::from_secs(300);

/// The header that bounds the size of a PUT (<https://cloud.google.com/storage/docs/xml-api/reference-headers>).
const LENGTH_RANGE: &str = "x-goog-content-length-range";
/// The header that makes a PUT create and never overwrite.
const GENERATION_MATCH: &str = "x-goog-if-generation-match";
const HASH: &str = "x-goog-hash";
/// The header that makes a POST begin a resumable session.
const RESUMABLE: &str = "x-goog-resumable";

/// What a browser needs in order to upload.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Upload {
    /// The HTTP method: `PUT`, or `POST` for a resumable session.
    pub method: &'static str,
    /// Where to send the bytes; of a resumable session, where to begin it: its `Location` takes the bytes. Whoever holds it may upload: keep it to yourself.
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
    /// Whether it can be broken off and taken up again.
    pub resumable: bool,
}

/// A URL that a file can be had from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Download {
    /// Whoever holds it may read the file: keep it to yourself.
    pub url: String,
    /// When it stops being good.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Signs URLs.
#[derive(Clone)]
pub struct UrlSigner {
    signer: Signer,
    bucket: String,
    endpoint: Option<String>,
}

impl UrlSigner {
    /// Signs for the objects of a bucket with the function's account.
    ///
    /// # Errors
    /// When there is no account to sign with.
    pub fn new(api: impl Into<StorageApi>, bucket: &str) -> Result<Self, Error> {
        let api = api.into();
        Ok(Self {
            signer: api.google.signer()?,
            bucket: format!("projects/_/buckets/{bucket}"),
            endpoint: api.endpoint,
        })
    }

    /// A URL that can create this object once, with this type, size and checksum.
    ///
    /// # Errors
    /// 503 when signing fails, since it may be a call to IAM.
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

    /// A URL that serves one generation of an object as an attachment of this name.
    ///
    /// # Errors
    /// 503 when signing fails, since it may be a call to IAM.
    pub async fn download(
        &self,
        object: &impl std::fmt::Display,
        generation: i64,
        filename: &str,
        now: OffsetDateTime,
    ) -> Result<Download, Problem> {
        let builder = SignedUrlBuilder::for_object(&self.bucket, object.to_string())
            .with_method(Method::GET)
            .with_expiration(DOWNLOAD_URL_LIFETIME)
            .with_query_param("generation", generation.to_string())
            .with_query_param("response-content-disposition", attachment(filename));
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

/// `Content-Disposition` (RFC 6266) with what of the name is ASCII: `filename*` holds a `*`, which the client
/// signs otherwise than Cloud Storage reads it.
fn attachment(filename: &str) -> String {
    let plain = |character: char| match character {
        ' '..='~' if !matches!(character, '"' | '\\' | '%') => character,
        _ => '_',
    };
    format!("attachment; filename=\"{}\"", filename.chars().map(plain).collect::<String>())
}
