//! Queries of items: by their ids, and the newest of a project.

use serde_json::Value;
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{Failure, ItemKind, ItemStatus, ObjectName},
};
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{Filter, IncompleteUpload, Item, ItemRow, LockedItem, Progress};

struct Row {
    id: ItemId,
    project_id: ProjectId,
    uploaded_by_id: UserId,
    kind: ItemKind,
    original_filename: String,
    content_type: String,
    size_bytes: i64,
    crc32c: Option<String>,
    resumable: bool,
    upload_no: i32,
    generation: Option<i64>,
    type_checked: bool,
    status: ItemStatus,
    failure_code: Option<String>,
    failure_message: Option<String>,
    progress_done: Option<i64>,
    progress_total: Option<i64>,
    progress_unit: Option<String>,
    duplicate_of: Option<ItemId>,
    submitted_at: Option<OffsetDateTime>,
    processed_at: Option<OffsetDateTime>,
    reviewed_by_id: Option<UserId>,
    reviewed_at: Option<OffsetDateTime>,
    feedback: Option<String>,
    corrected_text: Option<String>,
    confidence: Option<f32>,
    language: Option<String>,
    version: i32,
    created_at: OffsetDateTime,
    kind_fields: Value,
}

impl From<Row> for ItemRow {
    fn from(row: Row) -> Self {
        let progress = match (row.progress_done, row.progress_total, row.progress_unit) {
            (Some(done), Some(total), Some(unit)) => Some(Progress { done, total, unit }),
            _ => None,
        };
        let item = Item {
            id: row.id,
            project_id: row.project_id,
            uploaded_by_id: row.uploaded_by_id,
            original_filename: row.original_filename,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            status: row.status,
            failure: Failure::from_columns(row.failure_code, row.failure_message),
            progress,
            duplicate_of: row.duplicate_of,
            submitted_at: row.submitted_at,
            processed_at: row.processed_at,
            reviewed_by_id: row.reviewed_by_id,
            reviewed_at: row.reviewed_at,
            feedback: row.feedback,
            confidence: row.confidence,
            language: row.language,
            version: row.version,
            created_at: row.created_at,
        };
        let object = ObjectName {
            kind: row.kind,
            project_id: row.project_id,
            item_id: row.id,
            upload_no: row.upload_no,
        };
        Self {
            item,
            object,
            generation: row.generation,
            type_checked: row.type_checked,
            crc32c: row.crc32c,
            resumable: row.resumable,
            corrected_text: row.corrected_text,
            kind_fields: row.kind_fields,
        }
    }
}

/// Selects items. `$rest` is the statement from its `from` clause on, where `items` are rows of `item_details`.
macro_rules! select_items {
    ($rest:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"
            select items.id as "id!: ItemId", items.project_id as "project_id!: ProjectId",
                   items.uploaded_by_id as "uploaded_by_id!: UserId", items.kind as "kind!: ItemKind",
                   items.original_filename as "original_filename!", items.content_type as "content_type!",
                   items.size_bytes as "size_bytes!", items.crc32c, items.resumable as "resumable!",
                   items.upload_no as "upload_no!", items.generation,
                   items.type_checked as "type_checked!", items.status as "status!: ItemStatus",
                   items.failure_code, items.failure_message, items.progress_done, items.progress_total,
                   items.progress_unit, items.live_duplicate_of as "duplicate_of: ItemId", items.submitted_at,
                   items.processed_at, items.reviewed_by_id as "reviewed_by_id: UserId", items.reviewed_at,
                   items.feedback, items.corrected_text, items.confidence, items.language, items.version as "version!",
                   items.created_at as "created_at!", items.kind_fields as "kind_fields!"
            "# + $rest,
            $($argument),*
        )
    };
}

pub(crate) async fn get_item(db: impl PgExecutor<'_>, id: ItemId) -> Result<Option<ItemRow>, sqlx::Error> {
    Ok(get_items(db, &[id]).await?.pop())
}

/// Gets the items that exist, in any order.
pub(crate) async fn get_items(db: impl PgExecutor<'_>, ids: &[ItemId]) -> Result<Vec<ItemRow>, sqlx::Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = select_items!(
        "from item_details as items where items.id = any($1) and items.deleted_at is null",
        &ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(ItemRow::from).collect())
}

