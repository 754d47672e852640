//! All SQL of `ocr` that is its own.

use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::pages::RecognisedPage;

/// Stores pages under an attempt; those that are there already stay.
pub(crate) async fn insert_pages(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    pages: &[RecognisedPage],
) -> Result<(), sqlx::Error> {
    let numbers: Vec<i32> = pages.iter().map(|page| page.number).collect();
    let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
    let confidences: Vec<f32> = pages.iter().map(|page| page.confidence).collect();
    let languages: Vec<Option<String>> = pages.iter().map(|page| page.language.clone()).collect();
    let layouts: Vec<serde_json::Value> =
        pages.iter().map(|page| serde_json::to_value(&page.blocks).unwrap_or_default()).collect();
    sqlx::query!(
        "
        insert into document_pages (item_id, attempt, page_number, text, confidence, language, layout)
        select $1, $2, * from unnest($3::integer[], $4::text[], $5::real[], $6::text[], $7::jsonb[])
        on conflict on constraint document_pages_pkey do nothing
        ",
        item.0,
        attempt,
        &numbers,
        &texts as _,
        &confidences,
        &languages as _,
        &layouts,
    )
    .execute(db)
    .await?;
    Ok(())
}
