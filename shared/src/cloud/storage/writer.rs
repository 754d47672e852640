//! Writes objects while their bytes are made, through the official client: a resumable session, of which a piece is
//! kept in memory until Cloud Storage has it.

use std::time::Duration;

use axum::body::Bytes;
use google_cloud_storage::{client::Storage, streaming_source::StreamingSource};
use tokio::sync::mpsc::Receiver;

use super::{Objects, StorageApi, Written};
use crate::{base::config::Error, cloud::lazy::Lazy, http::problem::Problem};

/// How long a piece is tried.
const TRYING: Duration = Duration::from_secs(60);
/// The piece: a multiple of 256 KiB.
const PIECE: usize = 2 << 20;

/// Why the bytes have no end: whoever makes them has failed.
#[derive(Debug, thiserror::Error)]
#[error("the bytes broke off")]
pub struct BrokeOff;

/// Bytes that are made while they are written.
pub type Pieces = Receiver<Result<Bytes, BrokeOff>>;

struct Source(Pieces);

impl StreamingSource for Source {
    type Error = BrokeOff;

    async fn next(&mut self) -> Option<Result<Bytes, BrokeOff>> {
        self.0.recv().await
    }
}

/// Writes objects.
#[derive(Clone)]
pub struct ObjectWriter {
    client: Lazy<Storage>,
    objects: Objects,
}

impl ObjectWriter {
    /// Prepares the client, which is built when it first writes.
    ///
    /// # Errors
    /// When the credentials are unusable.
    pub fn new(api: impl Into<StorageApi>) -> Result<Self, Error> {
        let api = api.into();
        let objects = Objects::new(&api)?;
        Ok(Self { client: Lazy::new(move || api.clone().client(TRYING)), objects })
    }

    /// Makes an object that is not there yet. Its name must be the caller's alone: an object of that name was made
    /// by this very call, whose answer was lost.
    ///
    /// # Errors
    /// 503 when Cloud Storage does not take it, or when the bytes broke off: then there is no object.
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
        // It is large: a caller's own future should not hold it.
        match Box::pin(written).await {
            Ok(made) => Ok(Written { generation: made.generation, size_bytes: made.size }),
            Err(error) if error.http_status_code() == Some(412) => self.objects.made(bucket, object).await,
            Err(error) => Err(Problem::unavailable(error)),
        }
    }
}
