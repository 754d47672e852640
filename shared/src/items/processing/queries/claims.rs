//! Who works on an item, and until when.

use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::super::{Finalized, Job};

/// What a delivery may do with the item that it speaks of.
pub(in super::super) enum Claim {
    /// Work on it: the lease is ours.
    Mine(Job),
    /// Somebody works on it.
    Leased,
    /// It was read, or failed, already.
    Finished,
    /// There is no such item, or it has a later upload.
    Unknown,
}

/// Takes the item for one instance; if its bytes have just arrived, it leaves `draft` (or `failed`, `rejected`).
/// Fifty deliveries of one event wait here for the first, and find it taken.
pub(in super::super) async fn claim(
    db: &PgPool,
    event: &Finalized,
    now: OffsetDateTime,
    lease: Duration,
) -> Result<Claim, sqlx::Error> {
    let object = event.object;
    let row = sqlx::query!(
        r#"
        with item as materialized (
            select id, status, generation is null as is_new,
                   case
                       when generation is null and status in ('draft', 'failed', 'rejected') then 'arrived'
                       when generation is distinct from $5 then 'finished'
                       when status = 'failed' and $9 then 'arrived'
                       when status <> 'processing' then 'finished'
                       when lease_until > $6 then 'leased'
                       else 'again'
                   end as found
            from items
            where id = $1 and project_id = $2 and upload_no = $3 and kind = $4 and deleted_at is null
            for update
        ), taken as (
            update items
            set status = 'processing',
                version = version + (found = 'arrived')::integer,
                failure_code = null,
                failure_message = null,
                generation = $5,
                md5 = coalesce($8, md5),
                submitted_at = case when found = 'arrived' then $6 else submitted_at end,
                processed_at = null,
                -- Asking after an operation is no new attempt.
                attempt = attempt + (operation is null)::integer,
                tries = case when found = 'arrived' then 1 else tries + (operation is null)::integer end,
                lease_until = $7,
                next_attempt_at = null,
                duplicate_of = case when found = 'arrived' then (
                    select earlier.id
                    from items as earlier
                    where earlier.project_id = items.project_id
                      and earlier.md5 = $8
                      and earlier.size_bytes = items.size_bytes
                      and earlier.id <> items.id
                      and earlier.deleted_at is null
                    order by earlier.id
                    limit 1
                ) else duplicate_of end
            from item
            where items.id = item.id and found in ('arrived', 'again')
            returning items.*
        ), recorded as (
            insert into item_transitions
                (item_id, project_id, kind, from_status, to_status, version, at, details)
            select taken.id, taken.project_id, taken.kind, item.status, taken.status, taken.version, $6,
                   jsonb_build_object('upload_no', taken.upload_no) || case
                       when item.is_new then jsonb_build_object('uploaded_by_id', taken.uploaded_by_id) else '{}'
                   end
            from item
            join taken on taken.id = item.id
            where found = 'arrived'
        )
        select item.found as "found!", taken.attempt as "attempt?",
               taken.tries as "tries?", taken.content_type as "content_type?", taken.size_bytes as "size_bytes?",
               taken.needs_batch as "needs_batch?", taken.operation, taken.operation_started_at,
               coalesce(voice_samples.requested_language, projects.language) as language
        from item
        left join taken on taken.id = item.id
        left join voice_samples on voice_samples.item_id = taken.id
        left join projects on projects.id = taken.project_id
        "#,
        object.item_id.0,
        object.project_id.0,
        object.upload_no,
        object.kind as _,
        event.generation,
        now,
        now + lease,
        event.md5,
        event.replayed,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Claim::Unknown) };
    let taken = row.attempt.zip(row.tries).zip(row.content_type).zip(row.size_bytes);
    let Some((((attempt, tries), content_type), size_bytes)) = taken else {
        return Ok(if row.found == "leased" { Claim::Leased } else { Claim::Finished });
    };
    Ok(Claim::Mine(Job {
        object,
        attempt,
        tries,
        content_type,
        size_bytes,
        language: row.language,
        needs_batch: row.needs_batch.unwrap_or_default(),
        operation: row.operation,
        operation_started_at: row.operation_started_at,
    }))
}

/// Keeps the lease, if it is still ours.
pub(in super::super) async fn renew(
    db: &PgPool,
    job: &Job,
    until: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = $3
         where id = $1 and attempt = $2 and status = 'processing' and lease_until is not null",
        job.item_id().0,
        job.attempt,
        until,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the lease back at once, if it is still ours; maintenance looks after the item from `fallback` on.
pub(in super::super) async fn release(
    db: &PgPool,
    job: &Job,
    fallback: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = null, next_attempt_at = $3
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id().0,
        job.attempt,
        fallback,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the lease back until the quota allows more; such a try does not count.
pub(in super::super) async fn defer(
    db: &PgPool,
    job: &Job,
    needs_batch: bool,
    until: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items
         set lease_until = null, next_attempt_at = $3, tries = greatest(tries - 1, 0), needs_batch = needs_batch or $4
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id().0,
        job.attempt,
        until,
        needs_batch,
    )
    .execute(db)
    .await?;
    Ok(())
}
