//! The creation of drafts, and the limits on uploads.

use serde_json::Value;
use shared::{
    audit::Entry,
    base::ids::{ProjectId, UserId},
    items::{ItemKind, Verb},
};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::model::{Cost, NewItem, UploadSettings};

/// Inserts drafts, with the fields of their kinds, their first transitions, the search index of their names, and their
/// audit rows.
pub(crate) async fn insert_items(
    db: &mut PgConnection,
    project: ProjectId,
    user: UserId,
    new: &[NewItem],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let entry = |item: &NewItem| {
        let action = item.kind.action(Verb::Created);
        Entry::success(Some(user), action, item.id.0).in_project(project).row()
    };
    let entries = new.iter().map(entry).collect::<Result<Vec<Value>, _>>()?;
    let kinds: Vec<ItemKind> = new.iter().map(|item| item.kind).collect();
    let ids: Vec<Uuid> = new.iter().map(|item| item.id.0).collect();
    let filenames: Vec<&str> = new.iter().map(|item| item.filename.as_str()).collect();
    let content_types: Vec<&str> = new.iter().map(|item| item.content_type).collect();
    let sizes: Vec<i64> = new.iter().map(|item| item.size_bytes).collect();
    let checksums: Vec<Option<&str>> = new.iter().map(|item| item.crc32c.as_deref()).collect();
    let resumable: Vec<bool> = new.iter().map(|item| item.resumable).collect();
    let kind_fields: Vec<Value> = new.iter().map(|item| item.kind_fields.clone()).collect();
    sqlx::query!(
        r#"
        with new as (
            select *
            from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::boolean[],
                        $11::jsonb[], $12::jsonb[])
                as new (id, kind, filename, content_type, size_bytes, crc32c, resumable, kind_fields, entry)
        ), created as (
            insert into items
                (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, crc32c, resumable,
                 created_at)
            select id, $1, $2, kind, filename, content_type, size_bytes, crc32c, resumable, $3 from new
            returning id
        ), recorded as (
            insert into item_transitions (item_id, project_id, kind, to_status, version, actor_user_id, at, details)
            select new.id, $1, kind, 'draft', 1, $2, $3,
                   jsonb_strip_nulls(jsonb_build_object('domain', kind_fields -> 'domain'))
            from new join created using (id)
        ), searched as (
            insert into item_search (item_id, part, project_id, kind, words)
            select new.id, 0, $1, kind, search_words(filename)
            from new join created using (id)
        )
        select item_insert_kind_fields(id, $1, kind, kind_fields)::text as inserted,
               audit_record(entry, $3)::text as recorded
        from new
        join created using (id)
        "#,
        project.0,
        user.0,
        now,
        &ids,
        &kinds as _,
        &filenames as _,
        &content_types as _,
        &sizes,
        &checksums as _,
        &resumable,
        &kind_fields,
        &entries,
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Charges uploads to the limits of a user. Returns the name of the limit that they exceed, if any.
pub(crate) async fn charge_uploads(
    db: &mut PgConnection,
    user: UserId,
    cost: Cost,
    limits: &UploadSettings,
    today: Date,
) -> Result<Option<String>, sqlx::Error> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query_scalar!(
        "select upload_charge($1, $2, $3, $4, $5, $6, $7, $8)",
        user.0,
        today,
        number(cost.drafts),
        number(cost.items),
        cost.bytes,
        i64::from(limits.open_drafts),
        i64::from(limits.items_per_day),
        i64::try_from(limits.bytes_per_day).unwrap_or(i64::MAX),
    )
    .fetch_one(db)
    .await
}
