//! Queries of the exported items and their texts.

use serde_json::Value;
use shared::base::ids::ItemId;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{Batch, ChunkStart, Item, Job, Text, TextPart};

/// The size in bytes above which a text is read separately.
const LONG_TEXT_BYTES: i64 = 32 << 10;
/// The maximum size of the parts of a text that are read in one query, in bytes.
const PIECE: i64 = 1 << 20;
/// The maximum number of parts of a text that are read in one query.
const PARTS: i64 = 200;

/// Counts the items to export. Until they are written, the number is an estimate.
pub(crate) async fn count_items(db: &PgPool, job: &Job) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select count(*) as "count!"
        from items
        where project_id = $1 and id < $2 and deleted_at is null and ($3::text is null or status = $3)
        "#,
        job.project_id.0,
        job.id.0,
        job.item_status,
    )
    .fetch_one(db)
    .await
}

struct Row {
    id: ItemId,
    kind: String,
    project_id: Uuid,
    uploaded_by_id: Uuid,
    original_filename: String,
    content_type: String,
    size_bytes: i64,
    status: String,
    failure_code: Option<String>,
    failure_message: Option<String>,
    duplicate_of: Option<Uuid>,
    submitted_at: Option<OffsetDateTime>,
    processed_at: Option<OffsetDateTime>,
    reviewed_by_id: Option<Uuid>,
    reviewed_at: Option<OffsetDateTime>,
    feedback: Option<String>,
    confidence: Option<f32>,
    language: Option<String>,
    version: i32,
    created_at: OffsetDateTime,
    kind_fields: Value,
    text_attempt: Option<i32>,
    text_bytes: Option<i64>,
    text: Option<String>,
    corrected_bytes: Option<i64>,
    corrected_text: Option<String>,
}

impl From<Row> for Item {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            project_id: row.project_id,
            uploaded_by_id: row.uploaded_by_id,
            original_filename: row.original_filename,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            status: row.status,
            failure_code: row.failure_code,
            failure_message: row.failure_message,
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
            kind_fields: row.kind_fields,
            text_attempt: row.text_attempt,
            text: Text::new(row.text, row.text_bytes),
            corrected_text: Text::new(row.corrected_text, row.corrected_bytes),
        }
    }
}

/// Lists the next items of a chunk, with their short texts.
pub(crate) async fn list_items(
    db: &PgPool,
    job: &Job,
    start: ChunkStart,
    limit: i64,
) -> Result<Batch, sqlx::Error> {
    let ids = list_ids(db, job, start, limit).await?;
    let next = match ids.last() {
        Some(last) if i64::try_from(ids.len()) == Ok(limit) => {
            Some(ChunkStart { kind: start.kind, after: Some(ItemId(*last)) })
        }
        _ => start.next_kind(),
    };
    Ok(Batch { items: get_items(db, &ids).await?, next })
}

/// Lists ids of items. The filters with and without a status have separate statements, so that each uses its index.
async fn list_ids(db: &PgPool, job: &Job, start: ChunkStart, limit: i64) -> Result<Vec<Uuid>, sqlx::Error> {
    let (project, until) = (job.project_id.0, job.id.0);
    let after = start.after.map_or(Uuid::nil(), |item| item.0);
    match &job.item_status {
        None => {
            sqlx::query_scalar!(
                "
                select id
                from items
                where project_id = $1 and kind = $2 and id > $3 and id < $4 and deleted_at is null
                order by id
                limit $5
                ",
                project,
                start.kind as _,
                after,
                until,
                limit,
            )
            .fetch_all(db)
            .await
        }
        Some(status) => {
            sqlx::query_scalar!(
                "
                select id
                from items
                where project_id = $1 and kind = $2 and id > $3 and id < $4 and deleted_at is null and status = $6
                order by id
                limit $5
                ",
                project,
                start.kind as _,
                after,
                until,
                limit,
                status,
            )
            .fetch_all(db)
            .await
        }
    }
}

/// Gets items in the order of their ids, with their short texts. Sizes are computed without reading the texts.
async fn get_items(db: &PgPool, ids: &[Uuid]) -> Result<Vec<Item>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id as "id!: ItemId", kind as "kind!", project_id as "project_id!", uploaded_by_id as "uploaded_by_id!",
               original_filename as "original_filename!", content_type as "content_type!", size_bytes as "size_bytes!",
               status as "status!", failure_code, failure_message, live_duplicate_of as duplicate_of, submitted_at,
               processed_at, reviewed_by_id, reviewed_at, feedback, confidence, language, version as "version!",
               created_at as "created_at!", kind_fields as "kind_fields!", text_attempt,
               sizes.bytes as "text_bytes?",
               case when sizes.bytes <= $2 then (
                   select string_agg(text, E'\n' order by number)
                   from item_parts
                   where item_id = id and attempt = text_attempt
               ) end as "text?",
               octet_length(corrected_text)::bigint as "corrected_bytes?",
               case when octet_length(corrected_text) <= $2 then corrected_text end as "corrected_text?"
        from item_details
        cross join lateral (
            select sum(octet_length(text))::bigint as bytes
            from item_parts
            where item_id = id and attempt = text_attempt
        ) as sizes
        where id = any($1) and deleted_at is null
        order by id
        "#,
        ids,
        LONG_TEXT_BYTES,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Item::from).collect())
}

/// Gets the text of an item as corrected by a reviewer.
pub(crate) async fn get_corrected_text(db: &PgPool, item: &Item) -> Result<Option<String>, sqlx::Error> {
    let text = sqlx::query_scalar!("select corrected_text from items where id = $1", item.id.0);
    Ok(text.fetch_optional(db).await?.flatten())
}

/// Lists the next parts of an item's text, up to [`PIECE`] but at least one.
pub(crate) async fn list_text_parts(
    db: &PgPool,
    item: &Item,
    after: Option<i32>,
) -> Result<Vec<TextPart>, sqlx::Error> {
    sqlx::query_as!(
        TextPart,
        r#"
        select number as "number!", text as "text!"
        from (
            select number, text, sum(octet_length(text)) over (order by number) - octet_length(text) as before
            from (
                select number, text
                from item_parts
                where item_id = $1 and attempt = $2 and number > $3
                order by number
                limit $4
            ) as parts
        ) as sized
        where before < $5
        order by number
        "#,
        item.id.0,
        item.text_attempt.unwrap_or_default(),
        after.unwrap_or(-1),
        PARTS,
        PIECE,
    )
    .fetch_all(db)
    .await
}
