//! The text of an item, split into parts: the pages of a document or the segments of a voice sample.

use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;

use super::ItemKind;
use crate::base::ids::ItemId;

/// The largest weight of one statement: about 400 KB of JSON, of the 7 MB that eight hours of speech produce.
const CHUNK_WEIGHT: usize = 4000;
/// The largest number of parts in one statement, for parts with few words and blocks.
const CHUNK_PARTS: usize = 500;

/// The text returned by an engine, or a portion of it.
#[derive(Debug, Default, PartialEq)]
pub struct Text {
    /// The parts in reading or speaking order.
    pub parts: Vec<Part>,
    /// The duration of a recording, if known; `None` for documents.
    pub duration_seconds: Option<f64>,
}

/// A page of a document or a segment of a voice sample.
#[derive(Debug, PartialEq)]
pub struct Part {
    /// The page or segment number, from 1.
    pub number: i32,
    /// The plain text of the part.
    pub text: String,
    /// The engine's confidence, from 0 to 1.
    pub confidence: Option<f32>,
    /// The language as a BCP 47 tag.
    pub language: Option<String>,
    /// The text blocks of a page.
    pub layout: Option<Vec<Block>>,
    /// The words of a segment.
    pub words: Option<Vec<Word>>,
    /// The channel of a segment, from 1, if the channels of the recording were recognized separately.
    pub channel: Option<i16>,
}

/// A block of text on a page.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = TextBlock)]
pub struct Block {
    /// The plain text of the block.
    pub text: String,
    /// The engine's confidence, from 0 to 1.
    pub confidence: f32,
    /// The left, top, width and height, as fractions of the page.
    #[serde(rename = "box")]
    #[schema(value_type = Vec<f32>, min_items = 4, max_items = 4)]
    pub bounds: [f32; 4],
}

/// A word with its time in the recording.
#[derive(Debug, PartialEq, Serialize)]
pub struct Word {
    /// The word as transcribed.
    pub word: String,
    /// The start, in seconds from the beginning of the recording.
    pub start: f64,
    /// The end, in seconds from the beginning of the recording.
    pub end: f64,
    /// The engine's confidence, from 0 to 1.
    pub confidence: Option<f32>,
}

impl Part {
    fn weight(&self) -> usize {
        self.words.as_ref().map_or(0, Vec::len) + self.layout.as_ref().map_or(0, Vec::len)
    }
}

/// Stores the text of an attempt. Idempotent. Readers see the text when the attempt completes. The text is durable after
/// the caller's next change, which completes the attempt or records the shard.
///
/// # Errors
/// When the database cannot be reached.
pub async fn store(
    db: &PgPool,
    kind: ItemKind,
    item: ItemId,
    attempt: i32,
    text: &Text,
) -> Result<(), sqlx::Error> {
    let mut rest = text.parts.as_slice();
    while !rest.is_empty() {
        let (chunk, others) = rest.split_at(chunk_length(rest));
        insert_parts(db, item, attempt, chunk).await?;
        rest = others;
    }
    if kind == ItemKind::Voice && text.duration_seconds.is_some() {
        set_duration(db, item, attempt, text.duration_seconds, true).await?;
    }
    Ok(())
}

/// Returns the number of parts for the next statement, at least one.
fn chunk_length(parts: &[Part]) -> usize {
    let mut weight = 0;
    let fits = parts.iter().take(CHUNK_PARTS).take_while(|part| {
        weight += part.weight();
        weight <= CHUNK_WEIGHT
    });
    fits.count().max(1)
}

async fn insert_parts(db: &PgPool, item: ItemId, attempt: i32, parts: &[Part]) -> Result<(), sqlx::Error> {
    let numbers: Vec<i32> = parts.iter().map(|part| part.number).collect();
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let confidences: Vec<Option<f32>> = parts.iter().map(|part| part.confidence).collect();
    let languages: Vec<Option<&str>> = parts.iter().map(|part| part.language.as_deref()).collect();
    let layouts = json_texts(parts.iter().map(|part| part.layout.as_deref()))?;
    let words = json_texts(parts.iter().map(|part| part.words.as_deref()))?;
    let channels: Vec<Option<i16>> = parts.iter().map(|part| part.channel).collect();
    sqlx::query!(
        "
        insert into item_parts (item_id, attempt, number, text, confidence, language, layout, words, channel)
        select $1, $2, part.number, part.text, part.confidence, part.language, part.layout::jsonb, part.words::jsonb,
               part.channel
        from unnest($3::integer[], $4::text[], $5::real[], $6::text[], $7::text[], $8::text[], $9::smallint[])
             as part (number, text, confidence, language, layout, words, channel)
        cross join commit_without_waiting()
        on conflict on constraint item_parts_pkey do nothing
        ",
        item.0,
        attempt,
        &numbers,
        &texts as _,
        &confidences as _,
        &languages as _,
        &layouts as _,
        &words as _,
        &channels as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Serializes each value to JSON text, which takes less memory than a vector of JSON values.
fn json_texts<'a, T: Serialize + 'a>(
    values: impl Iterator<Item = Option<&'a [T]>>,
) -> Result<Vec<Option<String>>, sqlx::Error> {
    let texts = values.map(|value| value.map(serde_json::to_string).transpose());
    texts.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Sets the duration of a recording, unless the attempt has ended: a later upload may have another duration. With
/// `only_unknown`, a duration that is already known does not change.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set_duration(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    duration_seconds: Option<f64>,
    only_unknown: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update voice_samples set duration_seconds = $3
        where item_id = $1 and duration_seconds is distinct from $3 and not ($4 and duration_seconds is not null)
          and exists (select from items where id = $1 and attempt = $2 and status = 'processing')
        ",
        item.0,
        attempt,
        duration_seconds,
        only_unknown,
    )
    .execute(db)
    .await?;
    Ok(())
}
