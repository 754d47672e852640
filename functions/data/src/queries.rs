//! All SQL of `data`.

use shared::{
    ids::{ItemId, ProjectId, UserId},
    items::{Failure, ItemStatus},
};
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    model::{Document, DocumentRow, Progress},
    routes::{
        create_document::CreateDocument,
        list_documents::{ListDocuments, UploadedBy},
    },
};

/// The columns of a document, as every query here selects them.
struct Row {
    id: ItemId,
    project_id: ProjectId,
    uploaded_by_id: UserId,
    original_filename: String,
    content_type: String,
    size_bytes: i64,
    crc32c: Option<String>,
    upload_no: i32,
    status: ItemStatus,
    failure_code: Option<String>,
    failure_message: Option<String>,
    progress_done: Option<i64>,
    progress_total: Option<i64>,
    progress_unit: Option<String>,
    duplicate_of: Option<Uuid>,
    submitted_at: Option<OffsetDateTime>,
    processed_at: Option<OffsetDateTime>,
    reviewed_by_id: Option<Uuid>,
    reviewed_at: Option<OffsetDateTime>,
    feedback: Option<String>,
    domain: Option<String>,
    page_count: Option<i32>,
    confidence: Option<f32>,
    language: Option<String>,
    version: i32,
    created_at: OffsetDateTime,
}

/// Selects documents; the rest of the statement follows.
macro_rules! select_documents {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"
            select items.id as "id: ItemId", items.project_id as "project_id: ProjectId",
                   items.uploaded_by_id as "uploaded_by_id: UserId", items.original_filename, items.content_type,
                   items.size_bytes, items.crc32c, items.upload_no, items.status as "status: ItemStatus",
                   items.failure_code, items.failure_message, items.progress_done, items.progress_total,
                   items.progress_unit, items.duplicate_of, items.submitted_at, items.processed_at,
                   items.reviewed_by_id, items.reviewed_at, items.feedback,
                   documents.domain, documents.page_count, items.confidence, items.language,
                   items.version, items.created_at
            from items
            join documents on documents.item_id = items.id
            "# + $rest,
            $($argument),*
        )
    };
}

impl From<Row> for DocumentRow {
    fn from(row: Row) -> Self {
        let failure = row.failure_code.map(|code| {
            let message = row.failure_message.unwrap_or_default();
            Failure { code, message }
        });
        let progress = match (row.progress_done, row.progress_total, row.progress_unit) {
            (Some(done), Some(total), Some(unit)) => Some(Progress { done, total, unit }),
            _ => None,
        };
        let document = Document {
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
            domain: row.domain,
            page_count: row.page_count,
            confidence: row.confidence,
            language: row.language,
            version: row.version,
            created_at: row.created_at,
        };
        Self { document, crc32c: row.crc32c, upload_no: row.upload_no }
    }
}

/// A draft: the item and its document.
pub(crate) async fn insert_document(
    db: &mut PgConnection,
    id: ItemId,
    user: UserId,
    new: &CreateDocument,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with item as (
            insert into items
                (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, crc32c, created_at)
            values ($1, $2, $3, 'document', $4, $5, $6, $7, $8)
            returning id
        )
        insert into documents (item_id, domain) select id, $9 from item
        ",
        id.0,
        new.project_id.0,
        user.0,
        new.filename,
        new.content_type.as_str(),
        new.size_bytes,
        new.crc32c,
        now,
        new.domain,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn get_document(
    db: impl PgExecutor<'_>,
    id: ItemId,
) -> Result<Option<DocumentRow>, sqlx::Error> {
    let row = select_documents!("where items.id = $1 and items.deleted_at is null", id.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(DocumentRow::from))
}

/// The text of all pages; null when there are none.
pub(crate) async fn get_text(db: &PgPool, id: ItemId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select string_agg(text, E'\\n' order by page_number) from document_pages where item_id = $1",
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Walks the index over (project, kind, id), or the one with the status in it, by keyset.
pub(crate) async fn list_documents(
    db: &PgPool,
    query: &ListDocuments,
    caller: UserId,
) -> Result<Vec<Document>, sqlx::Error> {
    let rows = select_documents!(
        r"
        where items.project_id = $1
          and items.kind = 'document'
          and items.deleted_at is null
          and items.id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and ($3::text is null or items.status = $3)
          and ($4::text is null or documents.domain = $4)
          and ($5::uuid is null or items.uploaded_by_id = $5)
        order by items.id desc
        limit $6
        ",
        query.project_id.0,
        query.cursor.map(|cursor| cursor.0),
        query.status as _,
        query.domain,
        (query.uploaded_by == Some(UploadedBy::Me)).then_some(caller.0),
        query.limit.rows(),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| DocumentRow::from(row).document).collect())
}

/// Opens the next upload of a document whose last one arrived and ended badly; asking twice opens one.
pub(crate) async fn begin_next_upload(db: &PgPool, id: ItemId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update items set upload_no = upload_no + 1, generation = null, md5 = null, attempt = 0
        where id = $1 and status in ('failed', 'rejected') and generation is not null and deleted_at is null
        ",
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}
