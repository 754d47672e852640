//! Chunks: parts of an export file. Items are read in batches and written to storage at the same time. No database
//! connection is held while storage receives the bytes. Memory use is limited to a batch of items and a few pieces of
//! output, regardless of the length of a text.

use axum::body::Bytes;
use shared::{
    cloud::storage::{Interrupted, ObjectWriter, Written},
    http::problem::{Problem, Result},
    items::exports::ExportFormat,
};
use sqlx::PgPool;
use tokio::sync::mpsc::{Sender, channel};

use crate::{
    encoder,
    encoder::LongText,
    item::{CORRECTED_TEXT, TEXT},
    model::{ChunkStart, Item, Job, Part, Text},
    queries,
};

/// The number of items that are read in one query.
const BATCH: i64 = 100;
/// The minimum size of a piece that is passed to the writer, in bytes.
const PIECE: usize = 256 << 10;
/// The number of pieces that are buffered between reading and writing.
const WAITING: usize = 2;

/// A written chunk, and the start of the next one.
pub(crate) struct Chunk {
    pub(crate) part: Part,
    pub(crate) items: i64,
    pub(crate) next: Option<ChunkStart>,
}

/// Writes chunks of items to storage.
#[derive(Clone)]
pub(crate) struct Chunks {
    pub(crate) db: PgPool,
    pub(crate) bucket: String,
    pub(crate) writer: ObjectWriter,
    /// The maximum number of items in a chunk.
    pub(crate) max_items: i64,
    /// The size in bytes after which a chunk ends with the current item.
    pub(crate) max_bytes: u64,
}

impl Chunks {
    /// Writes the chunk that starts at `begin` to the object of this attempt.
    pub(crate) async fn write(&self, job: &Job, begin: ChunkStart) -> Result<Chunk> {
        let (sender, pieces) = channel(WAITING);
        let mut output = Output { sender, buffer: Vec::with_capacity(PIECE), sent: 0 };
        let reading = async {
            let read = read(self, job, begin, &mut output).await;
            match &read {
                Ok(_) => output.flush().await?,
                // Closing the channel without an error would complete the object.
                Err(_) => drop(output.sender.send(Err(Interrupted)).await),
            }
            drop(output);
            read
        };
        let object = job.object(job.attempt);
        let writing = self.writer.create(&self.bucket, &object, job.format.content_type(), pieces);
        let (read, written) = tokio::join!(Box::pin(reading), writing);
        // If the write failed, its error is the cause of both failures.
        let (read, written): (Read, Written) = match (read, written) {
            (Ok(read), Ok(written)) => (read, written),
            (Err(ChunkError::Reading(problem)), _) | (_, Err(problem)) => return Err(problem),
            (Err(ChunkError::Writing), Ok(_)) => {
                return Err(Problem::internal("an incomplete object was written"));
            }
        };
        let Written { generation, size_bytes } = written;
        let part = Part { level: 0, number: job.step, attempt: job.attempt, generation, size_bytes };
        Ok(Chunk { part, items: read.items, next: read.next })
    }
}

struct Read {
    items: i64,
    next: Option<ChunkStart>,
}

/// The reason why a chunk could not be written.
enum ChunkError {
    /// An item could not be read.
    Reading(Problem),
    /// Storage stopped accepting bytes.
    Writing,
}

impl From<sqlx::Error> for ChunkError {
    fn from(error: sqlx::Error) -> Self {
        Self::Reading(error.into())
    }
}

/// The output buffer in front of the channel to storage.
struct Output {
    sender: Sender<std::result::Result<Bytes, Interrupted>>,
    buffer: Vec<u8>,
    sent: u64,
}

impl Output {
    fn bytes(&self) -> u64 {
        self.sent + self.buffer.len() as u64
    }

    /// Sends the buffer to storage if it holds at least [`PIECE`] bytes.
    async fn flush_if_full(&mut self) -> std::result::Result<(), ChunkError> {
        if self.buffer.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> std::result::Result<(), ChunkError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.sent += self.buffer.len() as u64;
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        self.sender.send(Ok(piece.into())).await.map_err(|_| ChunkError::Writing)
    }
}

async fn read(
    chunks: &Chunks,
    job: &Job,
    begin: ChunkStart,
    output: &mut Output,
) -> std::result::Result<Read, ChunkError> {
    if job.step == 0 {
        encoder::header(job.format, &mut output.buffer);
    }
    let (mut items, mut next) = (0, Some(begin));
    while let Some(start) = next
        && items < chunks.max_items
    {
        let batch = queries::list_items(&chunks.db, job, start, BATCH.min(chunks.max_items - items)).await?;
        for item in batch.items {
            write_item(chunks, job.format, &item, output).await?;
            items += 1;
            if output.bytes() >= chunks.max_bytes {
                let next = Some(ChunkStart { kind: start.kind, after: Some(item.id) });
                return Ok(Read { items, next });
            }
        }
        next = batch.next;
    }
    Ok(Read { items, next })
}

async fn write_item(
    chunks: &Chunks,
    format: ExportFormat,
    item: &Item,
    output: &mut Output,
) -> std::result::Result<(), ChunkError> {
    encoder::begin_item(format, item, &mut output.buffer);
    match &item.text {
        Text::Absent => encoder::no_text(format, TEXT, &mut output.buffer),
        Text::Whole(text) => whole(format, TEXT, text, output).await?,
        Text::Long(bytes) => long(chunks, format, item, *bytes, output).await?,
    }
    match &item.corrected_text {
        Text::Absent => encoder::no_text(format, CORRECTED_TEXT, &mut output.buffer),
        Text::Whole(text) => whole(format, CORRECTED_TEXT, text, output).await?,
        // A corrected text is limited by the size of a request body, so it fits into memory.
        Text::Long(_) => match queries::get_corrected_text(&chunks.db, item).await? {
            Some(text) => whole(format, CORRECTED_TEXT, &text, output).await?,
            None => return Err(changed()),
        },
    }
    encoder::end_item(format, &mut output.buffer);
    output.flush_if_full().await
}

async fn whole(
    format: ExportFormat,
    name: &str,
    text: &str,
    output: &mut Output,
) -> std::result::Result<(), ChunkError> {
    let mut long = LongText::begin(format, name, &mut output.buffer);
    long.push(text, &mut output.buffer);
    long.end(&mut output.buffer);
    output.flush_if_full().await
}

/// Writes a long text part by part.
async fn long(
    chunks: &Chunks,
    format: ExportFormat,
    item: &Item,
    bytes: i64,
    output: &mut Output,
) -> std::result::Result<(), ChunkError> {
    let mut text = LongText::begin(format, TEXT, &mut output.buffer);
    let (mut after, mut read) = (None, 0);
    loop {
        let parts = queries::list_text_parts(&chunks.db, item, after).await?;
        let Some(last) = parts.last() else { break };
        let number = last.number;
        for part in &parts {
            if after.is_some() || part.number != parts[0].number {
                text.push("\n", &mut output.buffer);
            }
            text.push(&part.text, &mut output.buffer);
            read += i64::try_from(part.text.len()).unwrap_or_default();
            output.flush_if_full().await?;
        }
        after = Some(number);
    }
    text.end(&mut output.buffer);
    if read == bytes { Ok(()) } else { Err(changed()) }
}

/// Returns the error for an item whose text changed while it was read. The step is retried.
fn changed() -> ChunkError {
    ChunkError::Reading(Problem::unavailable("the text of an item changed while it was read"))
}
