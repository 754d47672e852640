//! Queries of items by their ids.

use serde_json::Value;
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{Failure, ItemKind, ItemStatus, ObjectName},
};
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{AwaitedUpload, Item, ItemRow, LockedItem, Progress};

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
    own: Value,
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
            own: row.own,
        }
    }
}

pub(crate) async fn get_item(db: impl PgExecutor<'_>, id: ItemId) -> Result<Option<ItemRow>, sqlx::Error> {
    Ok(get_items(db, &[id]).await?.pop())
}

/// Gets the items that exist, in any order.
pub(crate) async fn get_items(db: impl PgExecutor<'_>, ids: &[ItemId]) -> Result<Vec<ItemRow>, sqlx::Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id as "id!: ItemId", project_id as "project_id!: ProjectId", uploaded_by_id as "uploaded_by_id!: UserId",
               kind as "kind!: ItemKind", original_filename as "original_filename!", content_type as "content_type!",
               size_bytes as "size_bytes!", crc32c, resumable as "resumable!", upload_no as "upload_no!", generation,
               type_checked as "type_checked!", status as "status!: ItemStatus", failure_code, failure_message,
               progress_done, progress_total, progress_unit, duplicate_of as "duplicate_of: ItemId", submitted_at,
               processed_at, reviewed_by_id as "reviewed_by_id: UserId", reviewed_at, feedback, corrected_text, confidence,
               language, version as "version!", created_at as "created_at!", own as "own!"
        from item_details
        where id = any($1) and deleted_at is null
        "#,
        &ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(ItemRow::from).collect())
}

/// Gets an item and locks it.
pub(crate) async fn lock_item(db: &mut PgConnection, id: ItemId) -> Result<Option<LockedItem>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select project_id as "project_id!: ProjectId", kind as "kind!: ItemKind", status as "status!: ItemStatus",
               version as "version!",
               case
                   when status = 'draft' then upload_no
                   else coalesce((next_upload ->> 'upload_no')::integer, last_upload_no + 1)
               end as "upload_no!",
               coalesce(next_upload ->> 'original_filename', original_filename) as "original_filename!",
               coalesce(next_upload ->> 'content_type', content_type) as "content_type!",
               coalesce((next_upload ->> 'size_bytes')::bigint, size_bytes) as "size_bytes!",
               case when next_upload is null then crc32c else next_upload ->> 'crc32c' end as crc32c,
               coalesce((next_upload ->> 'resumable')::boolean, resumable) as "resumable!",
               status = 'draft' or next_upload is not null as "is_requested!",
               own ->> 'domain' as domain, own ->> 'requested_language' as requested_language
        from item_details
        where id = $1 and deleted_at is null
        for update
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
        awaited: AwaitedUpload {
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
