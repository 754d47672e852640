//! Writes objects whose bytes are produced during the upload, through the official client. The resumable session
//! buffers one piece in memory until Cloud Storage has stored it.

use std::time::Duration;

use axum::body::Bytes;
use google_cloud_storage::{client::Storage, streaming_source::StreamingSource};
use tokio::sync::mpsc::Receiver;

use super::{Objects, StorageApi, Written};
use crate::{base::config::Error, cloud::lazy::Lazy, http::problem::Problem};

/// The time limit for uploading a piece, including retries.
const RETRY_WINDOW: Duration = Duration::from_secs(60);
/// The size of a piece in bytes, which must be a multiple of 256 KiB.
const PIECE: usize = 2 << 20;

/// The error that ends a write if the producer of the bytes fails.
#[derive(Debug, thiserror::Error)]
#[error("the producer of the bytes failed")]
pub struct Interrupted;

/// The bytes of an object, produced while they are written.
pub type Pieces = Receiver<Result<Bytes, Interrupted>>;

struct Source(Pieces);

impl StreamingSource for Source {
    type Error = Interrupted;

    async fn next(&mut self) -> Option<Result<Bytes, Interrupted>> {
        self.0.recv().await
    }
}

/// Writes objects whose bytes are produced during the upload.
#[derive(Clone)]
pub struct ObjectWriter {
    client: Lazy<Storage>,
    objects: Objects,
}

impl ObjectWriter {
    /// Creates a writer, which connects on first use.
    ///
    /// # Errors
    /// If the credentials are invalid.
    pub fn new(api: impl Into<StorageApi>) -> Result<Self, Error> {
        let api = api.into();
        let objects = Objects::new(&api)?;
        Ok(Self { client: Lazy::new(move || api.clone().client(RETRY_WINDOW)), objects })
    }

    /// Creates an object. The name must be unique to this operation: an existing object is taken for the result of an
    /// earlier attempt whose response was lost.
    ///
    /// # Errors
    /// 503 if Cloud Storage is unavailable or the producer of the bytes failed. In both cases, no object exists.
    pub async fn create(
        &self,
        bucket: &str,
        object: &str,
        content_type: &str,
        pieces: Pieces,
    ) -> Result<Written, Problem> {
        let client = self.client.get().await?;
        let written = client
            .write_object(format!("projects/_/buckets/{bucket}"), object, Source(pieces))
            .set_if_generation_match(0)
            .set_content_type(content_type)
            .with_resumable_upload_buffer_size(PIECE)
            .send_buffered();
        // The future is large, so it is boxed instead of becoming part of the caller's future.
        match Box::pin(written).await {
            Ok(created) => Ok(Written { generation: created.generation, size_bytes: created.size }),
            Err(error) if error.http_status_code() == Some(412) => self.objects.created(bucket, object).await,
            Err(error) => Err(Problem::unavailable(error)),
        }
    }
}
