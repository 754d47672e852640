//! Project exports: repeats steps that failed or are stuck, fails exports that have failed too often, and deletes expired
//! exports, objects first.

use shared::{
    cloud::events::ExportRequested,
    http::problem::Result,
    items::{exports::folder, lease::MAX_FAILURES},
};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    AppState,
    folders::delete_folders,
    queries::exports::{self as queries, OldExport},
};

/// The maximum number of exports in one transaction.
const BATCH: i64 = 100;
/// The number of exports whose objects are deleted concurrently.
const CONCURRENCY: usize = 5;

/// Publishes the event of each export again whose step failed, whose worker died or whose message was lost. Returns the
/// number of exports, at most one batch. The next run continues.
pub(crate) async fn restart(app: &AppState) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = app.outbox.begin().await?;
    let stuck = queries::lease_stuck_exports(&mut tx, now, BATCH).await?;
    for export in &stuck {
        if export.attempts_since_progress >= MAX_FAILURES {
            queries::fail(&mut tx, export, now).await?;
            tracing::warn!(export_id = %export.id, step = export.step, "export failed: too many failed attempts");
        } else {
            tx.record(&ExportRequested { export_id: export.id, step: export.step }).await?;
            tracing::info!(export_id = %export.id, step = export.step, "stuck export restarted");
        }
    }
    tx.commit().await?;
    Ok(stuck.len())
}

/// Deletes expired exports and returns their number. An export whose objects cannot be deleted is retried in the next
/// run.
pub(crate) async fn purge(app: &AppState, now: OffsetDateTime, end: Instant) -> Result<u64> {
    let (mut purged, mut after): (u64, Option<OldExport>) = (0, None);
    queries::end_exports_of_deleted_projects(&app.db, now, BATCH).await?;
    while Instant::now() < end {
        let old = queries::list_old(&app.db, now, after, BATCH).await?;
        let Some(last) = old.last().copied() else { break };
        let folders = old.iter().map(|export| (export.id.0, folder(export.project_id, export.id))).collect();
        let (deleted, fault) = delete_folders(&app.objects, &app.exports_bucket, folders, CONCURRENCY).await;
        purged += queries::delete(&app.db, &deleted, now).await?;
        match fault {
            // No export of the batch could be deleted: Cloud Storage is down.
            Some(problem) if deleted.is_empty() => return Err(problem),
            _ => after = Some(last),
        }
    }
    Ok(purged)
}
