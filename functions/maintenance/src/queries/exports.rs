//! Queries about project exports.

use serde_json::json;
use shared::{
    audit::{Action, Entry, Outcome},
    base::ids::{ExportId, ProjectId},
    items::{Failure, FailureCode},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// An export whose step is due.
pub(crate) struct StuckExport {
    pub(crate) id: ExportId,
    pub(crate) step: i32,
    /// The number of attempts since the last completed step.
    pub(crate) attempts_since_progress: i32,
}

/// Selects exports whose lease or pause has ended, and starts another pause, after which they are due again if their
/// message is lost. The pause is as long as the export is old, but at least five minutes and at most an hour.
pub(crate) async fn lease_stuck_exports(
    db: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<StuckExport>, sqlx::Error> {
    sqlx::query_as!(
        StuckExport,
        r#"
        with due as materialized (
            select exports.id
            from exports
            join projects on projects.id = exports.project_id and projects.deleted_at is null
            where exports.status = 'processing'
              and exports.kept_until > $1
              and coalesce(exports.next_attempt_at, exports.lease_until) <= $1
              and coalesce(exports.lease_until <= $1, true)
            order by coalesce(exports.next_attempt_at, exports.lease_until)
            limit $2
            for update of exports skip locked
        )
        update exports
        set next_attempt_at = $1::timestamptz
                + least(greatest($1 - created_at, interval '5 minutes'), interval '1 hour')
        from due
        where exports.id = due.id
        returning exports.id as "id: ExportId", exports.step, exports.attempts_since_progress
        "#,
        now,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Fails an export whose step has failed too often.
pub(crate) async fn fail(
    db: &mut PgConnection,
    export: &StuckExport,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let message = "The export failed after several attempts. Create another export later.";
    let failure = Failure::new(FailureCode::AttemptsExhausted, message);
    // The query adds the project's id from the row of the export.
    let entry = Entry::success(None, Action::ExportFailed, export.id.0).with(json!({"code": failure.code}));
    sqlx::query!(
        "
        with failed as (
            update exports
            set status = 'failed', failure_code = $3, failure_message = $4, completed_at = $5, lease_until = null,
                next_attempt_at = null
            where id = $1 and step = $2 and status = 'processing'
            returning project_id
        )
        select audit_record($6::jsonb || jsonb_build_object('project_id', project_id), $5)::text as recorded
        from failed
        ",
        export.id.0,
        export.step,
        failure.code,
        failure.message,
        now,
        Entry { outcome: Outcome::Failure, ..entry }.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Expires the exports of deleted projects.
pub(crate) async fn end_exports_of_deleted_projects(
    db: &PgPool,
    now: OffsetDateTime,
    limit: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update exports set kept_until = $1
        where id in (
            select exports.id
            from projects
            cross join lateral (
                select id from exports where exports.project_id = projects.id and exports.kept_until > $1 limit $2
            ) as exports
            where projects.deleted_at <= $1
            limit $2
        )
        ",
        now,
        limit,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An expired export.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OldExport {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) kept_until: OffsetDateTime,
}

/// Lists expired exports without a lease, after a given export.
pub(crate) async fn list_old(
    db: &PgPool,
    now: OffsetDateTime,
    after: Option<OldExport>,
    limit: i64,
) -> Result<Vec<OldExport>, sqlx::Error> {
    sqlx::query_as!(
        OldExport,
        r#"
        select id as "id: ExportId", project_id as "project_id: ProjectId", kept_until
        from exports
        where kept_until <= $1
          and (kept_until, id) > (coalesce($2, '-infinity'::timestamptz), $3::uuid)
          and coalesce(lease_until <= $1, true)
        order by exports.kept_until, id
        limit $4
        "#,
        now,
        after.map(|after| after.kept_until),
        after.map_or(Uuid::nil(), |after| after.id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// Deletes the rows of expired exports whose objects are deleted.
pub(crate) async fn delete(db: &PgPool, exports: &[Uuid], now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!("delete from exports where id = any($1) and kept_until <= $2", exports, now)
        .execute(db)
        .await?;
    Ok(deleted.rows_affected())
}
