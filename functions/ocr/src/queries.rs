//! All SQL of `ocr`.

use shared::{
    ids::{ItemId, ProjectId},
    items::{self, ItemStatus, Transition},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

use crate::{engine::RecognisedPage, handle::Finalized};

/// What a delivery may do with the item that it speaks of.
pub(crate) enum Claim {
    /// Work on it: the lease is ours.
    Mine(Job),
    /// Somebody works on it.
    Leased,
    /// It was read, or failed, already.
    Finished,
    /// There is no such item, or it has a later upload.
    Unknown,
    /// It was claimed too often.
    Exhausted(Job),
}

/// An item that is ours for a while.
pub(crate) struct Job {
    pub(crate) item_id: ItemId,
    pub(crate) project_id: ProjectId,
    /// The version that the result will be committed on.
    pub(crate) version: i32,
    pub(crate) attempt: i32,
    pub(crate) content_type: String,
    pub(crate) size_bytes: i64,
}

struct Row {
    project_id: ProjectId,
    status: ItemStatus,
    generation: Option<i64>,
    version: i32,
    attempt: i32,
    content_type: String,
    size_bytes: i64,
    leased: bool,
}

/// Takes the item for one instance. Fifty deliveries of one event wait here for the first, and find it taken.
pub(crate) async fn claim(
    db: &PgPool,
    event: &Finalized,
    now: OffsetDateTime,
    lease: Duration,
    max_attempts: i32,
) -> Result<Claim, sqlx::Error> {
    let mut tx = db.begin().await?;
    let row = sqlx::query_as!(
        Row,
        r#"
        select project_id as "project_id: ProjectId", status as "status: ItemStatus", generation, version, attempt,
               content_type, size_bytes, coalesce(lease_until > $4, false) as "leased!"
        from items
        where id = $1 and project_id = $2 and upload_no = $3 and kind = 'document' and deleted_at is null
        for update
        "#,
        event.object.item_id.0,
        event.object.project_id.0,
        event.object.upload_no,
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(Claim::Unknown) };
    let waits_for_bytes = row.generation.is_none() && row.status != ItemStatus::Processing;
    let version = if waits_for_bytes {
        begin_processing(&mut tx, event, row.version, now).await?
    } else if row.generation != Some(event.generation) || row.status != ItemStatus::Processing {
        return Ok(Claim::Finished);
    } else if row.leased {
        return Ok(Claim::Leased);
    } else {
        row.version
    };
    let attempt = row.attempt + 1;
    sqlx::query!(
        "update items set attempt = $2, lease_until = $3, next_attempt_at = null where id = $1",
        event.object.item_id.0,
        attempt,
        now + lease,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    let job = Job {
        item_id: event.object.item_id,
        project_id: row.project_id,
        version,
        attempt,
        content_type: row.content_type,
        size_bytes: row.size_bytes,
    };
    Ok(if attempt > max_attempts { Claim::Exhausted(job) } else { Claim::Mine(job) })
}

/// The bytes arrived: the item leaves `draft` (or `failed`, `rejected`); the version after that.
async fn begin_processing(
    db: &mut PgConnection,
    event: &Finalized,
    version: i32,
    now: OffsetDateTime,
) -> Result<i32, sqlx::Error> {
    let item = event.object.item_id;
    let change = Transition {
        item_id: item,
        version,
        to: ItemStatus::Processing,
        failure: None,
        actor: None,
        at: now,
        details: serde_json::json!({"upload_no": event.object.upload_no}),
    };
    // The row is locked: nobody can have moved it on.
    let version = items::transition(db, &change).await?.ok_or(sqlx::Error::RowNotFound)?;
    sqlx::query!(
        "
        update items
        set generation = $2, md5 = $3, submitted_at = $4, processed_at = null,
            duplicate_of = (
                select earlier.id from items earlier
                where earlier.project_id = items.project_id
                  and earlier.md5 = $3
                  and earlier.size_bytes = items.size_bytes
                  and earlier.id <> items.id
                  and earlier.deleted_at is null
                order by earlier.id
                limit 1
            )
        where id = $1
        ",
        item.0,
        event.generation,
        event.md5,
        now,
    )
    .execute(db)
    .await?;
    Ok(version)
}

/// Whether somebody is there to review what the project reads.
pub(crate) async fn has_reviewer(db: &mut PgConnection, job: &Job) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select exists (
            select from project_members
            join users on users.id = project_members.user_id
            where project_members.project_id = $1 and project_members.role = 'reviewer' and users.deleted_at is null
        ) as "exists!"
        "#,
        job.project_id.0,
    )
    .fetch_one(db)
    .await
}

/// Puts the pages in place of those of an earlier upload.
pub(crate) async fn store_pages(
    db: &mut PgConnection,
    job: &Job,
    pages: &[RecognisedPage],
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let id = job.item_id.0;
    sqlx::query!("delete from document_pages where item_id = $1", id).execute(&mut *db).await?;
    let numbers: Vec<i32> = pages.iter().map(|page| page.number).collect();
    let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
    let confidences: Vec<f32> = pages.iter().map(|page| page.confidence).collect();
    let languages: Vec<Option<String>> = pages.iter().map(|page| page.language.clone()).collect();
    let layouts: Vec<serde_json::Value> =
        pages.iter().map(|page| serde_json::to_value(&page.blocks).unwrap_or_default()).collect();
    sqlx::query!(
        "
        insert into document_pages (item_id, page_number, text, confidence, language, layout)
        select $1, * from unnest($2::integer[], $3::text[], $4::real[], $5::text[], $6::jsonb[])
        ",
        id,
        &numbers,
        &texts as _,
        &confidences,
        &languages as _,
        &layouts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "
        with pages as (
            select count(*)::integer as count, avg(confidence)::real as confidence,
                   mode() within group (order by language) as language
            from document_pages where item_id = $1
        ), document as (
            update documents set page_count = pages.count from pages where item_id = $1
        )
        update items
        set confidence = pages.confidence, language = pages.language, processed_at = $2, lease_until = null
        from pages
        where items.id = $1
        ",
        id,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The item waits for nothing any more.
pub(crate) async fn end_processing(
    db: &mut PgConnection,
    job: &Job,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update items set lease_until = null, processed_at = $2 where id = $1", job.item_id.0, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps the lease, if it is still ours.
pub(crate) async fn renew(db: &PgPool, job: &Job, until: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = $3
         where id = $1 and attempt = $2 and status = 'processing' and lease_until is not null",
        job.item_id.0,
        job.attempt,
        until,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the lease back at once, if it is still ours; maintenance looks after the item from `fallback` on.
pub(crate) async fn release(db: &PgPool, job: &Job, fallback: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = null, next_attempt_at = $3
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id.0,
        job.attempt,
        fallback,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the lease back until the quota allows more; such an attempt does not count.
pub(crate) async fn defer(db: &PgPool, job: &Job, until: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set lease_until = null, next_attempt_at = $3, attempt = attempt - 1
         where id = $1 and attempt = $2 and status = 'processing'",
        job.item_id.0,
        job.attempt,
        until,
    )
    .execute(db)
    .await?;
    Ok(())
}
