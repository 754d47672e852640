//! Changes of items by users.

use serde_json::{Value, json};
use shared::base::ids::ItemId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::model::{Change, IncompleteUpload};

/// Changes the description of a draft's upload, and the search index of its name. If `entry` (for the audit log) is
/// `None`, the name, type and size are unchanged, so the version stays the same.
pub(crate) async fn describe_draft(
    db: &mut PgConnection,
    id: ItemId,
    upload: &IncompleteUpload,
    entry: Option<Value>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with described as (
            update items
            set original_filename = $2,
                content_type = $3,
                size_bytes = $4,
                crc32c = $5,
                resumable = $6,
                version = version + ($7::jsonb is not null)::integer,
                upload_url_renewed_at = $8,
                next_attempt_at = null
            where id = $1
            returning *
        ), searched as (
            insert into item_search (item_id, part, project_id, kind, words)
            select id, 0, project_id, kind, search_words(original_filename)
            from described
            where $7::jsonb is not null
            on conflict on constraint item_search_pkey do update set words = excluded.words
        )
        select case when $7::jsonb is not null then audit_record($7, $8)::text end as recorded from described
        ",
        id.0,
        upload.original_filename,
        upload.content_type,
        upload.size_bytes,
        upload.crc32c,
        upload.resumable,
        entry,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Records the next upload of a failed or rejected item. The current upload stays until the bytes of the next one
/// arrive.
pub(crate) async fn start_next_upload(
    db: &mut PgConnection,
    id: ItemId,
    upload: &IncompleteUpload,
    entry: Option<Value>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        with started as (
            update items
            set next_upload = $2::jsonb
                    || '{"generation": null, "md5": null, "type_checked": false, "needs_batch": false}',
                last_upload_no = $3,
                upload_url_renewed_at = $5,
                next_attempt_at = null
            where id = $1
            returning id
        )
        select case when $4::jsonb is not null then audit_record($4, $5)::text end as recorded from started
        "#,
        id.0,
        json!(upload),
        upload.upload_no,
        entry,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Sets the domain of a document, unless it is unchanged. For statistics, records the change as a transition from the
/// document's status to the same status.
pub(crate) async fn set_domain(
    db: &mut PgConnection,
    change: &Change,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with changed as (
            update documents set domain = $7 where item_id = $1 and domain is distinct from $7 returning item_id
        ), transition as materialized (
            select item_transition(
                item_id, $2, $3, $4, $5, jsonb_build_object('domain', $7::text, 'domain_before', $8::text), '{}'
            ) as version
            from changed
        )
        select version, audit_record($6, $5)::text as recorded from transition
        ",
        change.id.0,
        change.version,
        change.status as _,
        change.user.0,
        change.now,
        change.entry,
        after,
        before,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Sets the requested language of a voice sample, unless it is unchanged.
pub(crate) async fn set_language(
    db: &mut PgConnection,
    change: &Change,
    language: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with changed as (
            update voice_samples set requested_language = $2
            where item_id = $1 and requested_language is distinct from $2
            returning item_id
        ), counted as (
            update items set version = version + 1 from changed where items.id = changed.item_id
        )
        select audit_record($3, $4)::text as recorded from changed
        ",
        change.id.0,
        language,
        change.entry,
        change.now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Moves an item to the status `deleted`, and records the deletion in the audit log.
pub(crate) async fn delete_item(db: &mut PgConnection, change: &Change) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with deleted as materialized (
            select item_transition($1, $2, 'deleted', $3, $4, '{}', '{}') as version
        )
        select version, audit_record($5, $4)::text as recorded from deleted where version is not null
        ",
        change.id.0,
        change.version,
        change.user.0,
        change.now,
        change.entry,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}
