//! Finds uploaded objects whose finalize event was lost, deletes drafts whose file was never uploaded, and cancels next
//! uploads whose file was never uploaded.

use axum::extract::State;
use futures::{StreamExt as _, stream};
use serde::Serialize;
use shared::{
    base::ids::ItemId,
    cloud::{names::Topic, push::Scheduled},
    http::{extract::Json, problem::Result},
    items::processing::finalize_message,
};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use crate::{
    AppState,
    queries::uploads::{self as queries, IncompleteUpload},
};

/// The maximum number of uploads in one batch.
const BATCH: i64 = 100;
/// The number of objects that are looked up concurrently.
const CONCURRENCY: usize = 10;
/// The time after which a run starts no more batches. The next run continues, and may overlap with this one.
const BUDGET: std::time::Duration = std::time::Duration::from_secs(15);
/// The delay before the object of an upload is looked up, and the time after which another run may repeat the lookup.
const CHECK_INTERVAL: Duration = Duration::minutes(10);
/// The time after its last URL within which an upload can still complete. A resumable upload session lasts a week.
const LIFETIME: Duration = Duration::days(8);

/// The result of a run: numbers of items.
#[derive(Debug, Default, Serialize)]
pub(crate) struct UploadReport {
    arrived: usize,
    absent: usize,
    purged: u64,
    canceled: u64,
}

/// Handles the schedule `find-uploads`.
pub(crate) async fn find_uploads(State(app): State<AppState>, _: Scheduled) -> Result<Json<UploadReport>> {
    let end = Instant::now() + BUDGET;
    let mut report = UploadReport::default();
    while Instant::now() < end {
        let now = app.clock.now();
        let next = now + CHECK_INTERVAL;
        let uploads =
            queries::lease_incomplete_uploads(&app.db, now, now - CHECK_INTERVAL, next, BATCH).await?;
        if uploads.is_empty() {
            break;
        }
        check_uploads(&app, uploads, now, next, &mut report).await?;
    }
    Ok(Json(report))
}

/// Looks up the objects of uploads that are reserved until `next`. Uploads that this run does not reach are due again
/// at `next`.
async fn check_uploads(
    app: &AppState,
    uploads: Vec<IncompleteUpload>,
    now: OffsetDateTime,
    next: OffsetDateTime,
    report: &mut UploadReport,
) -> Result<()> {
    let mut lookups = stream::iter(uploads)
        .map(|upload| async move {
            let found = app.objects.find(&app.bucket, &upload.object.to_string()).await;
            (upload, found)
        })
        .buffer_unordered(CONCURRENCY);
    let (mut arrived, mut fault) = (Vec::new(), None);
    let (mut absent, mut expired): (Vec<ItemId>, Vec<ItemId>) = (Vec::new(), Vec::new());
    while let Some((upload, found)) = lookups.next().await {
        match found {
            Ok(Some(object)) => arrived.push((upload.object, object)),
            Ok(None) if upload.url_at <= now - LIFETIME => expired.push(upload.object.item_id),
            Ok(None) => absent.push(upload.object.item_id),
            Err(problem) => {
                fault = Some(problem);
                break;
            }
        }
    }
    drop(lookups);

    let mut tx = app.outbox.begin().await?;
    for (object, found) in &arrived {
        let (attributes, resource) =
            finalize_message(&app.bucket, object, found.generation, found.md5.as_deref());
        tx.send(Topic::Uploads, attributes, resource).await?;
        tracing::warn!(item_id = %object.item_id, "lost upload event published");
    }
    let arrived_ids: Vec<ItemId> = arrived.iter().map(|(object, _)| object.item_id).collect();
    queries::schedule_retry(&mut tx, &arrived_ids, now, next).await?;
    queries::postpone(&mut tx, &absent, now, next, LIFETIME).await?;
    report.purged += queries::purge_drafts(&mut tx, &expired, now, next).await?;
    report.canceled += queries::cancel_next_uploads(&mut tx, &expired, next).await?;
    tx.commit().await?;
    report.arrived += arrived.len();
    report.absent += absent.len();
    fault.map_or(Ok(()), Err)
}
