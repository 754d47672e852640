//! Queries of the texts of items: whole texts, pages and words.

use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::model::{DocumentPage, Word};

/// Gets the text that the engine produced for an item, if there is one.
pub(crate) async fn item_text(db: &PgPool, id: ItemId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r"
        select string_agg(item_parts.text, E'\n' order by number)
        from items
        join item_parts on item_parts.item_id = items.id and item_parts.attempt = items.text_attempt
        where items.id = $1
        ",
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Lists the pages after the page number `after`.
pub(crate) async fn list_pages(
    db: &PgPool,
    id: ItemId,
    after: i32,
    rows: i64,
) -> Result<Vec<DocumentPage>, sqlx::Error> {
    sqlx::query_as!(
        DocumentPage,
        r#"
        select number as page_number, text, confidence, language,
               coalesce(layout, '[]') as "layout!"
        from item_parts
        where item_id = $1 and attempt = (select text_attempt from items where id = $1) and number > $2
        order by number
        limit $3
        "#,
        id.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

/// Lists the words after the position `after`. The position of a word combines the number of its segment and its number
/// within the segment.
pub(crate) async fn list_words(
    db: &PgPool,
    id: ItemId,
    after: i64,
    rows: i64,
) -> Result<Vec<Word>, sqlx::Error> {
    sqlx::query_as!(
        Word,
        r#"
        select (item_parts.number::bigint << 32) + word.number as "place!",
               word.value ->> 'word' as "word!", (word.value ->> 'start')::double precision as start,
               (word.value ->> 'end')::double precision as "end",
               (word.value ->> 'confidence')::double precision as confidence, item_parts.channel
        from item_parts
        cross join jsonb_array_elements(item_parts.words) with ordinality as word (value, number)
        where item_parts.item_id = $1
          and item_parts.attempt = (select text_attempt from items where id = $1)
          and item_parts.number >= ($2::bigint >> 32)::integer
          and (item_parts.number::bigint << 32) + word.number > $2
        order by item_parts.number, word.number
        limit $3
        "#,
        id.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}
