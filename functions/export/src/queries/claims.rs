//! Who works on an export, and until when.

use shared::{
    base::ids::{ExportId, ItemId, ProjectId},
    cloud::events::ExportRequested,
    items::{
        ItemKind,
        exports::{ExportFormat, folder, object_name},
    },
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

/// Where a chunk begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Among the items of this kind,
    pub(crate) kind: ItemKind,
    /// after this one.
    pub(crate) after: Option<ItemId>,
}

impl Position {
    /// Where the next kind begins, if there is one.
    pub(crate) fn next_kind(self) -> Option<Self> {
        match self.kind {
            ItemKind::Document => Some(Self { kind: ItemKind::Voice, after: None }),
            ItemKind::Voice => None,
        }
    }
}

/// A step that is ours for a while.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: ExportId,
    pub(crate) project_id: ProjectId,
    pub(crate) format: ExportFormat,
    /// Only items in this state.
    pub(crate) item_status: Option<String>,
    pub(crate) step: i32,
    /// Where the chunk begins; `None` when all are written.
    pub(crate) position: Option<Position>,
    /// How many items there are, once they were counted.
    pub(crate) total: Option<i64>,
    /// Names what is written; grows with every claim.
    pub(crate) attempt: i32,
    /// Claims since the last step that was done.
    pub(crate) tries: i32,
}

impl Job {
    /// The object that an attempt wrote.
    pub(crate) fn object(&self, attempt: i32) -> String {
        object_name(self.project_id, self.id, attempt)
    }

    /// What the names of all its objects begin with.
    pub(crate) fn prefix(&self) -> String {
        folder(self.project_id, self.id)
    }
}

/// What a delivery may do with the step that it asks for.
pub(crate) enum Claim {
    /// Do it: the lease is ours.
    Mine(Job),
    /// Somebody does it.
    Leased,
    /// It was done already, or the export has ended.
    Taken,
    /// There is no such export, or it is in a project that was deleted.
    Unknown,
}

/// Takes a step for one instance; one that failed is taken up again when its dead letter was sent again.
pub(crate) async fn claim(
    db: &PgPool,
    event: ExportRequested,
    replayed: bool,
    now: OffsetDateTime,
    lease: Duration,
) -> Result<Claim, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        with export as materialized (
            select exports.id,
                   case
                       when exports.step <> $2 then 'taken'
                       when exports.status = 'failed' and $3 then 'free'
                       when exports.status <> 'processing' then 'taken'
                       when exports.lease_until > $4 then 'leased'
                       else 'free'
                   end as found
            from exports
            join projects on projects.id = exports.project_id and projects.deleted_at is null
            where exports.id = $1 and exports.kept_until > $4
            for update of exports
        ), taken as (
            update exports
            set tries = case when status = 'failed' then 1 else tries + 1 end,
                status = 'processing',
                failure_code = null,
                failure_message = null,
                completed_at = null,
                attempt = attempt + 1,
                lease_until = $5,
                next_attempt_at = null
            from export
            where exports.id = export.id and found = 'free'
            returning exports.*
        )
        select export.found as "found!", taken.project_id as "project_id?: ProjectId",
               taken.format as "format?: ExportFormat", taken.item_status as "item_status?",
               taken.position_kind as "position_kind?: ItemKind", taken.position_id as "position_id?: ItemId",
               taken.total as "total?", taken.attempt as "attempt?", taken.tries as "tries?"
        from export
        left join taken on taken.id = export.id
        "#,
        event.export_id.0,
        event.step,
        replayed,
        now,
        now + lease,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Claim::Unknown) };
    let taken = row.project_id.zip(row.format).zip(row.attempt).zip(row.tries);
    let Some((((project_id, format), attempt), tries)) = taken else {
        return Ok(if row.found == "leased" { Claim::Leased } else { Claim::Taken });
    };
    Ok(Claim::Mine(Job {
        id: event.export_id,
        project_id,
        format,
        item_status: row.item_status,
        step: event.step,
        position: row.position_kind.map(|kind| Position { kind, after: row.position_id }),
        total: row.total,
        attempt,
        tries,
    }))
}

/// Keeps the lease, if it is still ours.
pub(crate) async fn renew(db: &PgPool, job: &Job, until: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update exports set lease_until = $3
         where id = $1 and attempt = $2 and status = 'processing' and lease_until is not null",
        job.id.0,
        job.attempt,
        until,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the lease back at once, if it is still ours; maintenance looks after the export from `fallback` on.
pub(crate) async fn release(db: &PgPool, job: &Job, fallback: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update exports set lease_until = null, next_attempt_at = $3
         where id = $1 and attempt = $2 and status = 'processing'",
        job.id.0,
        job.attempt,
        fallback,
    )
    .execute(db)
    .await?;
    Ok(())
}
