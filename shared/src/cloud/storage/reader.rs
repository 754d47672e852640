//! Reads objects through the official client.

use std::time::Duration;

use google_cloud_storage::{client::Storage, model_ext::ReadRange};

use super::StorageApi;
use crate::{base::config::Error, cloud::lazy::Lazy, http::problem::Problem};

/// The time limit for reading an object, including retries.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// The first bytes of an object and its metadata.
#[derive(Debug, Clone)]
pub struct Head {
    /// The object's first bytes.
    pub bytes: Vec<u8>,
    /// The size of the whole object in bytes.
    pub size_bytes: i64,
    /// The MD5 in base64. Composed objects have none.
    pub md5: Option<String>,
}

/// An error of [`ObjectReader`].
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// This generation of the object does not exist.
    #[error("the object does not exist")]
    Absent,
    /// The request failed and may succeed later.
    #[error("the object cannot be read now")]
    Transient(Problem),
}

/// A client that reads the first bytes of uploads, and the whole output of batch operations.
#[derive(Clone)]
pub struct ObjectReader {
    client: Lazy<Storage>,
}

impl ObjectReader {
    /// Creates a reader, which connects on first use.
    ///
    /// # Errors
    /// If the credentials are invalid.
    pub fn new(api: impl Into<StorageApi>) -> Result<Self, Error> {
        let api = api.into();
        api.google.check()?;
        Ok(Self { client: Lazy::new(move || api.clone().client(READ_TIMEOUT)) })
    }

    /// Reads the first bytes, the size and the checksum of one generation of an object.
    ///
    /// # Errors
    /// [`ReadError::Absent`] if the generation does not exist.
    pub async fn head(
        &self,
        bucket: &str,
        object: &str,
        generation: i64,
        bytes: u64,
    ) -> Result<Head, ReadError> {
        self.segment(bucket, object, generation, ReadRange::head(bytes)).await
    }

    /// Reads up to `bytes` bytes of one generation of an object from `offset` on.
    ///
    /// # Errors
    /// [`ReadError::Absent`] if the generation does not exist.
    pub async fn range(
        &self,
        bucket: &str,
        object: &str,
        generation: i64,
        offset: u64,
        bytes: u64,
    ) -> Result<Vec<u8>, ReadError> {
        let read = self.segment(bucket, object, generation, ReadRange::segment(offset, bytes)).await;
        read.map(|head| head.bytes)
    }

    async fn segment(
        &self,
        bucket: &str,
        object: &str,
        generation: i64,
        range: ReadRange,
    ) -> Result<Head, ReadError> {
        let classify = |error: google_cloud_storage::Error| match error.http_status_code() {
            Some(404) => ReadError::Absent,
            _ => ReadError::Transient(Problem::unavailable(error)),
        };
        let client = self.client.get().await.map_err(ReadError::Transient)?;
        let response = client
            .read_object(format!("projects/_/buckets/{bucket}"), object)
            .set_generation(generation)
            .set_read_range(range)
            .send()
            .await;
        let mut response = match response {
            Ok(response) => response,
            // An empty object has no valid range (RFC 9110, 15.5.17).
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

    /// Reads one generation of an object of at most `limit` bytes.
    ///
    /// # Errors
    /// [`ReadError::Absent`] if the generation does not exist, [`ReadError::Transient`] if it is larger.
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
