//! Exports: those that stuck go on, those whose message was given up fail, and those whose time is over go away,
//! objects first.

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

/// Exports taken in one transaction.
const BATCH: i64 = 100;
/// Exports whose objects are deleted at once.
const AT_ONCE: usize = 5;
/// How long a repeated event has until it is repeated once more.
const PATIENCE: Duration = Duration::minutes(5);

/// Repeats the messages of exports whose holder died or whose message was lost; how many. What one run leaves is the
/// next one's.
pub(crate) async fn restart(app: &AppState) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = app.outbox.begin().await?;
    let stuck = queries::take_stuck(&mut tx, now, now + PATIENCE, BATCH).await?;
    for event in &stuck {
        tx.record(event).await?;
        tracing::info!(export_id = %event.export_id, step = event.step, "the message of an export is repeated");
    }
    tx.commit().await?;
    Ok(stuck.len())
}

/// Fails the export whose message was given up, unless it is past that step or somebody works on it.
pub(crate) async fn give_up(app: &AppState, message: &Message) -> Result<()> {
    let Ok(event) = message.event::<ExportRequested>() else { return Ok(()) };
    if queries::give_up(&app.db, event, app.clock.now()).await? {
        tracing::warn!(export_id = %event.export_id, "the export that it speaks of failed");
    }
    Ok(())
}

/// Deletes what is over; how many. What cannot be deleted is passed over until the next run.
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
            // It is not one export: Cloud Storage is down.
            Some(problem) if gone.is_empty() => return Err(problem),
            _ => after = Some(last),
        }
    }
    Ok(purged)
}
