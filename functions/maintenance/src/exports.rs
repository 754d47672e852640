//! Project exports: restarts stuck exports, fails exports whose message became a dead letter, and deletes expired
//! exports, objects first.

use shared::{
    cloud::{events::ExportRequested, push::Message},
    http::problem::Result,
    items::exports::folder,
};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use crate::{
    AppState,
    folders::delete_folders,
    queries::exports::{self as queries, OldExport},
};

/// The maximum number of exports in one transaction.
const BATCH: i64 = 100;
/// Exports whose objects are deleted concurrently.
const AT_ONCE: usize = 5;
/// The delay before an event that had no effect is published again.
const PATIENCE: Duration = Duration::minutes(5);

/// Publishes the events of exports again whose worker died or whose message was lost. Returns the number of events,
/// at most one batch. The next run continues.
pub(crate) async fn restart(app: &AppState) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = app.outbox.begin().await?;
    let stuck = queries::take_stuck(&mut tx, now, now + PATIENCE, BATCH).await?;
    for event in &stuck {
        tx.record(event).await?;
        tracing::info!(export_id = %event.export_id, step = event.step, "stuck export restarted");
    }
    tx.commit().await?;
    Ok(stuck.len())
}

/// Fails the export of a dead letter, unless the export is past that step or a worker holds it.
pub(crate) async fn give_up(app: &AppState, message: &Message) -> Result<()> {
    let Ok(event) = message.event::<ExportRequested>() else { return Ok(()) };
    if queries::give_up(&app.db, event, app.clock.now()).await? {
        tracing::warn!(export_id = %event.export_id, "export of a dead letter failed");
    }
    Ok(())
}

/// Deletes expired exports and returns their number. Skips exports whose objects cannot be deleted until the next run.
pub(crate) async fn purge(app: &AppState, now: OffsetDateTime, end: Instant) -> Result<u64> {
    let (mut purged, mut after): (u64, Option<OldExport>) = (0, None);
    queries::end_exports_of_deleted_projects(&app.db, now, BATCH).await?;
    while Instant::now() < end {
        let old = queries::list_old(&app.db, now, after, BATCH).await?;
        let Some(last) = old.last().copied() else { break };
        let folders = old.iter().map(|export| (export.id.0, folder(export.project_id, export.id))).collect();
        let (gone, fault) = delete_folders(&app.objects, &app.exports_bucket, folders, AT_ONCE).await;
        purged += queries::delete(&app.db, &gone, now).await?;
        match fault {
            // No export of the batch could be deleted: Cloud Storage is down.
            Some(problem) if gone.is_empty() => return Err(problem),
            _ => after = Some(last),
        }
    }
    Ok(purged)
}
