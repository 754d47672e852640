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

/// Leases a step to this instance. Replaying the dead letter of a failed export resumes the export.
pub(crate) async fn lease(
    db: &PgPool,
    event: ExportRequested,
    replayed: bool,
    now: OffsetDateTime,
) -> Result<Lease<Job>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        with export as materialized (
            select exports.id,
                   case
                       when exports.step <> $2 then 'taken'
                       when exports.status = 'failed' and $3 then 'free'
                       when exports.status <> 'processing' then 'taken'
                       when exports.lease_until > $4 then 'held'
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
        now + LEASE,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Lease::Absent) };
    let leased = row.project_id.zip(row.format).zip(row.attempt).zip(row.tries);
    let Some((((project_id, format), attempt), tries)) = leased else {
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
        tries,
    }))
}

impl Leased for Job {
    fn tries(&self) -> i32 {
        self.tries
    }

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

    async fn release(&self, db: &PgPool, next_attempt_at: OffsetDateTime) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "update exports set lease_until = null, next_attempt_at = $3
             where id = $1 and attempt = $2 and status = 'processing'",
            self.id.0,
            self.attempt,
            next_attempt_at,
        )
        .execute(db)
        .await?;
        Ok(())
    }
}
