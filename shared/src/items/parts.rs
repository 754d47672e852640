//! The text of an item in parts: the pages of a document, the segments of a voice sample.

use serde::Serialize;
use sqlx::PgPool;

use super::ItemKind;
use crate::base::ids::ItemId;

/// Weight of the parts in one statement: some 400 KB of JSON, of the 7 MB that eight hours of speech make.
const CHUNK_WEIGHT: usize = 4000;
/// Parts in one statement, where they have few words and blocks or none.
const CHUNK_PARTS: usize = 500;

/// The text that an engine read, or a part of it.
#[derive(Debug, Default, PartialEq)]
pub struct Text {
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// The length of the recording, if it is one and known.
    pub duration_seconds: Option<f64>,
}

/// A page or a segment.
#[derive(Debug, PartialEq)]
pub struct Part {
    /// From 1.
    pub number: i32,
    /// The text.
    pub text: String,
    /// From 0 to 1.
    pub confidence: Option<f32>,
    /// As a BCP 47 tag.
    pub language: Option<String>,
    /// The blocks of a page.
    pub layout: Option<Vec<Block>>,
    /// The words of a segment.
    pub words: Option<Vec<Word>>,
}

/// A block of text on a page.
#[derive(Debug, PartialEq, Serialize)]
pub struct Block {
    /// The text.
    pub text: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// Left, top, width and height, in fractions of the page.
    #[serde(rename = "box")]
    pub bounds: [f32; 4],
}

/// A word, and when it was said.
#[derive(Debug, PartialEq, Serialize)]
pub struct Word {
    /// The word.
    pub word: String,
    /// Seconds from the beginning.
    pub start: f64,
    /// Seconds from the beginning.
    pub end: f64,
    /// From 0 to 1.
    pub confidence: Option<f32>,
}

impl Part {
    fn weight(&self) -> usize {
        self.words.as_ref().map_or(0, Vec::len) + self.layout.as_ref().map_or(0, Vec::len)
    }
}

/// Stores text under the item's attempt; storing it again changes nothing. Readers see it when the item moves on.
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
    if kind == ItemKind::Voice {
        set_duration(db, item, attempt, text.duration_seconds).await?;
    }
    Ok(())
}

/// Returns how many of the next parts go into one statement: at least one.
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
    sqlx::query!(
        "
        insert into item_parts (item_id, attempt, number, text, confidence, language, layout, words)
        select $1, $2, part.number, part.text, part.confidence, part.language, part.layout::jsonb, part.words::jsonb
        from unnest($3::integer[], $4::text[], $5::real[], $6::text[], $7::text[], $8::text[])
             as part (number, text, confidence, language, layout, words)
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
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns each value as the text of its JSON, which takes less memory than as many values.
fn json_texts<'a, T: Serialize + 'a>(
    values: impl Iterator<Item = Option<&'a [T]>>,
) -> Result<Vec<Option<String>>, sqlx::Error> {
    let texts = values.map(|value| value.map(serde_json::to_string).transpose());
    texts.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Sets the length of a recording, unless the attempt is over: a later upload may have another length.
async fn set_duration(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    duration_seconds: Option<f64>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update voice_samples set duration_seconds = $3
        where item_id = $1 and duration_seconds is distinct from $3
          and exists (select from items where id = $1 and attempt = $2 and status = 'processing')
        ",
        item.0,
        attempt,
        duration_seconds,
    )
    .execute(db)
    .await?;
    Ok(())
}
