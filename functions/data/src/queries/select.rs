//! The columns of an item, as every query here selects them.

use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{Failure, ItemKind, ItemStatus, ObjectName},
};
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{Item, ItemRow, Progress};

pub(super) struct Row {
    pub(super) id: ItemId,
    pub(super) project_id: ProjectId,
    pub(super) uploaded_by_id: UserId,
    pub(super) kind: ItemKind,
    pub(super) original_filename: String,
    pub(super) content_type: String,
    pub(super) size_bytes: i64,
    pub(super) crc32c: Option<String>,
    pub(super) resumable: bool,
    pub(super) upload_no: i32,
    pub(super) generation: Option<i64>,
    pub(super) status: ItemStatus,
    pub(super) failure_code: Option<String>,
    pub(super) failure_message: Option<String>,
    pub(super) progress_done: Option<i64>,
    pub(super) progress_total: Option<i64>,
    pub(super) progress_unit: Option<String>,
    pub(super) duplicate_of: Option<Uuid>,
    pub(super) submitted_at: Option<OffsetDateTime>,
    pub(super) processed_at: Option<OffsetDateTime>,
    pub(super) reviewed_by_id: Option<Uuid>,
    pub(super) reviewed_at: Option<OffsetDateTime>,
    pub(super) feedback: Option<String>,
    pub(super) corrected_text: Option<String>,
    pub(super) confidence: Option<f32>,
    pub(super) language: Option<String>,
    pub(super) version: i32,
    pub(super) created_at: OffsetDateTime,
    pub(super) domain: Option<String>,
    pub(super) page_count: Option<i32>,
    pub(super) duration_seconds: Option<f64>,
    pub(super) requested_language: Option<String>,
}

/// Selects items; the rest of the statement follows.
macro_rules! select_items {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        crate::queries::select::select_items_from!(
            // One row at a time: joined as tables, they may be merged, which reads all before the first that is wanted.
            r"
            items
            left join lateral (
                select domain, page_count from documents where item_id = items.id and items.kind = 'document' limit 1
            ) as documents on true
            ",
            $rest,
            $($argument),*
        )
    };
}
pub(super) use select_items;

/// Selects items from what begins with them and what is only documents'; the rest of the statement follows.
macro_rules! select_items_from {
    ($from:tt, $rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            crate::queries::select::Row,
            r#"
            select items.id as "id: ItemId", items.project_id as "project_id: ProjectId",
                   items.uploaded_by_id as "uploaded_by_id: UserId", items.kind as "kind: ItemKind",
                   items.original_filename, items.content_type, items.size_bytes, items.crc32c, items.resumable,
                   items.upload_no, items.generation, items.status as "status: ItemStatus", items.failure_code,
                   items.failure_message, items.progress_done, items.progress_total, items.progress_unit,
                   items.duplicate_of, items.submitted_at, items.processed_at, items.reviewed_by_id,
                   items.reviewed_at, items.feedback, items.corrected_text, items.confidence, items.language,
                   items.version, items.created_at, documents.domain as "domain?",
                   documents.page_count as "page_count?", voice_samples.duration_seconds as "duration_seconds?",
                   voice_samples.requested_language as "requested_language?"
            from "# + $from + r#"
            left join lateral (
                select duration_seconds, requested_language
                from voice_samples
                where item_id = items.id and items.kind = 'voice'
                limit 1
            ) as voice_samples on true
            "# + $rest,
            $($argument),*
        )
    };
}
pub(super) use select_items_from;

impl From<Row> for ItemRow {
    fn from(row: Row) -> Self {
        let failure = row.failure_code.map(|code| {
            let message = row.failure_message.unwrap_or_default();
            Failure { code, message }
        });
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
            failure,
            progress,
            duplicate_of: row.duplicate_of.map(ItemId),
            submitted_at: row.submitted_at,
            processed_at: row.processed_at,
            reviewed_by_id: row.reviewed_by_id.map(UserId),
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
            crc32c: row.crc32c,
            resumable: row.resumable,
            corrected_text: row.corrected_text,
            domain: row.domain,
            page_count: row.page_count,
            duration_seconds: row.duration_seconds,
            requested_language: row.requested_language,
        }
    }
}

pub(crate) async fn get_item(db: impl PgExecutor<'_>, id: ItemId) -> Result<Option<ItemRow>, sqlx::Error> {
    let row =
        select_items!("where items.id = $1 and items.deleted_at is null", id.0).fetch_optional(db).await?;
    Ok(row.map(ItemRow::from))
}

/// Those of the items that are there.
pub(crate) async fn get_items(db: impl PgExecutor<'_>, ids: &[ItemId]) -> Result<Vec<ItemRow>, sqlx::Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows =
        select_items!("where items.id = any($1) and items.deleted_at is null", &ids).fetch_all(db).await?;
    Ok(rows.into_iter().map(ItemRow::from).collect())
}

/// The item, kept from changing.
pub(crate) async fn lock_item(
    db: &mut sqlx::PgConnection,
    id: ItemId,
) -> Result<Option<ItemRow>, sqlx::Error> {
    let row = select_items!("where items.id = $1 and items.deleted_at is null for update of items", id.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(ItemRow::from))
}
