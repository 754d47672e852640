//! The possible results of a step: the next step, the finished file, or a failure.

use serde_json::json;
use shared::{
    audit::{Action, Entry, Outcome},
    base::ids::ItemId,
    items::{Failure, ItemKind},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::model::{Advance, Job, Part};

/// Advances an export to the next step, unless another instance has taken over the lease. Returns whether it advanced.
/// `maintenance` repeats the message of the next step if no instance has started the step by `retry_at`.
pub(crate) async fn advance(
    db: &mut PgConnection,
    job: &Job,
    advance: &Advance,
    retry_at: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let Advance { position: start, items, total, created, of } = advance;
    let kind: Option<ItemKind> = start.map(|start| start.kind);
    let after: Option<ItemId> = start.and_then(|start| start.after);
    let numbers: Vec<i32> = of.iter().map(|part| part.number).collect();
    let advanced = sqlx::query_scalar!(
        r#"
        with export as (
            update exports
            set step = step + 1, attempts_since_progress = 0, position_kind = $4, position_id = $5, done = done + $6,
                total = greatest(coalesce(total, $7), done + $6), lease_until = null, next_attempt_at = $8
            where id = $1 and attempt = $2 and step = $3 and status = 'processing'
            returning id
        ), composed as (
            delete from export_parts
            using export
            where export_parts.export_id = export.id
              and export_parts.level = $9 - 1
              and export_parts.number = any($14)
        )
        insert into export_parts (export_id, level, number, attempt, generation, size_bytes)
        select id, $9, $10, $11, $12, $13 from export
        returning 1 as "advanced!"
        "#,
        job.id.0,
        job.attempt,
        job.step,
        kind as _,
        after as _,
        items,
        *total,
        retry_at,
        created.level,
        created.number,
        created.attempt,
        created.generation,
        created.size_bytes,
        &numbers,
    )
    .fetch_optional(db)
    .await?;
    Ok(advanced.is_some())
}

/// Marks an export as ready, unless another instance has taken over the lease. Returns whether it was marked.
pub(crate) async fn complete(
    db: &mut PgConnection,
    job: &Job,
    whole: &Part,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let entry = Entry::success(None, Action::ExportCompleted, job.id.0).in_project(job.project_id);
    let completed = sqlx::query!(
        "
        with completed as (
            update exports
            set status = 'ready', step = step + 1, total = done, file_attempt = $4, generation = $5, size_bytes = $6,
                completed_at = $7, lease_until = null, next_attempt_at = null
            where id = $1 and attempt = $2 and step = $3 and status = 'processing'
            returning id
        ), forgotten as (
            delete from export_parts using completed where export_parts.export_id = completed.id
        )
        select audit_record($8, $7)::text as recorded from completed
        ",
        job.id.0,
        job.attempt,
        job.step,
        whole.attempt,
        whole.generation,
        whole.size_bytes,
        now,
        entry.with(json!({"size_bytes": whole.size_bytes})).row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(completed.is_some())
}

/// Marks an export as failed, unless another instance has taken over the lease.
pub(crate) async fn fail(
    db: &PgPool,
    job: &Job,
    failure: &Failure,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let entry = Entry::success(None, Action::ExportFailed, job.id.0).in_project(job.project_id);
    let entry = Entry { outcome: Outcome::Failure, ..entry.with(json!({"code": failure.code})) };
    sqlx::query!(
        "
        with failed as (
            update exports
            set status = 'failed', failure_code = $4, failure_message = $5, completed_at = $6, lease_until = null,
                next_attempt_at = null
            where id = $1 and attempt = $2 and step = $3 and status = 'processing'
            returning id
        )
        select audit_record($7, $6)::text as recorded from failed
        ",
        job.id.0,
        job.attempt,
        job.step,
        failure.code,
        failure.message,
        now,
        entry.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}
