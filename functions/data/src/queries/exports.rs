//! Exports that were asked for.

use shared::{
    base::ids::{ExportId, ProjectId, UserId},
    items::{Failure, ItemStatus, exports::ExportFormat},
};
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::model::{Export, ExportProgress, ExportStatus};

/// Exports of a project that may be under way at once.
const AT_ONCE: i64 = 5;
/// How long the first message has until maintenance repeats it.
const PATIENCE: Duration = Duration::minutes(5);

/// An export to be made.
pub(crate) struct NewExport {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) requested_by: UserId,
    pub(crate) format: ExportFormat,
    pub(crate) status: Option<ItemStatus>,
    pub(crate) kept_until: OffsetDateTime,
}

/// Inserts an export, unless as many of the project are under way as may be; whether it did.
pub(crate) async fn insert_export(
    db: &mut PgConnection,
    new: &NewExport,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    // Whoever asks at the same time waits here, and counts this one.
    sqlx::query!("select id from projects where id = $1 for no key update", new.project_id.0)
        .fetch_optional(&mut *db)
        .await?;
    let inserted = sqlx::query!(
        "
        insert into exports
            (id, project_id, requested_by_id, format, item_status, kept_until, created_at, next_attempt_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where (select count(*) from exports where project_id = $2 and status = 'processing' and kept_until > $7) < $9
        ",
        new.id.0,
        new.project_id.0,
        new.requested_by.0,
        new.format as _,
        new.status as _,
        new.kept_until,
        now,
        now + PATIENCE,
        AT_ONCE,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// An export's row: what the answer shows, and which object and generation its file is.
pub(crate) struct ExportRow {
    pub(crate) export: Export,
    pub(crate) file: Option<(i32, i64)>,
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
        let failure = row.failure_code.map(|code| {
            let message = row.failure_message.unwrap_or_default();
            Failure { code, message }
        });
        let export = Export {
            id: row.id,
            project_id: row.project_id,
            requested_by_id: row.requested_by_id,
            format: row.format,
            item_status: row.item_status,
            status: row.status,
            failure,
            progress: ExportProgress { done: row.done, total: row.total },
            size_bytes: row.size_bytes,
            created_at: row.created_at,
            completed_at: row.completed_at,
            kept_until: row.kept_until,
        };
        Self { export, file: row.file_attempt.zip(row.generation) }
    }
}

/// Selects exports; the rest of the statement follows.
macro_rules! select_exports {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"
            select id as "id: ExportId", project_id as "project_id: ProjectId",
                   requested_by_id as "requested_by_id: UserId", format as "format: ExportFormat",
                   item_status as "item_status: ItemStatus", status as "status: ExportStatus", failure_code,
                   failure_message, done, total, file_attempt, generation, size_bytes, created_at, completed_at,
                   kept_until
            from exports
            "# + $rest,
            $($argument),*
        )
    };
}

pub(crate) async fn get_export(
    db: impl PgExecutor<'_>,
    id: ExportId,
    now: OffsetDateTime,
) -> Result<Option<ExportRow>, sqlx::Error> {
    let row = select_exports!("where id = $1 and kept_until > $2", id.0, now).fetch_optional(db).await?;
    Ok(row.map(ExportRow::from))
}

/// Those of a project after another one, newest first.
pub(crate) async fn list_exports(
    db: &PgPool,
    project: ProjectId,
    after: Option<Uuid>,
    rows: i64,
    now: OffsetDateTime,
) -> Result<Vec<ExportRow>, sqlx::Error> {
    let rows = select_exports!(
        "
        where project_id = $1
          and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and kept_until > $4
        order by id desc
        limit $3
        ",
        project.0,
        after,
        rows,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(ExportRow::from).collect())
}