/// Lists the newest items after the item `after`.
pub(crate) async fn list_items(
    db: &PgPool,
    filter: &Filter,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<ItemRow>, sqlx::Error> {
    let after = after.unwrap_or(Uuid::max());
    let mut items = Vec::new();
    for kind in ItemKind::ALL.into_iter().filter(|kind| filter.kind.is_none_or(|only| only == *kind)) {
        items.extend(list_kind(db, filter, kind, after, rows).await?);
    }
    // Merge the newest items of each kind into the newest of all kinds.
    items.sort_unstable_by_key(|row| std::cmp::Reverse(row.id.0));
    items.truncate(usize::try_from(rows).unwrap_or_default());
    Ok(items.into_iter().map(ItemRow::from).collect())
}

/// Lists the newest items of a kind with a keyset condition, from the index that covers the filter. Each filter has its
/// own statement, because the generic plan of a statement with optional filters reads a whole project for a few items.
async fn list_kind(
    db: &PgPool,
    filter: &Filter,
    kind: ItemKind,
    after: Uuid,
    rows: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    let project = filter.project_id.0;
    match (&filter.domain, filter.uploaded_by, filter.status) {
        // The domain has its own table and index. With conditions on both tables, Postgres can use the more selective
        // index, or both.
        (Some(domain), uploaded_by, status) => {
            let listed = select_items!(
                "
                from item_details as items
                join documents on documents.item_id = items.id
                where documents.project_id = $1
                  and documents.domain = $5
                  and items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < $3
                  and documents.item_id < $3
                  and ($6::text is null or items.status = $6)
                  and ($7::uuid is null or items.uploaded_by_id = $7)
                order by documents.item_id desc
                limit $4
                ",
                project,
                kind as _,
                after,
                rows,
                domain,
                status as _,
                uploaded_by as _,
            );
            listed.fetch_all(db).await
        }
        (None, Some(user), status) => {
            let listed = select_items!(
                "
                from item_details as items
                where items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < $3
                  and items.uploaded_by_id = $5
                  and ($6::text is null or items.status = $6)
                order by items.id desc
                limit $4
                ",
                project,
                kind as _,
                after,
                rows,
                user.0,
                status as _,
            );
            listed.fetch_all(db).await
        }
        (None, None, Some(status)) => {
            let listed = select_items!(
                "
                from item_details as items
                where items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < $3
                  and items.status = $5
                order by items.id desc
                limit $4
                ",
                project,
                kind as _,
                after,
                rows,
                status as _,
            );
            listed.fetch_all(db).await
        }
        (None, None, None) => {
            let listed = select_items!(
                "
                from item_details as items
                where items.project_id = $1
                  and items.kind = $2
                  and items.deleted_at is null
                  and items.id < $3
                order by items.id desc
                limit $4
                ",
                project,
                kind as _,
                after,
                rows,
            );
            listed.fetch_all(db).await
        }
    }
}

/// Gets an item and locks it.
pub(crate) async fn lock_item(db: &mut PgConnection, id: ItemId) -> Result<Option<LockedItem>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select project_id as "project_id!: ProjectId", kind as "kind!: ItemKind", status as "status!: ItemStatus",
               version as "version!", upload_no as "upload_no!", original_filename as "original_filename!",
               content_type as "content_type!", size_bytes as "size_bytes!", crc32c, resumable as "resumable!",
               status = 'draft' or next_upload is not null as "is_requested!",
               kind_fields ->> 'domain' as domain, kind_fields ->> 'requested_language' as requested_language
        from (
            select item_details as stored,
                   case
                       when status = 'draft' then '{}'
                       else coalesce(next_upload, jsonb_build_object('upload_no', last_upload_no + 1))
                   end as changes
            from item_details
            where id = $1 and deleted_at is null
            for update
        ) as locked
        cross join lateral jsonb_populate_record(stored, changes)
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| LockedItem {
        id,
        project_id: row.project_id,
        kind: row.kind,
        status: row.status,
        version: row.version,
        incomplete_upload: IncompleteUpload {
            upload_no: row.upload_no,
            original_filename: row.original_filename,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            crc32c: row.crc32c,
            resumable: row.resumable,
        },
        is_requested: row.is_requested,
        domain: row.domain,
        requested_language: row.requested_language,
    }))
}
