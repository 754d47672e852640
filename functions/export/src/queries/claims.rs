//! The lease on an export, which assigns it to one instance for a limited time.

use shared::{
    base::ids::{ItemId, ProjectId},
    cloud::events::ExportRequested,
    items::{
        ItemKind,
        exports::ExportFormat,
        lease::{LEASE, Lease, Leased},
    },
};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::model::{ChunkStart, Job};

/// Leases a step to this instance. If the instance dies, maintenance repeats the step at `next_attempt_at`, after a pause
/// that grows with each attempt.
pub(crate) async fn lease(
    db: &PgPool,
    event: ExportRequested,
    now: OffsetDateTime,
) -> Result<Lease<Job>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        with export as materialized (
            select exports.id,
                   case
                       when exports.step <> $2 then 'taken'
                       when exports.status <> 'processing' then 'taken'
                       when exports.lease_until > $3 then 'held'
                       else 'free'
                   end as found
            from exports
            join projects on projects.id = exports.project_id and projects.deleted_at is null
            where exports.id = $1 and exports.kept_until > $3
            for update of exports
        ), leased as (
            update exports
            set attempts_since_progress = attempts_since_progress + 1,
                attempt = attempt + 1,
                lease_until = $4,
                next_attempt_at = greatest(
                    $4,
                    $3::timestamptz
                        + least(interval '10 seconds' * power(2, least(attempts_since_progress, 9)), interval '1 hour')
                )
            from export
            where exports.id = export.id and found = 'free'
            returning exports.*
        )
        select export.found as "found!", leased.project_id as "project_id?: ProjectId",
               leased.format as "format?: ExportFormat", leased.item_status as "item_status?",
               leased.position_kind as "position_kind?: ItemKind", leased.position_id as "position_id?: ItemId",
               leased.total as "total?", leased.attempt as "attempt?"
        from export
        left join leased on leased.id = export.id
        "#,
        event.export_id.0,
        event.step,
        now,
        now + LEASE,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Lease::Absent) };
    let leased = row.project_id.zip(row.format).zip(row.attempt);
    let Some(((project_id, format), attempt)) = leased else {
        return Ok(if row.found == "held" { Lease::Held } else { Lease::Finished });
    };
    Ok(Lease::Acquired(Job {
        id: event.export_id,
        project_id,
        format,
        item_status: row.item_status,
        step: event.step,
        position: row.position_kind.map(|kind| ChunkStart { kind, after: row.position_id }),
        total: row.total,
        attempt,
    }))
}

impl Leased for Job {
    async fn renew(&self, db: &PgPool, until: OffsetDateTime) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update exports set lease_until = $3
             where id = $1 and attempt = $2 and status = 'processing' and lease_until is not null",
            self.id.0,
            self.attempt,
            until,
        )
        .execute(db)
        .await?;
        Ok(())
    }

    async fn schedule_retry(&self, db: &PgPool, now: OffsetDateTime) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update exports
             set lease_until = null,
                 next_attempt_at = $3::timestamptz
                     + least(interval '10 seconds' * power(2, least(attempts_since_progress - 1, 9)), interval '1 hour')
             where id = $1 and attempt = $2 and status = 'processing'",
            self.id.0,
            self.attempt,
            now,
        )
        .execute(db)
        .await?;
        Ok(())
    }
}
