//! Reads objects through the official client.

use std::time::Duration;

use google_cloud_storage::{client::Storage, model_ext::ReadRange};

use super::StorageApi;
use crate::{base::config::Error, cloud::lazy::Lazy, http::problem::Problem};

/// How long reading the beginning of an object may take.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

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

/// Reads objects: a few KiB of what was uploaded, and what operations wrote.
#[derive(Clone)]
pub struct ObjectReader {
    client: Lazy<Storage>,
}

impl ObjectReader {
    /// Prepares the client, which is built when it first reads.
    ///
    /// # Errors
    /// When the credentials are unusable.
    pub fn new(api: impl Into<StorageApi>) -> Result<Self, Error> {
        let api = api.into();
        api.google.check()?;
        Ok(Self { client: Lazy::new(move || api.clone().client(READ_TIMEOUT)) })
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
        let response = client
            .read_object(format!("projects/_/buckets/{bucket}"), object)
            .set_generation(generation)
            .set_read_range(ReadRange::head(bytes))
            .send()
            .await;
        let mut response = match response {
            Ok(response) => response,
            // Of nothing, no range can be had (RFC 9110, 15.5.17).
            Err(error) if error.http_status_code() == Some(416) => {
                return Ok(Head { bytes: Vec::new(), size_bytes: 0, md5: None });
            }
            Err(error) => return Err(classify(error)),
        };
        let about = response.object();
        let mut head = Vec::new();
        while let Some(chunk) = response.next().await.transpose().map_err(classify)? {
            head.extend_from_slice(&chunk);
        }
        let md5 = about.checksums.map(|sums| sums.md5_hash).filter(|md5| !md5.is_empty());
        let md5 = md5.map(|md5| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, md5));
        Ok(Head { bytes: head, size_bytes: about.size, md5 })
    }

    /// All bytes of one generation of an object, which has at most `limit` of them.
    ///
    /// # Errors
    /// [`ReadError::Absent`] when there is no such generation.
    pub async fn read(
        &self,
        bucket: &str,
        object: &str,
        generation: i64,
        limit: u64,
    ) -> Result<Vec<u8>, ReadError> {
        let head = self.head(bucket, object, generation, limit).await?;
        if u64::try_from(head.size_bytes).is_ok_and(|size| size <= limit) {
            return Ok(head.bytes);
        }
        Err(ReadError::Transient(Problem::internal(format!("{object} has {} bytes", head.size_bytes))))
    }
}
