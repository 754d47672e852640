//! How an attempt ends: with its text, with a failure, or with another attempt that a person asks for.

use serde_json::json;
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::super::Finalized;
use crate::{
    audit::{Action, Entry, Outcome},
    base::ids::{ItemId, ProjectId},
    items::{Failure, ItemKind, ObjectName},
};

/// Moves an item on whose text is all there: to a reviewer, or to `approved` when the project has none; whether
/// this call did.
pub(in super::super) async fn complete(
    db: &PgPool,
    kind: ItemKind,
    item: ItemId,
    attempt: i32,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    // The project is added from the item itself.
    let entry = Entry::success(None, kind.either(Action::DocumentProcessed, Action::VoiceProcessed), item.0);
    let entry = entry.with(json!({"attempt": attempt}));
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
                   jsonb_strip_nulls(jsonb_build_object(
                       'attempt', attempt, 'parts', (select count(*) from parts), 'confidence', confidence,
                       'duration_seconds', (select duration_seconds from voice_samples where item_id = $1),
                       'seconds_to_text', extract(epoch from $3 - submitted_at)
                   ))
            from moved
        )
        select audit_record($4::jsonb || jsonb_build_object('project_id', project_id), $3)::text as recorded
        from moved
        "#,
        item.0,
        attempt,
        now,
        entry.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(moved.is_some())
}

/// Moves an item to `failed`, if it has not moved on.
pub(in super::super) async fn fail(
    db: &PgPool,
    object: &ObjectName,
    attempt: i32,
    failure: &Failure,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let action = object.kind.either(Action::DocumentFailed, Action::VoiceFailed);
    let entry = Entry::success(None, action, object.item_id.0).in_project(object.project_id);
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
        object.item_id.0,
        attempt,
        failure.code,
        failure.message,
        now,
        json!({"attempt": attempt, "code": failure.code}),
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
    let object = &event.object;
    let attempt = sqlx::query_scalar!(
        "
        select attempt
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
    match attempt {
        Some(attempt) => fail(db, object, attempt, &Failure::gave_up(), now).await,
        None => Ok(false),
    }
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
