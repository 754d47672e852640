//! Changes of items by users.

use serde_json::Value;
use shared::base::ids::ItemId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::model::{Change, NextUpload};

/// Opens the next upload of a failed or rejected item, or changes the description of a draft's upload. A repeated
/// request opens no further upload. A new description increments the version, adds an audit row, and updates the
/// search index with the new name.
pub(crate) async fn begin_next_upload(
    db: &mut PgConnection,
    id: ItemId,
    next: &NextUpload,
    resumable_from: i64,
    entry: Value,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with described as (
            select id,
                   (original_filename, content_type, size_bytes) is distinct from
                   (coalesce($2, original_filename), coalesce($3, content_type), coalesce($4, size_bytes)) as anew
            from items
            where id = $1
        ), waiting as (
            update items
            set upload_no = upload_no + (generation is not null)::integer,
                version = version + anew::integer,
                generation = null,
                md5 = null,
                tries = 0,
                needs_batch = false,
                next_attempt_at = null,
                original_filename = coalesce($2, original_filename),
                content_type = coalesce($3, content_type),
                size_bytes = coalesce($4, size_bytes),
                crc32c = case when $6 then $5 else crc32c end,
                resumable = coalesce($7, resumable) or coalesce($4, size_bytes) > $8
            from described
            where items.id = described.id
            returning items.*, anew
        ), searched as (
            insert into item_search (item_id, part, project_id, kind, words)
            select id, 0, project_id, kind, search_words(translate(original_filename, '._-', '   ') || ' ' || original_filename)
            from waiting
            where anew
            on conflict on constraint item_search_pkey do update set words = excluded.words
        )
        select audit_record($9, $10)::text as recorded from waiting where anew
        ",
        id.0,
        next.filename,
        next.content_type,
        next.size_bytes,
        next.crc32c,
        next.changes_bytes(),
        next.resumable,
        resumable_from,
        entry,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Sets the domain of a document, unless it is unchanged. For statistics, the change is a transition from the status
/// of the document to itself.
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
        ), moved as materialized (
            select item_transition(
                item_id, $2, $3, $4, $5, jsonb_build_object('domain', $7::text, 'domain_before', $8::text), '{}'
            ) as version
            from changed
        )
        select version, audit_record($6, $5)::text as recorded from moved
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

/// Deletes an item from everything except its history.
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
