//! Lists of item ids. A second query gets the items of a page.

use shared::{base::ids::ItemId, items::ItemKind};
use sqlx::PgPool;

use super::search::search_items;
use crate::model::{Filter, Found};

/// Finds a page of items: the newest first or, in a search, the best matches first.
pub(crate) async fn find_items(db: &PgPool, filter: &Filter) -> Result<Vec<Found>, sqlx::Error> {
    if let Some(words) = &filter.words {
        return search_items(db, filter, words).await;
    }
    let mut ids = match filter.kind {
        Some(kind) => list_newest(db, filter, kind).await?,
        None => {
            let mut ids = Vec::new();
            for kind in ItemKind::ALL {
                ids.extend(list_newest(db, filter, kind).await?);
            }
            ids
        }
    };
    // Merge the newest items of each kind into the newest of all kinds.
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(id.0));
    ids.truncate(usize::try_from(filter.limit.rows()).unwrap_or_default());
    Ok(ids.into_iter().map(|id| Found { id, snippet: None }).collect())
}

/// Lists the newest items with a keyset condition, from the index that covers the filter. Each filter has its own
/// statement, because the generic plan of a statement with optional filters reads a whole project for a few items.
async fn list_newest(db: &PgPool, filter: &Filter, kind: ItemKind) -> Result<Vec<ItemId>, sqlx::Error> {
    let (project, after, rows) = (filter.project_id.0, filter.after, filter.limit.rows());
    match (&filter.domain, filter.uploaded_by, filter.status) {
        // The domain has its own table and index. With conditions on both tables, Postgres can use the more selective
        // index, or both.
        (Some(domain), uploaded_by, status) => {
            sqlx::query_scalar!(
                r#"
                select items.id as "id: ItemId"
                from items
                join documents on documents.item_id = items.id
                where documents.project_id = $1
                  and documents.domain = $5
                  and items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
                  and documents.item_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
                  and ($6::text is null or items.status = $6)
                  and ($7::uuid is null or items.uploaded_by_id = $7)
                order by documents.item_id desc
                limit $4
                "#,
                project,
                kind as _,
                after,
                rows,
                domain,
                status as _,
                uploaded_by as _,
            )
            .fetch_all(db)
            .await
        }
        (None, Some(user), status) => {
            sqlx::query_scalar!(
                r#"
                select id as "id: ItemId"
                from items
                where items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
                  and items.uploaded_by_id = $5
                  and ($6::text is null or items.status = $6)
                order by items.id desc
                limit $4
                "#,
                project,
                kind as _,
                after,
                rows,
                user.0,
                status as _,
            )
            .fetch_all(db)
            .await
        }
        (None, None, Some(status)) => {
            sqlx::query_scalar!(
                r#"
                select id as "id: ItemId"
                from items
                where items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
                  and items.status = $5
                order by items.id desc
                limit $4
                "#,
                project,
                kind as _,
                after,
                rows,
                status as _,
            )
            .fetch_all(db)
            .await
        }
        (None, None, None) => {
            sqlx::query_scalar!(
                r#"
                select id as "id: ItemId"
                from items
                where items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
                order by items.id desc
                limit $4
                "#,
                project,
                kind as _,
                after,
                rows,
            )
            .fetch_all(db)
            .await
        }
    }
}
