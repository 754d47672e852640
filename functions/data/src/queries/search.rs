//! Full-text search in file names and texts, best matches first.

use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::model::{Filter, Found, Fragment, Place};

/// The number of matches that are ranked. The newest matches are chosen.
const CANDIDATES: i32 = 1000;
/// The start and end marks of a match. These characters are removed from texts.
const MARKS: [char; 2] = ['\u{2}', '\u{3}'];
/// Replaces `<` in a headline, because `ts_headline` drops text that looks like markup.
const LESS_THAN: char = '\u{4}';

/// Finds the best matches after a place.
pub(crate) async fn search_items(
    db: &PgPool,
    filter: &Filter,
    words: &str,
    after: Option<Place>,
    rows: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    let hits = sqlx::query!(
        r#"
        with candidates as materialized (
            select item_id, part, rank
            from search_candidates($1, $2, websearch_to_tsquery('simple', $3), $4, $5, $6, $9)
        ), best as (
            select distinct on (item_id) item_id, part, rank from candidates order by item_id, rank desc, part
        ), page as (
            select item_id, part, rank
            from best
            where $7::uuid is null or (rank, item_id) < ($10, $7)
            order by rank desc, item_id desc
            limit $8
        )
        select page.item_id as "item_id!: ItemId", page.rank as "rank!",
               ts_headline(
                   'simple',
                   translate(
                       left(coalesce(item_parts.text, items.original_filename), 100000),
                       '<' || chr(4) || chr(2) || chr(3),
                       chr(4)
                   ),
                   websearch_to_tsquery('simple', $3),
                   format('StartSel=%s, StopSel=%s, MaxFragments=2, MaxWords=24, MinWords=8', chr(2), chr(3))
               ) as "headline!"
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
        words,
        filter.status as _,
        filter.domain,
        filter.uploaded_by.map(|user| user.0),
        after.map(|(_, id)| id),
        rows,
        CANDIDATES,
        after.map(|(rank, _)| rank),
    )
    .fetch_all(db)
    .await?;
    let found = hits.into_iter().map(|hit| Found {
        id: hit.item_id,
        rank: hit.rank,
        snippet: fragments(&hit.headline),
    });
    Ok(found.collect())
}

/// Splits a headline at its marks. Every second piece is a match.
fn fragments(headline: &str) -> Vec<Fragment> {
    let pieces = headline.split(MARKS).enumerate();
    pieces
        .map(|(number, text)| Fragment { text: text.replace(LESS_THAN, "<"), highlighted: number % 2 == 1 })
        .filter(|fragment| !fragment.text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Fragment, fragments};

    #[test]
    fn a_headline_is_split_at_its_marks() {
        let fragment = |text: &str, highlighted| Fragment { text: text.to_owned(), highlighted };
        assert_eq!(
            fragments("Dear \u{2}Mrs.\u{3} \u{4}b>Albright\u{4}/b>"),
            [fragment("Dear ", false), fragment("Mrs.", true), fragment(" <b>Albright</b>", false)]
        );
        assert_eq!(fragments("\u{2}all\u{3}"), [fragment("all", true)]);
        assert_eq!(fragments(""), []);
    }
}
