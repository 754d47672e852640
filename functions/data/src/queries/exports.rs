//! Queries of project exports.

use shared::{
    base::ids::{ExportId, ProjectId, UserId},
    identity::quota::lock_user,
    items::{
        Failure, ItemStatus,
        exports::{ExportFormat, ExportStatus},
    },
};
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::model::{Export, ExportProgress, ExportRow, NewExport};

/// The time after which `maintenance` repeats the first message.
const STEP_TIMEOUT: Duration = Duration::minutes(5);

/// Inserts an export, unless `max_concurrent` exports of the user are in progress. Returns whether it was inserted.
pub(crate) async fn insert_export(
    db: &mut PgConnection,
    new: &NewExport,
    max_concurrent: u32,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    lock_user(db, new.requested_by).await?;
    let inserted = sqlx::query!(
        "
        insert into exports
            (id, project_id, requested_by_id, format, item_status, kept_until, created_at, next_attempt_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where (
            select count(*) from exports where requested_by_id = $3 and status = 'processing' and kept_until > $7
        ) < $9
        ",
        new.id.0,
        new.project_id.0,
        new.requested_by.0,
        new.format as _,
        new.status as _,
        new.kept_until,
        now,
        now + STEP_TIMEOUT,
        i64::from(max_concurrent),
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

struct Row {
    id: ExportId,
    project_id: ProjectId,
    requested_by_id: UserId,
    format: ExportFormat,
    item_status: Option<ItemStatus>,
    status: ExportStatus,
    failure_code: Option<String>,
    failure_message: Option<String>,
    done: i64,
    total: Option<i64>,
    file_attempt: Option<i32>,
    generation: Option<i64>,
    size_bytes: Option<i64>,
    created_at: OffsetDateTime,
    completed_at: Option<OffsetDateTime>,
    kept_until: OffsetDateTime,
}

impl From<Row> for ExportRow {
    fn from(row: Row) -> Self {
        let export = Export {
            id: row.id,
            project_id: row.project_id,
            requested_by_id: row.requested_by_id,
            format: row.format,
            item_status: row.item_status,
            status: row.status,
            failure: Failure::from_columns(row.failure_code, row.failure_message),
            progress: ExportProgress { done: row.done, total: row.total },
            size_bytes: row.size_bytes,
            created_at: row.created_at,
            completed_at: row.completed_at,
            kept_until: row.kept_until,
        };
        Self { export, file: row.file_attempt.zip(row.generation) }
    }
}

pub(crate) async fn get_export(
    db: impl PgExecutor<'_>,
    id: ExportId,
    now: OffsetDateTime,
) -> Result<Option<ExportRow>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        r#"
        select id as "id: ExportId", project_id as "project_id: ProjectId",
               requested_by_id as "requested_by_id: UserId", format as "format: ExportFormat",
               item_status as "item_status: ItemStatus", status as "status: ExportStatus", failure_code,
               failure_message, done, total, file_attempt, generation, size_bytes, created_at, completed_at, kept_until
        from exports
        where id = $1 and kept_until > $2
        "#,
        id.0,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(ExportRow::from))
}

/// Lists the exports of a project after the export `after`, newest first.
pub(crate) async fn list_exports(
    db: &PgPool,
    project: ProjectId,
    after: Option<Uuid>,
    rows: i64,
    now: OffsetDateTime,
) -> Result<Vec<ExportRow>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id as "id: ExportId", project_id as "project_id: ProjectId",
               requested_by_id as "requested_by_id: UserId", format as "format: ExportFormat",
               item_status as "item_status: ItemStatus", status as "status: ExportStatus", failure_code,
               failure_message, done, total, file_attempt, generation, size_bytes, created_at, completed_at, kept_until
        from exports
        where project_id = $1
          and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and kept_until > $4
        order by id desc
        limit $3
        "#,
        project.0,
        after,
        rows,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(ExportRow::from).collect())
}
