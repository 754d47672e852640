//! Batch operations and the shards of their output.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::super::Job;
use crate::{
    base::ids::{ItemId, ProjectId},
    items::{ItemKind, ObjectName},
};

/// Finds the upload of an attempt, unless the attempt has ended.
pub(in super::super) async fn find_upload(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
) -> Result<Option<ObjectName>, sqlx::Error> {
    sqlx::query_as!(
        ObjectName,
        r#"
        select kind as "kind: ItemKind", project_id as "project_id: ProjectId", id as "item_id: ItemId", upload_no
        from items
        where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
        "#,
        item.0,
        attempt,
    )
    .fetch_optional(db)
    .await
}

/// Records the operation that processes the item. It is polled from `poll_at` on.
pub(in super::super) async fn begin_operation(
    db: &PgPool,
    job: &Job,
    operation: &str,
    now: OffsetDateTime,
    poll_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items
         set operation = $3, operation_started_at = $4, needs_batch = true, lease_until = null, next_attempt_at = $5
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id().0,
        job.attempt,
        operation,
        now,
        poll_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records that the operation is still running. It is polled again from `poll_at` on.
pub(in super::super) async fn wait(
    db: &PgPool,
    job: &Job,
    percent: Option<i64>,
    poll_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items
         set lease_until = null, next_attempt_at = $3,
             progress_done = case when $4::bigint is null then progress_done else $4 end,
             progress_total = case when $4::bigint is null then progress_total else 100 end,
             progress_unit = case when $4::bigint is null then progress_unit else 'percent' end
         where id = $1 and attempt = $2 and status = 'processing' and operation is not null",
        job.item_id().0,
        job.attempt,
        poll_at,
        percent,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records that the operation has not started yet, so that its age does not include its time in the queue. It is polled
/// again from `poll_at` on.
pub(in super::super) async fn wait_in_queue(
    db: &PgPool,
    job: &Job,
    now: OffsetDateTime,
    poll_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = null, operation_started_at = $3, next_attempt_at = $4
         where id = $1 and attempt = $2 and status = 'processing' and operation is not null",
        job.item_id().0,
        job.attempt,
        now,
        poll_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Releases the lease without a result. Maintenance repeats the finalize message soon.
pub(in super::super) async fn release(
    db: &PgPool,
    job: &Job,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = null, next_attempt_at = $3
         where id = $1 and attempt = $2 and status = 'processing' and operation is null",
        job.item_id().0,
        job.attempt,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records that the operation ended without a result, as `failures` of the item. The next attempt begins at `next`.
pub(in super::super) async fn end_operation(
    db: &PgPool,
    job: &Job,
    failures: i32,
    now: OffsetDateTime,
    next: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items
         set operation = null, operation_started_at = null, lease_until = null, next_attempt_at = $3,
             progress_done = null, progress_total = null, progress_unit = null,
             failure_count = failure_count + $4, last_failed_at = $5
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id().0,
        job.attempt,
        next,
        failures,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records an output shard as stored, and the progress of the attempt. Idempotent.
pub(in super::super) async fn record_shard(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    index: i32,
    count: i32,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with stored as (
            insert into result_shards (item_id, attempt, shard_index, shard_count) values ($1, $2, $3, $4)
            on conflict on constraint result_shards_pkey do nothing
        )
        update items
        set progress_done = (
                select count(*) from item_parts where item_parts.item_id = $1 and item_parts.attempt = $2
            ),
            progress_unit = 'pages',
            -- The last shard is shorter: an estimate until it is there.
            progress_total = greatest(
                (select count(*) from item_parts where item_parts.item_id = $1 and item_parts.attempt = $2)
                    * $4 / greatest((select count(*) from result_shards where item_id = $1 and attempt = $2), 1),
                1
            )
        where id = $1 and attempt = $2 and status = 'processing' and kind = 'document'
        ",
        item.0,
        attempt,
        index,
        count,
    )
    .execute(db)
    .await?;
    Ok(())
}
