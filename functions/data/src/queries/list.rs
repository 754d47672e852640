//! Lists, newest first.

use shared::{
    ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
};
use sqlx::PgPool;
use uuid::Uuid;

use super::select::select_items;
use crate::model::ItemRow;

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

/// Walks the index that has the filter in it, by keyset: by status, by uploader, by label, or that over all items
/// of the project.
pub(crate) async fn list_items(db: &PgPool, filter: &Filter<'_>) -> Result<Vec<ItemRow>, sqlx::Error> {
    let rows = if let Some(domain) = filter.domain {
        select_items!(
            r"
            where documents.project_id = $1
              and documents.domain = $4
              and items.kind = $2
              and items.deleted_at is null
              and documents.item_id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
              and ($5::text is null or items.status = $5)
              and ($6::uuid is null or items.uploaded_by_id = $6)
            order by documents.item_id desc
            limit $7
            ",
            filter.project_id.0,
            filter.kind as _,
            filter.after,
            domain,
            filter.status as _,
            filter.uploaded_by.map(|user| user.0),
            filter.rows,
        )
        .fetch_all(db)
        .await?
    } else {
        select_items!(
            r"
            where items.project_id = $1
              and items.kind = $2
              and items.deleted_at is null
              and items.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
              and ($4::text is null or items.status = $4)
              and ($5::uuid is null or items.uploaded_by_id = $5)
            order by items.id desc
            limit $6
            ",
            filter.project_id.0,
            filter.kind as _,
            filter.after,
            filter.status as _,
            filter.uploaded_by.map(|user| user.0),
            filter.rows,
        )
        .fetch_all(db)
        .await?
    };
    Ok(rows.into_iter().map(ItemRow::from).collect())
}
