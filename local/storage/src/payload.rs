//! Request bodies, on their way to disk.

use std::path::Path;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use tokio::{
    fs::{File, OpenOptions},
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

use crate::{
    digest::Digests,
    fault::{Fault, Kind},
};

/// The number of bytes of a rejected body that are still read, so that the client receives the error.
const DRAINED_BYTES: usize = 32 << 20;

/// A request body. On drop, the unread rest is drained, within bounds.
pub(crate) struct Payload {
    stream: Option<BodyDataStream>,
    /// The client waits for permission to send (`Expect: 100-continue`), so there is nothing to drain.
    waits: bool,
    /// The `Content-Length`, if the client sent one.
    pub(crate) length: Option<u64>,
}

impl Payload {
    pub(crate) fn new(headers: &HeaderMap, body: Body) -> Self {
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        Self { stream: Some(body.into_data_stream()), waits: headers.contains_key(header::EXPECT), length }
    }

    /// Returns the next bytes, or an error when the connection broke before the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        match stream.next().await {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(_)) => {
                self.stream = None;
                Err(Fault::new(Kind::IncompleteBody))
            }
            None => {
                self.stream = None;
                Ok(None)
            }
        }
    }

    /// Reads the whole body of at most `limit` bytes.
    pub(crate) async fn read_all(&mut self, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            if all.len() + bytes.len() > limit {
                return Err(Fault::new(Kind::InvalidArgument).details("The request body is too large."));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        let Some(mut stream) = self.stream.take().filter(|_| !self.waits) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let mut drained = 0;
                while let Some(Ok(bytes)) = stream.next().await {
                    drained += bytes.len();
                    if drained > DRAINED_BYTES {
                        return;
                    }
                }
            });
        }
    }
}

/// Writes a file and computes its checksums at the same time.
pub(crate) struct Writer {
    file: File,
    digests: Digests,
}

impl Writer {
    pub(crate) async fn create(path: &Path, digests: Digests) -> Result<Self, Fault> {
        Ok(Self { file: File::create(path).await?, digests })
    }

    /// Continues after the bytes that `digests` covers, and truncates the file to them.
    pub(crate) async fn resume(path: &Path, digests: Digests) -> Result<Self, Fault> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path).await?;
        file.set_len(digests.length()).await?;
        file.seek(std::io::SeekFrom::End(0)).await?;
        Ok(Self { file, digests })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.file.write_all(bytes).await?;
        self.digests.update(bytes);
        Ok(())
    }

    /// The number of bytes written so far.
    pub(crate) fn length(&self) -> u64 {
        self.digests.length()
    }

    /// Waits until all bytes are handed to the operating system.
    pub(crate) async fn finish(mut self) -> Result<Digests, Fault> {
        self.file.flush().await?;
        Ok(self.digests)
    }
}

/// The sizes that `x-goog-content-length-range` allows, including both ends.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct LengthRange {
    minimum: u64,
    maximum: u64,
}

impl LengthRange {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, Fault> {
        let Some(value) = headers.get("x-goog-content-length-range") else {
            return Ok(Self { minimum: 0, maximum: u64::MAX });
        };
        let range =
            value.to_str().ok().and_then(|text| text.split_once(',')).and_then(|(minimum, maximum)| {
                Some(Self { minimum: minimum.trim().parse().ok()?, maximum: maximum.trim().parse().ok()? })
            });
        range.filter(|range| range.minimum <= range.maximum).ok_or_else(|| {
            Fault::new(Kind::InvalidArgument)
                .details("Invalid x-goog-content-length-range: it must be \"minimum,maximum\".")
        })
    }

    /// Rejects a length above the maximum.
    pub(crate) fn check_upper(&self, length: u64) -> Result<(), Fault> {
        if length > self.maximum {
            return Err(
                Fault::new(Kind::EntityTooLarge).details("Content-length exceeds upper bound on range")
            );
        }
        Ok(())
    }

    /// Rejects a complete object whose size is out of range.
    pub(crate) fn check(&self, length: u64) -> Result<(), Fault> {
        if length < self.minimum {
            return Err(
                Fault::new(Kind::EntityTooSmall).details("Content-length smaller than lower bound on range")
            );
        }
        self.check_upper(length)
    }
}
