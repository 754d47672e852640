//! The SQL of processing: each step is one statement, and so one transaction.

use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Finalized, Job};
use crate::{
    audit::{Action, Entry, Outcome},
    ids::{ItemId, ProjectId},
    items::{Failure, ItemKind, ObjectName},
};

/// What a delivery may do with the item that it speaks of.
pub(super) enum Claim {
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
pub(super) async fn claim(
    db: &PgPool,
    event: &Finalized,
    now: OffsetDateTime,
    lease: Duration,
) -> Result<Claim, sqlx::Error> {
    let object = event.object;
    let row = sqlx::query!(
        r#"
        with item as materialized (
            select id, status,
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
                   jsonb_build_object('upload_no', taken.upload_no)
            from item
            join taken on taken.id = item.id
            where found = 'arrived'
        )
        select item.found as "found!", taken.version as "version?", taken.attempt as "attempt?",
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
    let taken = row.version.zip(row.attempt).zip(row.tries).zip(row.content_type).zip(row.size_bytes);
    let Some(((((version, attempt), tries), content_type), size_bytes)) = taken else {
        return Ok(if row.found == "leased" { Claim::Leased } else { Claim::Finished });
    };
    Ok(Claim::Mine(Job {
        object,
        version,
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

/// The job of an attempt that is not over.
pub(super) async fn find_job(db: &PgPool, item: ItemId, attempt: i32) -> Result<Option<Job>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no, version, tries,
               content_type, size_bytes, needs_batch, operation, operation_started_at
        from items
        where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
        "#,
        item.0,
        attempt,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Job {
        object: ObjectName {
            kind: row.kind,
            project_id: row.project_id,
            item_id: item,
            upload_no: row.upload_no,
        },
        version: row.version,
        attempt,
        tries: row.tries,
        content_type: row.content_type,
        size_bytes: row.size_bytes,
        language: None,
        needs_batch: row.needs_batch,
        operation: row.operation,
        operation_started_at: row.operation_started_at,
    }))
}

/// Notes that a part of an attempt's output is stored, and how far the attempt is; each counts once.
pub(super) async fn record_shard(
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
                select count(*) from document_pages where document_pages.item_id = $1 and document_pages.attempt = $2
            ),
            progress_unit = 'pages',
            -- The last part is shorter: an estimate until it is there.
            progress_total = greatest(
                (select count(*) from document_pages where document_pages.item_id = $1 and document_pages.attempt = $2)
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

/// Moves an item on whose text is all there: to a reviewer, or to `approved` when the project has none; whether
/// this call did.
pub(super) async fn complete(
    db: &PgPool,
    item: ItemId,
    attempt: i32,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    // `audit_record` takes the project and the kind from the item itself.
    let entry = |action| Entry::success(None, action, item.0).with(json!({"attempt": attempt}));
    let moved = sqlx::query!(
        r#"
        with item as (
            select id
            from items
            where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
              and (
                  operation is null and not exists (select from result_shards where item_id = $1 and attempt = $2)
                  or (select count(*) = max(shard_count) from result_shards where item_id = $1 and attempt = $2)
              )
            for update
        ), moved as (
            update items
            set status = case when exists (
                    select
                    from project_members
                    join users on users.id = project_members.user_id
                    where project_members.project_id = items.project_id
                      and project_members.role = 'reviewer'
                      and users.deleted_at is null
                ) then 'pending_review' else 'approved' end,
                version = version + 1,
                text_attempt = $2,
                confidence = coalesce(
                    (select avg(confidence)::real from document_pages where item_id = $1 and attempt = $2),
                    (select avg(confidence)::real from voice_segments where item_id = $1 and attempt = $2)
                ),
                language = coalesce(
                    (select mode() within group (order by language) from document_pages where item_id = $1 and attempt = $2),
                    (select mode() within group (order by language) from voice_segments where item_id = $1 and attempt = $2)
                ),
                operation = null,
                operation_started_at = null,
                progress_done = null,
                progress_total = null,
                progress_unit = null,
                lease_until = null,
                next_attempt_at = null,
                processed_at = $3,
                reviewed_by_id = null,
                reviewed_at = null,
                feedback = null,
                corrected_text = null
            from item
            where items.id = item.id
            returning items.*
        ), counted as (
            update documents
            set page_count = (select count(*) from document_pages where item_id = $1 and attempt = $2)
            from moved
            where documents.item_id = moved.id
        ), cleared as (
            delete from document_pages using moved where item_id = moved.id and document_pages.attempt <> $2
        ), cleared_segments as (
            delete from voice_segments using moved where item_id = moved.id and voice_segments.attempt <> $2
        ), cleared_shards as (
            delete from result_shards using moved where item_id = moved.id
        ), parts as (
            select page_number as part, text from document_pages where item_id = $1 and attempt = $2
            union all
            select segment_number, text from voice_segments where item_id = $1 and attempt = $2
        ), searched as (
            insert into item_search (item_id, part, project_id, kind, words)
            select moved.id, parts.part, moved.project_id, moved.kind, search_words(parts.text)
            from moved
            cross join parts
            on conflict on constraint item_search_pkey do update set words = excluded.words
        ), forgotten as (
            delete from item_search using moved
            where item_search.item_id = moved.id
              and item_search.part > 0
              and item_search.part not in (select part from parts)
        ), recorded as (
            insert into item_transitions
                (item_id, project_id, kind, from_status, to_status, version, at, details)
            select id, project_id, kind, 'processing', status, version, $3,
                   jsonb_build_object('attempt', attempt, 'parts', (select count(*) from parts))
            from moved
        )
        select audit_record(
                   case kind when 'document' then $4::jsonb else $5 end || jsonb_build_object('project_id', project_id),
                   $3
               )::text as recorded
        from moved
        "#,
        item.0,
        attempt,
        now,
        entry(Action::DocumentProcessed).row()?,
        entry(Action::VoiceProcessed).row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(moved.is_some())
}

/// Moves an item to `failed`, if it has not moved on.
pub(super) async fn fail(
    db: &PgPool,
    job: &Job,
    failure: &Failure,
    details: Value,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let action = match job.object.kind {
        ItemKind::Document => Action::DocumentFailed,
        ItemKind::Voice => Action::VoiceFailed,
    };
    let entry = Entry::success(None, action, job.item_id().0).in_project(job.project_id());
    let entry = Entry { outcome: Outcome::Failure, ..entry.with(json!({"code": failure.code})) };
    let failed = sqlx::query!(
        r#"
        with item as (
            select id from items
            where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
            for update
        ), moved as (
            update items
            set status = 'failed', version = version + 1, failure_code = $3, failure_message = $4, operation = null,
                operation_started_at = null, progress_done = null, progress_total = null, progress_unit = null,
                lease_until = null, next_attempt_at = null, processed_at = $5
            from item
            where items.id = item.id
            returning items.*
        ), recorded as (
            insert into item_transitions
                (item_id, project_id, kind, from_status, to_status, version, at, details)
            select id, project_id, kind, 'processing', status, version, $5, $6 from moved
        )
        select audit_record($7, $5)::text as recorded from moved
        "#,
        job.item_id().0,
        job.attempt,
        failure.code,
        failure.message,
        now,
        details,
        entry.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(failed.is_some())
}

/// Fails the item whose event became a dead letter, unless somebody works on it or an operation does; whether it
/// did.
///
/// # Errors
/// When the database cannot be reached.
pub async fn give_up(db: &PgPool, event: &Finalized, now: OffsetDateTime) -> Result<bool, sqlx::Error> {
    let object = event.object;
    let job = sqlx::query!(
        "
        select version, attempt, tries, content_type, size_bytes
        from items
        where id = $1 and project_id = $2 and upload_no = $3 and generation = $4 and status = 'processing'
          and operation is null and coalesce(lease_until <= $5, true) and deleted_at is null
        ",
        object.item_id.0,
        object.project_id.0,
        object.upload_no,
        event.generation,
        now,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = job else { return Ok(false) };
    let job = Job {
        object,
        version: row.version,
        attempt: row.attempt,
        tries: row.tries,
        content_type: row.content_type,
        size_bytes: row.size_bytes,
        language: None,
        needs_batch: false,
        operation: None,
        operation_started_at: None,
    };
    let failure = Failure {
        code: "gave_up".to_owned(),
        message: "It could not be read after several attempts. Try again later.".to_owned(),
    };
    fail(db, &job, &failure, json!({"attempt": job.attempt, "code": failure.code}), now).await
}

/// What is needed to announce an upload's bytes once more.
#[derive(Debug, Clone)]
pub struct Restarted {
    /// The upload.
    pub object: ObjectName,
    /// Its generation.
    pub generation: i64,
    /// Base64 of its MD5.
    pub md5: Option<String>,
    /// The item's version now.
    pub version: i32,
}

/// Takes a failed item up again; `None` when it is not one whose bytes are there. Whoever calls sends the
/// finalize message with it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn restart(
    db: &mut PgConnection,
    item: ItemId,
    actor: Uuid,
    now: OffsetDateTime,
) -> Result<Option<Restarted>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        with item as (
            select id from items
            where id = $1 and status = 'failed' and generation is not null and deleted_at is null
            for update
        ), moved as (
            update items
            set status = 'processing', version = version + 1, failure_code = null, failure_message = null, tries = 0,
                submitted_at = $3, processed_at = null, lease_until = null, next_attempt_at = $4
            from item
            where items.id = item.id
            returning items.*
        ), recorded as (
            insert into item_transitions
                (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at)
            select id, project_id, kind, 'failed', status, version, $2, $3 from moved
        )
        select project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
               generation as "generation!", md5, version
        from moved
        "#,
        item.0,
        actor,
        now,
        now + Duration::minutes(5),
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Restarted {
        object: ObjectName {
            kind: row.kind,
            project_id: row.project_id,
            item_id: item,
            upload_no: row.upload_no,
        },
        generation: row.generation,
        md5: row.md5,
        version: row.version,
    }))
}

/// Keeps the lease, if it is still ours.
pub(super) async fn renew(db: &PgPool, job: &Job, until: OffsetDateTime) -> Result<(), sqlx::Error> {
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
pub(super) async fn release(db: &PgPool, job: &Job, fallback: OffsetDateTime) -> Result<(), sqlx::Error> {
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
pub(super) async fn defer(
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

/// Remembers the operation that reads the item; it is looked at from `poll_at` on.
pub(super) async fn begin_operation(
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

/// The operation goes on; it is looked at again from `poll_at` on.
pub(super) async fn wait(
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

/// The operation is gone; the next attempt begins at `next`.
pub(super) async fn end_operation(db: &PgPool, job: &Job, next: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items
         set operation = null, operation_started_at = null, lease_until = null, next_attempt_at = $3,
             progress_done = null, progress_total = null, progress_unit = null
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id().0,
        job.attempt,
        next,
    )
    .execute(db)
    .await?;
    Ok(())
}
