//! The end of an attempt: completed, failed, or restarted by a user.

use serde_json::json;
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};

use crate::{
    audit::{Entry, Outcome},
    base::ids::{ItemId, ProjectId, UserId},
    cloud::outbox::Outgoing,
    items::{Failure, ItemKind, ObjectName, Verb},
};

/// The time after which a scheduled task repeats the finalize message of a restarted item.
const RETRY_DELAY: Duration = Duration::minutes(5);

/// Completes an item once its text is complete: the status becomes `pending_review`, or `approved` in a project without
/// reviewers. Returns true if this call changed the status.
pub(in super::super) async fn complete(
    db: &PgPool,
    kind: ItemKind,
    item: ItemId,
    attempt: i32,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    // The SQL adds the project from the item.
    let entry = Entry::success(None, kind.action(Verb::Processed), item.0).with(json!({"attempt": attempt}));
    let completed = sqlx::query!(
        r#"
        with item as materialized (
            select id, project_id, kind, version, submitted_at
            from items
            where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
              and (
                  operation is null and not exists (select from result_shards where item_id = $1 and attempt = $2)
                  or (select count(*) = max(shard_count) from result_shards where item_id = $1 and attempt = $2)
              )
            for update
        ), text as materialized (
            select count(*) as parts, avg(confidence)::real as confidence,
                   mode() within group (order by language) as language
            from item_parts
            where item_id = $1 and attempt = $2
        ), transition as materialized (
            select item.id, item.project_id, item.kind, text.parts, item_transition(
                item.id,
                item.version,
                case when exists (
                    select
                    from project_members
                    join users on users.id = project_members.user_id
                    where project_members.project_id = item.project_id
                      and project_members.role = 'reviewer'
                      and users.deleted_at is null
                ) then 'pending_review' else 'approved' end,
                null,
                $3,
                jsonb_strip_nulls(jsonb_build_object(
                    'attempt', $2::integer, 'parts', text.parts, 'confidence', text.confidence,
                    'duration_seconds', (select duration_seconds from voice_samples where item_id = $1),
                    'seconds_to_text', extract(epoch from $3 - item.submitted_at)
                )),
                jsonb_build_object(
                    'text_attempt', $2::integer, 'confidence', text.confidence, 'language', text.language,
                    'operation', null, 'operation_started_at', null, 'progress_done', null, 'progress_total', null,
                    'progress_unit', null, 'lease_until', null, 'next_attempt_at', null,
                    'processed_at', $3::timestamptz, 'reviewed_by_id', null, 'reviewed_at', null, 'feedback', null,
                    'corrected_text', null
                )
            ) as version
            from item
            cross join text
        ), counted as (
            update documents set page_count = transition.parts from transition where documents.item_id = transition.id
        ), cleared as (
            delete from item_parts using transition where item_id = transition.id and item_parts.attempt <> $2
        ), cleared_shards as (
            delete from result_shards using transition where item_id = transition.id
        ), searched as (
            insert into item_search (item_id, part, project_id, kind, words)
            select transition.id, item_parts.number, transition.project_id, transition.kind, search_words(item_parts.text)
            from transition
            join item_parts on item_parts.item_id = transition.id and item_parts.attempt = $2
            on conflict on constraint item_search_pkey do update set words = excluded.words
        ), forgotten as (
            delete from item_search using transition
            where item_search.item_id = transition.id
              and item_search.part > 0
              and item_search.part not in (select number from item_parts where item_id = $1 and attempt = $2)
        )
        select transition.version, audit_record($4::jsonb || jsonb_build_object('project_id', project_id), $3)::text as recorded
        from transition
        "#,
        item.0,
        attempt,
        now,
        entry.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(completed.is_some())
}

/// Changes an item to `failed` if the attempt is still current. Returns true if this call changed the status.
///
/// # Errors
/// When the database cannot be reached.
pub async fn fail(
    db: impl PgExecutor<'_>,
    object: &ObjectName,
    attempt: i32,
    failure: &Failure,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let entry = Entry::success(None, object.kind.action(Verb::Failed), object.item_id.0);
    let entry = entry.in_project(object.project_id).with(json!({"code": failure.code}));
    let entry = Entry { outcome: Outcome::Failure, ..entry };
    let failed = sqlx::query!(
        r#"
        with item as materialized (
            select id, version from items
            where id = $1 and attempt = $2 and status = 'processing' and deleted_at is null
            for update
        ), transition as materialized (
            select item_transition(
                id, version, 'failed', null, $5, jsonb_build_object('attempt', $2::integer, 'code', $3::text),
                jsonb_build_object(
                    'failure_code', $3::text, 'failure_message', $4::text, 'operation', null,
                    'operation_started_at', null, 'progress_done', null, 'progress_total', null,
                    'progress_unit', null, 'lease_until', null, 'next_attempt_at', null,
                    'processed_at', $5::timestamptz
                )
            ) as version
            from item
        )
        select version, audit_record($6, $5)::text as recorded from transition
        "#,
        object.item_id.0,
        attempt,
        failure.code,
        failure.message,
        now,
        entry.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(failed.is_some())
}

/// A failed item whose file is stored.
#[derive(Debug, Clone)]
pub struct Restartable {
    /// The name of the uploaded object.
    pub object: ObjectName,
    /// The generation of the object.
    pub generation: i64,
    /// The base64-encoded MD5 of the file.
    pub md5: Option<String>,
    /// The version of the item.
    pub version: i32,
}

/// Finds a failed item that can be processed again, and locks its row.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find_restartable(
    db: &mut PgConnection,
    item: ItemId,
) -> Result<Option<Restartable>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
               generation as "generation!", md5, version
        from items
        where id = $1 and status = 'failed' and generation is not null and deleted_at is null
        for update
        "#,
        item.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Restartable {
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

/// Returns a failed item to `processing` and adds its finalize message to the outbox.
///
/// # Errors
/// When the database cannot be reached.
pub async fn restart(
    db: &mut PgConnection,
    item: &Restartable,
    actor: UserId,
    message: &Outgoing,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let ObjectName { kind, project_id, item_id, .. } = item.object;
    let entry = Entry::success(Some(actor), kind.action(Verb::Reprocessed), item_id.0).in_project(project_id);
    sqlx::query!(
        "
        with transition as materialized (
            select item_transition(
                $1, $2, 'processing', $3, $4, '{}',
                jsonb_build_object(
                    'failure_count', 0, 'submitted_at', $4::timestamptz, 'processed_at', null, 'lease_until', null,
                    'next_attempt_at', $5::timestamptz
                )
            ) as version
        )
        select version, audit_record($6, $4)::text as recorded, outbox_add($7, $4)::text as sent
        from transition
        where version is not null
        ",
        item_id.0,
        item.version,
        actor.0,
        now,
        now + RETRY_DELAY,
        entry.with(json!({"version": item.version + 1})).row()?,
        message.row(),
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}
