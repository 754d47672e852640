//! Uploads whose finalize event has not arrived.

use shared::{
    base::ids::{ItemId, ProjectId},
    items::{ItemKind, ObjectName},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// An upload without a finalize event.
pub(crate) struct IncompleteUpload {
    pub(crate) object: ObjectName,
    /// The time at which the last URL of the upload was issued.
    pub(crate) url_at: OffsetDateTime,
}

/// Reserves, until `next`, uploads that are due for a lookup and whose last URL was issued before `issued_before`.
pub(crate) async fn lease_incomplete_uploads(
    db: &PgPool,
    now: OffsetDateTime,
    issued_before: OffsetDateTime,
    next: OffsetDateTime,
    limit: i64,
) -> Result<Vec<IncompleteUpload>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        with due as materialized (
            select id from items
            where (status = 'draft' or next_upload is not null) and deleted_at is null
              and coalesce(next_attempt_at, upload_url_renewed_at, created_at) <= $1
              and (next_attempt_at is not null or coalesce(upload_url_renewed_at, created_at) <= $2)
            order by coalesce(next_attempt_at, upload_url_renewed_at, created_at)
            limit $4
            for update skip locked
        )
        update items set next_attempt_at = $3
        from due
        where items.id = due.id
        returning items.id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind",
                  coalesce((next_upload ->> 'upload_no')::integer, upload_no) as "upload_no!",
                  coalesce(upload_url_renewed_at, created_at) as "url_at!"
        "#,
        now,
        issued_before,
        next,
        limit,
    )
    .fetch_all(db)
    .await?;
    let uploads = rows.into_iter().map(|row| IncompleteUpload {
        object: ObjectName {
            kind: row.kind,
            project_id: row.project_id,
            item_id: row.id,
            upload_no: row.upload_no,
        },
        url_at: row.url_at,
    });
    Ok(uploads.collect())
}

/// Postpones the next lookup of items whose event was published again. That lookup detects an event that had no effect.
/// The pause is as long as the item has waited already: at least ten minutes and at most an hour.
pub(crate) async fn schedule_retry(
    db: &mut PgConnection,
    items: &[ItemId],
    now: OffsetDateTime,
    taken_until: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    sqlx::query!(
        "
        update items
        set next_attempt_at = $2::timestamptz + least(
            greatest($2 - coalesce(upload_url_renewed_at, created_at), interval '10 minutes'), interval '1 hour'
        )
        where id = any($1) and next_attempt_at = $3 and (status = 'draft' or next_upload is not null)
          and deleted_at is null
        ",
        &ids,
        now,
        taken_until,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Postpones the next lookup of items that are reserved until `taken_until`. The pause is as long as the item has
/// waited already: at least ten minutes, at most a day, and at most until the `lifetime` of the upload ends.
pub(crate) async fn postpone(
    db: &mut PgConnection,
    items: &[ItemId],
    now: OffsetDateTime,
    taken_until: OffsetDateTime,
    lifetime: Duration,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    sqlx::query!(
        "
        update items
        set next_attempt_at = least(
            $2::timestamptz + least(
                greatest($2 - coalesce(upload_url_renewed_at, created_at), interval '10 minutes'), interval '1 day'
            ),
            coalesce(upload_url_renewed_at, created_at) + make_interval(secs => $4)
        )
        where id = any($1) and next_attempt_at = $3 and (status = 'draft' or next_upload is not null)
          and deleted_at is null
        ",
        &ids,
        now,
        taken_until,
        lifetime.as_seconds_f64(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes drafts that are reserved until `taken_until` and have not changed since. Returns their number.
pub(crate) async fn purge_drafts(
    db: &mut PgConnection,
    items: &[ItemId],
    now: OffsetDateTime,
    taken_until: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    let deleted = sqlx::query_scalar!(
        r#"
        with draft as materialized (
            select id, version from items
            where id = any($1) and next_attempt_at = $3 and status = 'draft' and deleted_at is null
            for update
        ), transition as materialized (
            select id, item_transition(id, version, 'deleted', null, $2, '{}', '{}') as version from draft
        )
        select id from transition where version is not null
        "#,
        &ids,
        now,
        taken_until,
    )
    .fetch_all(&mut *db)
    .await?;
    let purged = sqlx::query!("delete from items where id = any($1)", &deleted).execute(db).await?;
    Ok(purged.rows_affected())
}

/// Cancels next uploads of items that are reserved until `taken_until` and have not changed since. Returns their
/// number.
pub(crate) async fn cancel_next_uploads(
    db: &mut PgConnection,
    items: &[ItemId],
    taken_until: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.0).collect();
    let canceled = sqlx::query!(
        "
        update items set next_upload = null, next_attempt_at = null
        where id = any($1) and next_attempt_at = $2 and next_upload is not null and deleted_at is null
        ",
        &ids,
        taken_until,
    )
    .execute(db)
    .await?;
    Ok(canceled.rows_affected())
}
