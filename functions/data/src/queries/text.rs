//! What was read: pages, segments, words.

use serde::Serialize;
use serde_json::Value;
use shared::base::ids::ItemId;
use sqlx::PgPool;
use utoipa::ToSchema;

/// The text of all pages; null when there are none.
pub(crate) async fn document_text(db: &PgPool, id: ItemId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r"
        select string_agg(document_pages.text, E'\n' order by page_number)
        from items
        join document_pages on document_pages.item_id = items.id and document_pages.attempt = items.text_attempt
        where items.id = $1
        ",
        id.0,
    )
    .fetch_one(db)
    .await
}

/// What was said; null when nothing was transcribed.
pub(crate) async fn voice_text(db: &PgPool, id: ItemId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r"
        select string_agg(voice_segments.text, E'\n' order by segment_number)
        from items
        join voice_segments on voice_segments.item_id = items.id and voice_segments.attempt = items.text_attempt
        where items.id = $1
        ",
        id.0,
    )
    .fetch_one(db)
    .await
}

/// A page of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentPage {
    /// From 1.
    pub(crate) page_number: i32,
    pub(crate) text: String,
    /// From 0 to 1.
    pub(crate) confidence: f32,
    /// As a BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Blocks of text: `{"text", "confidence", "box": [left, top, width, height]}`, in fractions of the page.
    #[schema(value_type = Vec<Object>)]
    pub(crate) layout: Value,
}

/// Pages after a page.
pub(crate) async fn list_pages(
    db: &PgPool,
    id: ItemId,
    after: i32,
    rows: i64,
) -> Result<Vec<DocumentPage>, sqlx::Error> {
    sqlx::query_as!(
        DocumentPage,
        r"
        select page_number, text, confidence, language, layout
        from document_pages
        where item_id = $1 and attempt = (select text_attempt from items where id = $1) and page_number > $2
        order by page_number
        limit $3
        ",
        id.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

/// A word of a voice sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Word {
    /// The word's place, from 0.
    #[serde(skip)]
    pub(crate) place: i64,
    pub(crate) word: String,
    /// Seconds from the beginning.
    pub(crate) start: Option<f64>,
    /// Seconds from the beginning.
    pub(crate) end: Option<f64>,
    /// From 0 to 1; null when the engine does not say.
    pub(crate) confidence: Option<f64>,
}

/// Words after a place: that of a word is its segment's number, then its own within the segment.
pub(crate) async fn list_words(
    db: &PgPool,
    id: ItemId,
    after: i64,
    rows: i64,
) -> Result<Vec<Word>, sqlx::Error> {
    sqlx::query_as!(
        Word,
        r#"
        select (voice_segments.segment_number::bigint << 32) + word.number as "place!",
               word.value ->> 'word' as "word!", (word.value ->> 'start')::double precision as start,
               (word.value ->> 'end')::double precision as "end", (word.value ->> 'confidence')::double precision as confidence
        from voice_segments
        cross join jsonb_array_elements(voice_segments.words) with ordinality as word (value, number)
        where voice_segments.item_id = $1
          and voice_segments.attempt = (select text_attempt from items where id = $1)
          and voice_segments.segment_number >= ($2::bigint >> 32)::integer
          and (voice_segments.segment_number::bigint << 32) + word.number > $2
        order by voice_segments.segment_number, word.number
        limit $3
        "#,
        id.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}
