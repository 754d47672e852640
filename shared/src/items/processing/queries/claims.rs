//! Leases on items: acquire, renew, schedule retries and defer.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::super::{Job, events::Finalized};
use crate::items::lease::{LEASE, Lease, Leased};

/// Leases the item for this instance. When a file has just been uploaded, the item also moves from `draft`, `failed` or
/// `rejected` to `processing`, and a next upload becomes the current upload. Parallel deliveries of one event wait for
/// the first delivery, and then find the item leased. If this instance dies, maintenance restarts the item at
/// `next_attempt_at`, after a pause that grows with each attempt.
pub(in super::super) async fn lease(
    db: &PgPool,
    event: &Finalized,
    now: OffsetDateTime,
) -> Result<Lease<Job>, sqlx::Error> {
    let object = event.object;
    let row = sqlx::query!(
        r#"
        with locked as materialized (
            select items as stored, case when upload_no = $3 then '{}' else next_upload end as changes
            from items
            where id = $1 and project_id = $2 and kind = $4 and deleted_at is null
              and $3 in (upload_no, (next_upload ->> 'upload_no')::integer)
            for update
        ), item as materialized (
            select changes, id, project_id, kind, version, uploaded_by_id, upload_no, original_filename, content_type,
                   size_bytes, md5, needs_batch, operation, operation_started_at,
                   generation is null as is_new,
                   -- Polling an operation is no new attempt.
                   attempt + (operation is null)::integer as attempt, failure_count,
                   case
                       when generation is null and status in ('draft', 'failed', 'rejected') then 'arrived'
                       when generation is distinct from $5 then 'finished'
                       when status <> 'processing' then 'finished'
                       when lease_until > $6 then 'held'
                       else 'again'
                   end as found
            from locked
            cross join lateral jsonb_populate_record(stored, changes)
        ), arrived as materialized (
            select item_transition(
                item.id, item.version, 'processing', null, $6,
                jsonb_build_object('upload_no', upload_no)
                    || case when is_new then jsonb_build_object('uploaded_by_id', uploaded_by_id) else '{}' end,
                changes || jsonb_build_object(
                    'generation', $5::bigint, 'md5', coalesce($8, md5), 'submitted_at', $6::timestamptz,
                    'processed_at', null, 'attempt', attempt, 'failure_count', 0, 'lease_until', $7::timestamptz,
                    'next_attempt_at', $7::timestamptz,
                    'duplicate_of', (
                        select earlier.id
                        from items as earlier
                        where earlier.project_id = item.project_id
                          and earlier.md5 = $8
                          and earlier.size_bytes = item.size_bytes
                          and earlier.id <> item.id
                          and earlier.deleted_at is null
                        order by earlier.id
                        limit 1
                    )
                )
            ) as version
            from item
            where found = 'arrived'
        ), renamed as (
            insert into item_search (item_id, part, project_id, kind, words)
            select id, 0, project_id, kind, search_words(original_filename)
            from item
            where found = 'arrived' and changes <> '{}'
            on conflict on constraint item_search_pkey do update set words = excluded.words
        ), resumed as (
            update items
            set md5 = coalesce($8, items.md5), attempt = item.attempt, lease_until = $7,
                next_attempt_at = $6::timestamptz
                    + least(greatest($6 - items.submitted_at, $7 - $6::timestamptz), interval '1 hour')
            from item
            where items.id = item.id and found = 'again'
        )
        select item.found as "found!", item.attempt as "attempt!",
               case when arrived.version is null then item.failure_count else 0 end as "failure_count!",
               item.content_type as "content_type!", item.size_bytes as "size_bytes!",
               item.needs_batch as "needs_batch!", item.operation, item.operation_started_at,
               coalesce(voice_samples.requested_language, projects.language) as language
        from item
        left join arrived on true
        left join voice_samples on voice_samples.item_id = item.id
        left join projects on projects.id = item.project_id
        "#,
        object.item_id.0,
        object.project_id.0,
        object.upload_no,
        object.kind as _,
        event.generation,
        now,
        now + LEASE,
        event.md5,
    );
    let Some(row) = row.fetch_optional(db).await? else { return Ok(Lease::Absent) };
    Ok(match row.found.as_str() {
        "held" => Lease::Held,
        "finished" => Lease::Finished,
        _ => Lease::Acquired(Job {
            object,
            generation: event.generation,
            attempt: row.attempt,
            failure_count: row.failure_count,
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            language: row.language,
            needs_batch: row.needs_batch,
            operation: row.operation,
            operation_started_at: row.operation_started_at,
        }),
    })
}

impl Leased for Job {
    async fn renew(&self, db: &PgPool, until: OffsetDateTime) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update items set lease_until = $3
             where id = $1 and attempt = $2 and status = 'processing' and lease_until is not null",
            self.item_id().0,
            self.attempt,
            until,
        )
        .execute(db)
        .await?;
        Ok(())
    }

    async fn schedule_retry(&self, db: &PgPool, now: OffsetDateTime) -> Result<(), sqlx::Error> {
        schedule_retry(db, self, false, now).await
    }
}

/// Records a failed attempt, releases the lease, and pauses the item for as long as it has been waiting: from ten seconds
/// to an hour. The failure counts if `is_counted` is true, or if the engine has completed another item since the
/// previous failure. Jitter from the item's id spreads the retries after an outage.
pub(in super::super) async fn schedule_retry(
    db: &PgPool,
    job: &Job,
    is_counted: bool,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update items
        set lease_until = null,
            next_attempt_at = $3::timestamptz + least(
                greatest($3 - coalesce(operation_started_at, submitted_at), interval '10 seconds'), interval '1 hour'
            ) * (1 + (hashtext(id::text) & 255) / 1024.0),
            failure_count = failure_count + ($4 or exists (
                select from items as other
                where other.kind = items.kind
                  and other.status in ('pending_review', 'approved', 'rejected')
                  and other.processed_at > greatest(items.submitted_at, items.last_failed_at)
            ))::integer,
            last_failed_at = $3
        where id = $1 and attempt = $2 and status = 'processing'
        ",
        job.item_id().0,
        job.attempt,
        now,
        is_counted,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Releases the lease and schedules the next attempt. Items for batch operations wait until maintenance admits them.
/// Other items are retried after as long as they have waited so far, but after at least one and at most ten minutes.
pub(in super::super) async fn defer(
    db: &PgPool,
    job: &Job,
    needs_batch: bool,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        update items
        set lease_until = null,
            next_attempt_at = $3::timestamptz + case
                when needs_batch or $4 then interval '1 minute'
                else least(greatest($3 - submitted_at, interval '1 minute'), interval '10 minutes')
            end,
            needs_batch = needs_batch or $4
        where id = $1 and attempt = $2 and status = 'processing'
        ",
        job.item_id().0,
        job.attempt,
        now,
        needs_batch,
    )
    .execute(db)
    .await?;
    Ok(())
}
