//! Signs URLs with which browsers upload and download objects (V4:
//! <https://cloud.google.com/storage/docs/access-control/signed-urls>).
//!
//! The official client is not used: it does not encode the `*` of `filename*` in the query that it signs, but Cloud
//! Storage does, so the signatures would differ.

use std::time::Duration;

use aws_lc_rs::digest;
use google_cloud_auth::signer::Signer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use url::Url;
use utoipa::ToSchema;

use super::StorageApi;
use crate::{
    base::{clock::Clock, config::Error},
    http::problem::Problem,
};

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

/// The algorithm of the signatures.
const ALGORITHM: &str = "GOOG4-RSA-SHA256";
const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// The characters that are encoded in the query and in header parameters: all except the unreserved ones (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The characters that are encoded in the path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// A signed URL to upload a file, with the method and headers to send.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Upload {
    /// The HTTP method: `PUT`, or `POST` for a resumable session.
    pub method: UploadMethod,
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

/// The HTTP method of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadMethod {
    /// The request contains the file.
    Put,
    /// The request starts a resumable session.
    Post,
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
    /// The endpoint of Cloud Storage, without a slash at its end.
    endpoint: String,
    /// The host of the endpoint, without its port.
    host: String,
}

/// A request that a URL authorizes.
struct Request<'a> {
    method: &'static str,
    object: String,
    lifetime: Duration,
    headers: &'a [(&'static str, String)],
    query: Vec<(&'static str, String)>,
}

impl UrlSigner {
    /// Creates a signer that uses the function's service account.
    ///
    /// # Errors
    /// If there is no account to sign with.
    pub fn new(api: impl Into<StorageApi>, bucket: &str) -> Result<Self, Error> {
        let api = api.into();
        let endpoint = api.endpoint.as_deref().unwrap_or("https://storage.googleapis.com");
        let url = Url::parse(endpoint).map_err(|error| Error::of("STORAGE_ENDPOINT", error))?;
        let host =
            url.host_str().ok_or_else(|| Error::of("STORAGE_ENDPOINT", "expected a URL with a host"))?;
        Ok(Self {
            signer: api.google.signer()?,
            bucket: bucket.to_owned(),
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            host: host.to_owned(),
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
        let method = if expected.resumable { "POST" } else { "PUT" };
        if expected.resumable {
            headers.push((RESUMABLE, "start".to_owned()));
        }
        let request = Request {
            method,
            object: object.to_string(),
            lifetime: UPLOAD_URL_LIFETIME,
            headers: &headers,
            query: Vec::new(),
        };
        let url = self.sign(request).await?;
        Ok(Upload {
            method: if expected.resumable { UploadMethod::Post } else { UploadMethod::Put },
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
        let request = Request {
            method: "GET",
            object: object.to_string(),
            lifetime: DOWNLOAD_URL_LIFETIME,
            headers: &[],
            query: vec![
                ("generation", generation.to_string()),
                ("response-content-disposition", attachment(filename)),
                ("response-content-type", media_type.to_owned()),
            ],
        };
        Ok(Download { url: self.sign(request).await?, expires_at: now + DOWNLOAD_URL_LIFETIME })
    }

    /// Signs a request (<https://cloud.google.com/storage/docs/authentication/signatures>).
    async fn sign(&self, request: Request<'_>) -> Result<String, Problem> {
        let account = self.signer.client_email().await.map_err(Problem::unavailable)?;
        // The system's time is used, because Cloud Storage compares it with its own clock.
        let date = Clock::default().now().format(DATE).map_err(Problem::internal)?;
        let scope = format!("{}/auto/storage/goog4_request", &date[..8]);

        let mut headers = vec![("host", self.host.as_str())];
        headers.extend(request.headers.iter().map(|(name, value)| (*name, value.as_str())));
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();

        let mut query = request.query;
        query.extend([
            ("X-Goog-Algorithm", ALGORITHM.to_owned()),
            ("X-Goog-Credential", format!("{account}/{scope}")),
            ("X-Goog-Date", date.clone()),
            ("X-Goog-Expires", request.lifetime.as_secs().to_string()),
            ("X-Goog-SignedHeaders", names.clone()),
        ]);
        query.sort_unstable();
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED)))
            .collect();
        let query = query.join("&");
        let path = format!("/{}/{}", self.bucket, utf8_percent_encode(&request.object, RESERVED_IN_PATH));

        let canonical = [request.method, &path, &query, &headers, &names, "UNSIGNED-PAYLOAD"].join("\n");
        let hash = digest::digest(&digest::SHA256, canonical.as_bytes());
        let text = [ALGORITHM, &date, &scope, &hexadecimal(hash.as_ref())].join("\n");
        let signature = self.signer.sign(text.as_str()).await.map_err(Problem::unavailable)?;
        let signature = hexadecimal(&signature);
        Ok(format!("{}{path}?{query}&X-Goog-Signature={signature}", self.endpoint))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a `Content-Disposition` (RFC 6266). If the name has characters that a quoted string cannot contain, a second
/// parameter encodes them, and all browsers prefer it.
fn attachment(filename: &str) -> String {
    let plain = |character: char| match character {
        ' '..='~' if !matches!(character, '"' | '\\' | '%') => character,
        _ => '_',
    };
    let quoted: String = filename.chars().map(plain).collect();
    if quoted == filename {
        return format!("attachment; filename=\"{quoted}\"");
    }
    let encoded = utf8_percent_encode(filename, RESERVED);
    format!("attachment; filename=\"{quoted}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_name_that_is_not_plain_has_a_second_form() {
        for (filename, header) in [
            ("letter 2.pdf", r#"attachment; filename="letter 2.pdf""#),
            (
                "報告書.pdf",
                r#"attachment; filename="___.pdf"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%E6%9B%B8.pdf"#,
            ),
            (r#"a"b\c%d.pdf"#, r#"attachment; filename="a_b_c_d.pdf"; filename*=UTF-8''a%22b%5Cc%25d.pdf"#),
        ] {
            assert_eq!(attachment(filename), header);
        }
    }
}
