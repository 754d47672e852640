//! Lists.

use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    search::search_items,
    select::{Row, select_items, select_items_from},
};
use crate::model::{Fragment, ItemRow};

/// Which items.
pub(crate) struct Filter<'a> {
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) status: Option<ItemStatus>,
    pub(crate) domain: Option<&'a str>,
    pub(crate) uploaded_by: Option<UserId>,
    pub(crate) after: Option<Uuid>,
    pub(crate) rows: i64,
}

/// An item of a list.
pub(crate) struct Found {
    pub(crate) row: ItemRow,
    /// Where the words of a search were found.
    pub(crate) snippet: Option<Vec<Fragment>>,
}

/// A page of items: the newest first, or the best for the words of a search.
pub(crate) async fn find_items(
    db: &PgPool,
    filter: &Filter<'_>,
    words: Option<&str>,
) -> Result<Vec<Found>, sqlx::Error> {
    match words {
        Some(words) => search_items(db, filter, words).await,
        None => list_items(db, filter).await,
    }
}

/// Walks the index that has the filter in it, by keyset. Each has a statement of its own: of one with optional
/// filters, the plan that serves them all reads a whole project for a few items.
async fn list_items(db: &PgPool, filter: &Filter<'_>) -> Result<Vec<Found>, sqlx::Error> {
    let project = filter.project_id.0;
    let user = filter.uploaded_by.map(|user| user.0);
    let rows = match (filter.domain, user, filter.status) {
        (Some(domain), ..) => by_domain(db, filter, domain).await?,
        (None, Some(user), _) => {
            select_items!(
                r"
            where items.project_id = $1
              and items.kind = $2
              and items.deleted_at is null
              and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
              and items.uploaded_by_id = $5
              and ($6::text is null or items.status = $6)
            order by items.id desc
            limit $4
            ",
                project,
                filter.kind as _,
                filter.after,
                filter.rows,
                user,
                filter.status as _,
            )
            .fetch_all(db)
            .await?
        }
        (None, None, Some(status)) => {
            select_items!(
                r"
            where items.project_id = $1
              and items.kind = $2
              and items.deleted_at is null
              and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
              and items.status = $5
            order by items.id desc
            limit $4
            ",
                project,
                filter.kind as _,
                filter.after,
                filter.rows,
                status as _,
            )
            .fetch_all(db)
            .await?
        }
        (None, None, None) => {
            select_items!(
                r"
            where items.project_id = $1
              and items.kind = $2
              and items.deleted_at is null
              and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
            order by items.id desc
            limit $4
            ",
                project,
                filter.kind as _,
                filter.after,
                filter.rows,
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(rows.into_iter().map(|row| Found { row: row.into(), snippet: None }).collect())
}

/// The label has its own table and index; what is asked of both tables lets Postgres walk the index of either,
/// whichever the filter leaves less of, or both side by side.
async fn by_domain(db: &PgPool, filter: &Filter<'_>, domain: &str) -> Result<Vec<Row>, sqlx::Error> {
    select_items_from!(
        "items join documents on documents.item_id = items.id",
        r"
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
        ",
        filter.project_id.0,
        filter.kind as _,
        filter.after,
        filter.rows,
        domain,
        filter.status as _,
        filter.uploaded_by.map(|user| user.0),
    )
    .fetch_all(db)
    .await
}
