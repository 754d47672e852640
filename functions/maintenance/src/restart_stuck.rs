//! Retries processing: restarts attempts that failed or whose worker died, triggers the next poll of batch operations,
//! and admits items that wait for quota. For each of these, publishes the finalize event of the upload again. Marks
//! items as failed after too many failed attempts.

use axum::extract::State;
use serde::Serialize;
use shared::{
    cloud::{names::Topic, outbox::Transaction, push::Scheduled},
    http::{extract::Json, problem::Result},
    items::{
        Failure, ItemKind,
        lease::MAX_FAILURES,
        processing::{self, finalize_message},
    },
};
use time::Duration;

use crate::{AppState, exports, queries};

/// The maximum number of items in one transaction.
const BATCH: i64 = 100;
/// The maximum number of transactions in one run.
const BATCHES: usize = 20;
/// The delay before an admitted item whose event had no effect is admitted again.
const RETRY_DELAY: Duration = Duration::minutes(5);

/// The result of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Restarted {
    restarted: usize,
}

/// Handles the schedule `restart-stuck`.
pub(crate) async fn restart_stuck(State(app): State<AppState>, _: Scheduled) -> Result<Json<Restarted>> {
    let mut restarted = admit_operations(&app).await? + exports::restart(&app).await?;
    for _ in 0..BATCHES {
        let now = app.clock.now();
        let mut tx = app.outbox.begin().await?;
        let stuck = queries::lease_stuck_items(&mut tx, now, BATCH).await?;
        restart(&app, &mut tx, &stuck).await?;
        tx.commit().await?;
        restarted += stuck.len();
        if stuck.is_empty() {
            break;
        }
    }
    Ok(Json(Restarted { restarted }))
}

/// Restarts items that wait for a batch operation, longest wait first, as far as the quota allows.
async fn admit_operations(app: &AppState) -> Result<usize> {
    let mut tx = app.outbox.begin().await?;
    let mut admitted = 0;
    // Only one run admits items at a time, because two concurrent runs would both fill the same free capacity.
    if queries::lock_admission(&mut tx).await? {
        // Read the clock under the lock: an earlier time would miss the items that the previous holder admitted.
        let now = app.clock.now();
        for kind in ItemKind::ALL {
            let operations = match kind {
                ItemKind::Document => app.documentai_operations,
                ItemKind::Voice => app.speech_operations,
            };
            let waiting = queries::lease_waiting(&mut tx, kind, now, now + RETRY_DELAY, operations).await?;
            restart(app, &mut tx, &waiting).await?;
            admitted += waiting.len();
        }
    }
    tx.commit().await?;
    Ok(admitted)
}

async fn restart(app: &AppState, tx: &mut Transaction, uploads: &[queries::Upload]) -> Result<()> {
    for upload in uploads {
        if upload.failure_count >= MAX_FAILURES {
            let now = app.clock.now();
            processing::fail(&mut **tx, &upload.object, upload.attempt, &Failure::attempts_exhausted(), now)
                .await?;
            tracing::warn!(item_id = %upload.object.item_id, "processing failed: too many failed attempts");
            continue;
        }
        let (attributes, resource) =
            finalize_message(&app.bucket, &upload.object, upload.generation, upload.md5.as_deref());
        tx.send(Topic::Uploads, attributes, resource).await?;
        tracing::info!(item_id = %upload.object.item_id, "upload event published again");
    }
    Ok(())
}
