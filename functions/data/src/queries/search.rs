//! Full-text search in file names and texts, best matches first.

use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::{
    model::{Filter, Found, Place},
    search::{Terms, excerpt},
};

/// The maximum number of matches that are ranked. If there are more, the newest matches are ranked.
const CANDIDATES: i32 = 1000;
/// The number of characters at the start of a text in which matches are marked.
const MARKED: i32 = 50_000;

/// Lists the best matches after a sort key.
pub(crate) async fn search_items(
    db: &PgPool,
    filter: &Filter,
    words: &str,
    after: Option<Place>,
    rows: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    let terms = Terms::parse(words);
    let hits = sqlx::query!(
        r#"
        with candidates as materialized (
            select item_id, part, rank
            from search_candidates($1, $2, search_query($3, $4, $5, $6), $7, $8, $9, $10)
        ), best as (
            select distinct on (item_id) item_id, part, rank from candidates order by item_id, rank desc, part
        ), page as (
            select item_id, part, rank
            from best
            where $11::uuid is null or (rank, item_id) < ($12, $11)
            order by rank desc, item_id desc
            limit $13
        )
        select page.item_id as "item_id!: ItemId", page.rank as "rank!",
               left(coalesce(item_parts.text, items.original_filename), $14) as "text!"
        from page
        join items on items.id = page.item_id
        left join item_parts
               on item_parts.item_id = items.id
              and item_parts.attempt = items.text_attempt
              and item_parts.number = page.part
        order by page.rank desc, page.item_id desc
        "#,
        filter.project_id.0,
        filter.kind as _,
        &terms.texts,
        &terms.alternatives,
        &terms.are_excluded,
        &terms.are_prefixes,
        filter.status as _,
        filter.domain,
        filter.uploaded_by.map(|user| user.0),
        CANDIDATES,
        after.map(|(_, id)| id),
        after.map(|(rank, _)| rank),
        rows,
        MARKED,
    )
    .fetch_all(db)
    .await?;
    let found = hits.into_iter().map(|hit| Found {
        id: hit.item_id,
        rank: hit.rank,
        snippet: excerpt(&hit.text, &terms),
    });
    Ok(found.collect())
}
