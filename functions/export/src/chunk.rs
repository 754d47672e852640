//! A chunk: items, read a batch at a time and written while they are read. No connection is held while storage takes
//! the bytes, and no more than a batch and a few pieces are in memory, however long a text is.

use axum::body::Bytes;
use shared::{
    cloud::storage::{BrokeOff, Written},
    http::problem::{Problem, Result},
    items::exports::ExportFormat,
};
use tokio::sync::mpsc::{Sender, channel};

use crate::{
    AppState, encoder,
    encoder::LongText,
    item::{CORRECTED_TEXT, Item, TEXT, Text},
    queries::{self, Job, Part, Position},
};

/// Items that are read at once.
const BATCH: i64 = 100;
/// Bytes that are handed on at once.
const PIECE: usize = 256 << 10;
/// Pieces that may wait to be written.
const WAITING: usize = 2;

/// What was written, and where the next chunk begins.
pub(crate) struct Chunk {
    pub(crate) part: Part,
    pub(crate) items: i64,
    pub(crate) next: Option<Position>,
}

/// Writes the chunk that begins at a position into the object of this attempt.
pub(crate) async fn write(app: &AppState, job: &Job, begin: Position) -> Result<Chunk> {
    let (sender, pieces) = channel(WAITING);
    let mut output = Output { sender, buffer: Vec::with_capacity(PIECE), sent: 0 };
    let reading = async {
        let read = read(app, job, begin, &mut output).await;
        match &read {
            Ok(_) => output.flush().await?,
            // An end would be taken for the end of the object.
            Err(_) => drop(output.sender.send(Err(BrokeOff)).await),
        }
        drop(output);
        read
    };
    let object = job.object(job.attempt);
    let writing = app.writer.create(&app.bucket, &object, job.format.content_type(), pieces);
    let (read, written) = tokio::join!(Box::pin(reading), writing);
    // When storage takes no more, that is the cause of both.
    let (read, written): (Read, Written) = match (read, written) {
        (Ok(read), Ok(written)) => (read, written),
        (Err(Broken::Reading(problem)), _) | (_, Err(problem)) => return Err(problem),
        (Err(Broken::Writing), Ok(_)) => return Err(Problem::internal("an object without its end")),
    };
    let Written { generation, size_bytes } = written;
    let part = Part { level: 0, number: job.step, attempt: job.attempt, generation, size_bytes };
    Ok(Chunk { part, items: read.items, next: read.next })
}

struct Read {
    items: i64,
    next: Option<Position>,
}

/// Why the bytes have no end.
enum Broken {
    /// They could not be read.
    Reading(Problem),
    /// Nobody takes them.
    Writing,
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Reading(error.into())
    }
}

/// Bytes on their way to storage.
struct Output {
    sender: Sender<std::result::Result<Bytes, BrokeOff>>,
    buffer: Vec<u8>,
    sent: u64,
}

impl Output {
    fn bytes(&self) -> u64 {
        self.sent + self.buffer.len() as u64
    }

    /// Hands on what has gathered, if that is enough.
    async fn hand_on(&mut self) -> std::result::Result<(), Broken> {
        if self.buffer.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> std::result::Result<(), Broken> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.sent += self.buffer.len() as u64;
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        self.sender.send(Ok(piece.into())).await.map_err(|_| Broken::Writing)
    }
}

async fn read(
    app: &AppState,
    job: &Job,
    begin: Position,
    output: &mut Output,
) -> std::result::Result<Read, Broken> {
    if job.step == 0 {
        encoder::header(job.format, &mut output.buffer);
    }
    let (mut items, mut position) = (0, Some(begin));
    while let Some(after) = position
        && items < app.chunk_size.items
    {
        let limit = BATCH.min(app.chunk_size.items - items);
        let batch = queries::list_items(&app.db, job, after, limit).await?;
        let exhausted = i64::try_from(batch.len()).is_ok_and(|count| count < limit);
        for item in batch {
            write_item(app, job.format, &item, output).await?;
            items += 1;
            position = Some(Position { kind: after.kind, after: Some(item.id) });
            if output.bytes() >= app.chunk_size.bytes {
                return Ok(Read { items, next: position });
            }
        }
        if exhausted {
            position = after.next_kind();
        }
    }
    Ok(Read { items, next: position })
}

async fn write_item(
    app: &AppState,
    format: ExportFormat,
    item: &Item,
    output: &mut Output,
) -> std::result::Result<(), Broken> {
    encoder::begin_item(format, item, &mut output.buffer);
    match &item.text {
        Text::Absent => encoder::no_text(format, TEXT, &mut output.buffer),
        Text::Whole(text) => whole(format, TEXT, text, output).await?,
        Text::Long(bytes) => long(app, format, item, *bytes, output).await?,
    }
    match &item.corrected_text {
        Text::Absent => encoder::no_text(format, CORRECTED_TEXT, &mut output.buffer),
        Text::Whole(text) => whole(format, CORRECTED_TEXT, text, output).await?,
        // As long as the body of a request may be.
        Text::Long(_) => match queries::get_corrected_text(&app.db, item).await? {
            Some(text) => whole(format, CORRECTED_TEXT, &text, output).await?,
            None => return Err(changed()),
        },
    }
    encoder::end_item(format, &mut output.buffer);
    output.hand_on().await
}

async fn whole(
    format: ExportFormat,
    name: &str,
    text: &str,
    output: &mut Output,
) -> std::result::Result<(), Broken> {
    let mut long = LongText::begin(format, name, &mut output.buffer);
    long.push(text, &mut output.buffer);
    long.end(&mut output.buffer);
    output.hand_on().await
}

/// A text that is read page by page, or segment by segment.
async fn long(
    app: &AppState,
    format: ExportFormat,
    item: &Item,
    bytes: i64,
    output: &mut Output,
) -> std::result::Result<(), Broken> {
    let mut text = LongText::begin(format, TEXT, &mut output.buffer);
    let (mut after, mut seen) = (None, 0);
    loop {
        let parts = queries::list_text_parts(&app.db, item, after).await?;
        let Some(last) = parts.last() else { break };
        let number = last.number;
        for part in &parts {
            if after.is_some() || part.number != parts[0].number {
                text.push("\n", &mut output.buffer);
            }
            text.push(&part.text, &mut output.buffer);
            seen += i64::try_from(part.text.len()).unwrap_or_default();
            output.hand_on().await?;
        }
        after = Some(number);
    }
    text.end(&mut output.buffer);
    if seen == bytes { Ok(()) } else { Err(changed()) }
}

/// The item has got another text while this one was read: half of it is none.
fn changed() -> Broken {
    Broken::Reading(Problem::unavailable("an item has got another text meanwhile"))
}
