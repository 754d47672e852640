//! All SQL of `transcription` that is its own.

use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::transcript::{Segment, Transcript};

/// Words in one statement: some 400 KB of JSON, of the 7 MB that eight hours make.
const CHUNK_WORDS: usize = 4000;
/// Segments in one statement, where they have few words or none.
const CHUNK_SEGMENTS: usize = 500;

/// Stores what was said under an attempt; what is there already stays.
pub(crate) async fn insert_transcript(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    transcript: &Transcript,
) -> Result<(), sqlx::Error> {
    let mut rest = transcript.segments.as_slice();
    while !rest.is_empty() {
        let (chunk, others) = rest.split_at(chunk_length(rest));
        insert_segments(db, item, attempt, chunk).await?;
        rest = others;
    }
    // Nobody asks for an attempt that is over: a later upload may be of another length.
    sqlx::query!(
        "update voice_samples set duration_seconds = $3
         where item_id = $1 and duration_seconds is distinct from $3
           and exists (select from items where id = $1 and attempt = $2 and status = 'processing')",
        item.0,
        attempt,
        transcript.duration_seconds,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many of the next segments go into one statement: at least one.
fn chunk_length(segments: &[Segment]) -> usize {
    let mut words = 0;
    let fits = segments.iter().take(CHUNK_SEGMENTS).take_while(|segment| {
        words += segment.words.len();
        words <= CHUNK_WORDS
    });
    fits.count().max(1)
}

async fn insert_segments(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    segments: &[Segment],
) -> Result<(), sqlx::Error> {
    let numbers: Vec<i32> = segments.iter().map(|segment| segment.number).collect();
    let texts: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
    let confidences: Vec<Option<f32>> = segments.iter().map(|segment| segment.confidence).collect();
    let languages: Vec<Option<&str>> = segments.iter().map(|segment| segment.language.as_deref()).collect();
    // As text, which takes less memory than as many values.
    let words: Vec<String> = segments
        .iter()
        .map(|segment| serde_json::to_string(&segment.words))
        .collect::<Result<_, _>>()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query!(
        "
        insert into voice_segments (item_id, attempt, segment_number, text, confidence, language, words)
        select $1, $2, segment.number, segment.text, segment.confidence, segment.language, segment.words::jsonb
        from unnest($3::integer[], $4::text[], $5::real[], $6::text[], $7::text[])
             as segment (number, text, confidence, language, words)
        on conflict on constraint voice_segments_pkey do nothing
        ",
        item.0,
        attempt,
        &numbers,
        &texts as _,
        &confidences as _,
        &languages as _,
        &words,
    )
    .execute(db)
    .await?;
    Ok(())
}
