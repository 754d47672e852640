//! What happens to an item after it was announced.

use serde_json::{Value, json};
use shared::{
    audit::{Action, Entry},
    base::ids::{ItemId, ProjectId, UserId},
    items::ItemKind,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::model::ItemRow;

/// What the next upload shall be; what is left out stays.
pub(crate) struct NextUpload<'a> {
    pub(crate) filename: Option<&'a str>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) size_bytes: Option<i64>,
    pub(crate) crc32c: Option<&'a str>,
    pub(crate) resumable: Option<bool>,
}

impl NextUpload<'_> {
    /// Whether other bytes are announced: then the checksum of the last ones is worth nothing.
    fn other_bytes(&self) -> bool {
        self.content_type.is_some() || self.size_bytes.is_some() || self.crc32c.is_some()
    }

    /// What an item will be announced as.
    pub(crate) fn describe(&self, before: &ItemRow) -> Value {
        describe(
            self.filename.unwrap_or(&before.item.original_filename),
            self.content_type.unwrap_or(&before.item.content_type),
            self.size_bytes.unwrap_or(before.item.size_bytes),
        )
    }
}

impl ItemRow {
    /// What the item was announced as.
    pub(crate) fn description(&self) -> Value {
        describe(&self.item.original_filename, &self.item.content_type, self.item.size_bytes)
    }
}

fn describe(filename: &str, content_type: &str, size_bytes: i64) -> Value {
    json!({"original_filename": filename, "content_type": content_type, "size_bytes": size_bytes})
}

/// Makes an item wait for bytes: a draft for those of another description, an item that ended badly for those of
/// its next upload; asking twice opens one. What changes its description is a change like others: with a version
/// and an audit row, and the search knows its new name.
pub(crate) async fn begin_next_upload(
    db: &mut PgConnection,
    id: ItemId,
    next: &NextUpload<'_>,
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
        next.other_bytes(),
        next.resumable,
        resumable_from,
        entry,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Gives a document another label; nothing happens when it has it. Statistics follow it as a transition from the
/// document's state to itself.
pub(crate) async fn set_domain(
    db: &mut PgConnection,
    id: ItemId,
    domain: Option<&str>,
    user: UserId,
    entry: Value,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with before as (
            select domain from documents where item_id = $1 and domain is distinct from $2
        ), changed as (
            update documents set domain = $2 from before where item_id = $1
            returning item_id, before.domain as domain_before
        ), counted as (
            update items set version = version + 1 from changed where items.id = changed.item_id
            returning items.*, domain_before
        ), recorded as (
            insert into item_transitions
                (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at, details)
            select id, project_id, kind, status, status, version, $5, $4,
                   jsonb_build_object('domain', $2, 'domain_before', domain_before)
            from counted
        )
        select audit_record($3, $4)::text as recorded from changed
        ",
        id.0,
        domain,
        entry,
        now,
        user.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Asks for another language of a voice sample; nothing happens when it was asked for before.
pub(crate) async fn set_language(
    db: &mut PgConnection,
    id: ItemId,
    language: Option<&str>,
    entry: Value,
    now: OffsetDateTime,
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
        id.0,
        language,
        entry,
        now,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}

/// Deletes an item, which vanishes from everything but its history.
pub(crate) async fn delete_item(
    db: &mut PgConnection,
    id: ItemId,
    kind: ItemKind,
    project: ProjectId,
    user: UserId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let action = kind.either(Action::DocumentDeleted, Action::VoiceDeleted);
    let entry = Entry::success(Some(user), action, id.0).in_project(project).with(json!({}));
    sqlx::query!(
        "
        with deleted as (
            update items
            set deleted_at = $2, version = version + 1, lease_until = null, next_attempt_at = null
            where id = $1 and deleted_at is null
            returning *
        ), recorded as (
            insert into item_transitions
                (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at, details)
            select deleted.id, deleted.project_id, kind, status, 'deleted', version, $3, $2,
                   jsonb_strip_nulls(jsonb_build_object('domain_before', domain))
            from deleted
            left join documents on documents.item_id = deleted.id
        )
        select audit_record($4, $2)::text as recorded from deleted
        ",
        id.0,
        now,
        user.0,
        entry.row()?,
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}
