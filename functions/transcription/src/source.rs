//! A recording in Cloud Storage as a seekable stream of bytes, for decoders that read synchronously.

use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    sync::Arc,
    time::Instant,
};

use shared::cloud::storage::{Head, ObjectReader};
use symphonia::core::io::MediaSource;
use tokio::runtime::Handle;

/// The size of the first block after a seek. Blocks that follow each other grow up to [`MAX_BLOCK`].
const FIRST_BLOCK: u64 = 64 << 10;
const MAX_BLOCK: u64 = 4 << 20;

/// An uploaded recording.
pub(crate) struct Recording {
    pub(crate) reader: ObjectReader,
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) generation: i64,
    pub(crate) head: Head,
}

impl Recording {
    pub(crate) fn size(&self) -> u64 {
        self.head.size_bytes.unsigned_abs()
    }
}

/// The part of a recording that a decoder reads, after a header that replaces the original header.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) header: Vec<u8>,
    pub(crate) bytes: Range<u64>,
}

/// Reads a part of a recording block by block. After `until`, reads fail.
pub(crate) struct Source {
    recording: Arc<Recording>,
    part: Part,
    runtime: Handle,
    until: Instant,
    at: u64,
    block: Vec<u8>,
    block_start: u64,
}

impl Source {
    pub(crate) fn new(recording: Arc<Recording>, part: Part, runtime: Handle, until: Instant) -> Self {
        Self { recording, part, runtime, until, at: 0, block: Vec::new(), block_start: 0 }
    }

    fn len(&self) -> u64 {
        self.part.header.len() as u64 + self.part.bytes.end.saturating_sub(self.part.bytes.start)
    }

    /// Returns the buffered bytes of the object that start at `position`: at least one byte.
    fn buffered(&mut self, position: u64) -> io::Result<&[u8]> {
        let head = &self.recording.head.bytes;
        if position < head.len() as u64 {
            return Ok(&head[position as usize..]);
        }
        let end = self.block_start + self.block.len() as u64;
        if !(self.block_start..end).contains(&position) {
            if Instant::now() >= self.until {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let size = match self.block.len() as u64 {
                length if position == end && length > 0 => (length * 2).min(MAX_BLOCK),
                _ => FIRST_BLOCK,
            };
            let Recording { reader, bucket, object, generation, .. } = &*self.recording;
            self.block = Vec::new();
            let read = reader.range(bucket, object, *generation, position, size);
            self.block = self.runtime.block_on(read).map_err(io::Error::other)?;
            self.block_start = position;
        }
        let start = usize::try_from(position - self.block_start).unwrap_or(usize::MAX);
        self.block
            .get(start..)
            .filter(|rest| !rest.is_empty())
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len().saturating_sub(self.at);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        let header = self.part.header.len() as u64;
        let bytes = if self.at < header {
            &self.part.header[self.at as usize..]
        } else {
            self.buffered(self.part.bytes.start + self.at - header)?
        };
        let count = bytes.len().min(wanted);
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len())
    }
}
