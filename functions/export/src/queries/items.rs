//! What is exported.

use shared::items::ItemKind;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Job, Position};
use crate::item::{Item, Text};

/// A text that is longer is read by itself, in bytes.
const LONG: i64 = 32 << 10;
/// How much of a long text is read at once, in bytes, and in pages or segments.
const PIECE: i64 = 1 << 20;
const PARTS: i64 = 200;

/// How many items an export will have, as far as that can be told before they are written.
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
    id: shared::base::ids::ItemId,
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
    domain: Option<String>,
    page_count: Option<i32>,
    duration_seconds: Option<f64>,
    requested_language: Option<String>,
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
            domain: row.domain,
            page_count: row.page_count,
            duration_seconds: row.duration_seconds,
            requested_language: row.requested_language,
            text_attempt: row.text_attempt,
            text: Text::new(row.text, row.text_bytes),
            corrected_text: Text::new(row.corrected_text, row.corrected_bytes),
        }
    }
}

/// Selects the items of a kind, of which `$details` tells more, and whose text is made of `$parts` in the order of
/// `$number`; the short texts come along. Sizes are told without reading what they are of. Details are looked for one
/// by one: joined, they may be merged, which reads all before the first that is wanted.
macro_rules! select_items {
    ($details:tt, $parts:tt, $number:tt, $filter:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"
            select items.id as "id: _", items.kind, items.project_id, items.uploaded_by_id, items.original_filename,
                   items.content_type, items.size_bytes, items.status, items.failure_code, items.failure_message,
                   items.duplicate_of, items.submitted_at, items.processed_at, items.reviewed_by_id,
                   items.reviewed_at, items.feedback, items.confidence, items.language, items.version,
                   items.created_at, details.domain as "domain?", details.page_count as "page_count?",
                   details.duration_seconds as "duration_seconds?",
                   details.requested_language as "requested_language?", items.text_attempt,
                   sizes.bytes as "text_bytes?",
                   case when sizes.bytes <= $5 then (
                       select string_agg(parts.text, E'\n' order by "# + $number + r#")
                       from "# + $parts + r#" as parts
                       where parts.item_id = items.id and parts.attempt = items.text_attempt
                   ) end as "text?",
                   octet_length(items.corrected_text)::bigint as "corrected_bytes?",
                   case when octet_length(items.corrected_text) <= $5 then items.corrected_text end
                       as "corrected_text?"
            from items
            left join lateral (
                select * from ("# + $details + r#") as details where item_id = items.id limit 1
            ) as details on true
            cross join lateral (
                select sum(octet_length(parts.text))::bigint as bytes
                from "# + $parts + r#" as parts
                where parts.item_id = items.id and parts.attempt = items.text_attempt
            ) as sizes
            where items.project_id = $1
              and items.deleted_at is null
              and items.id > $2
              and items.id < $3
              and items.kind = "# + $filter + r#"
            order by items.id
            limit $4
            "#,
            $($argument),*
        )
    };
}

/// The items from a position on, with those texts that are short. Each kind with and without a state has a statement
/// of its own, which walks the index that holds the filter.
pub(crate) async fn list_items(
    db: &PgPool,
    job: &Job,
    position: Position,
    limit: i64,
) -> Result<Vec<Item>, sqlx::Error> {
    let project = job.project_id.0;
    let after = position.after.map_or(Uuid::nil(), |item| item.0);
    let until = job.id.0;
    macro_rules! listed {
        (document, $filter:tt $(, $status:expr)?) => {
            listed!(
                "select *, null::float8 as duration_seconds, null::text as requested_language from documents",
                "document_pages", "parts.page_number", $filter $(, $status)?
            )
        };
        (voice, $filter:tt $(, $status:expr)?) => {
            listed!(
                "select *, null::text as domain, null::integer as page_count from voice_samples",
                "voice_segments", "parts.segment_number", $filter $(, $status)?
            )
        };
        ($details:tt, $parts:tt, $number:tt, $filter:tt $(, $status:expr)?) => {
            select_items!($details, $parts, $number, $filter, project, after, until, limit, LONG $(, $status)?)
                .fetch_all(db)
                .await?
        };
    }
    let rows = match (position.kind, &job.item_status) {
        (ItemKind::Document, None) => listed!(document, "'document'"),
        (ItemKind::Document, Some(status)) => {
            listed!(document, "'document' and items.status = $6", status)
        }
        (ItemKind::Voice, None) => listed!(voice, "'voice'"),
        (ItemKind::Voice, Some(status)) => listed!(voice, "'voice' and items.status = $6", status),
    };
    Ok(rows.into_iter().map(Item::from).collect())
}

/// What a reviewer made of an item's text.
pub(crate) async fn get_corrected_text(db: &PgPool, item: &Item) -> Result<Option<String>, sqlx::Error> {
    let text = sqlx::query_scalar!("select corrected_text from items where id = $1", item.id.0);
    Ok(text.fetch_optional(db).await?.flatten())
}

/// A page or a segment of a text.
pub(crate) struct TextPart {
    pub(crate) number: i32,
    pub(crate) text: String,
}

/// The next parts of an item's text, as many as are in [`PIECE`], and one at least.
pub(crate) async fn list_text_parts(
    db: &PgPool,
    item: &Item,
    after: Option<i32>,
) -> Result<Vec<TextPart>, sqlx::Error> {
    macro_rules! select_parts {
        ($parts:tt) => {
            sqlx::query_as!(
                TextPart,
                r#"
                select number as "number!", text as "text!"
                from (
                    select number, text, sum(octet_length(text)) over (order by number) - octet_length(text) as before
                    from (
                        select * from ("# + $parts + r#") as parts
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
        };
    }
    match item.kind.as_str() {
        "voice" => select_parts!("select *, segment_number as number from voice_segments"),
        _ => select_parts!("select *, page_number as number from document_pages"),
    }
}
