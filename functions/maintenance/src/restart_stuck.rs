//! Restarts work whose holder died, has operations looked at whose time has come, and admits what waits for
//! quota, by repeating the event that began it.

use axum::extract::State;
use serde::Serialize;
use shared::{
    cloud::{names::Topic, outbox::Transaction, push::Scheduled},
    http::{extract::Json, problem::Result},
    items::{ItemKind, processing::finalize_message},
};
use time::Duration;

use crate::{AppState, exports, queries};

/// Items restarted in one transaction.
const BATCH: i64 = 100;
/// Transactions a run makes at most.
const BATCHES: usize = 20;
/// How long a repeated event has until it is repeated once more.
const PATIENCE: Duration = Duration::minutes(5);

/// What a run did.
#[derive(Debug, Serialize)]
pub(crate) struct Restarted {
    restarted: usize,
}

/// Runs the search.
pub(crate) async fn restart_stuck(State(app): State<AppState>, _: Scheduled) -> Result<Json<Restarted>> {
    let mut restarted = admit_operations(&app).await? + exports::restart(&app).await?;
    for _ in 0..BATCHES {
        let now = app.clock.now();
        let mut tx = app.outbox.begin().await?;
        let stuck = queries::take_stuck(&mut tx, now, now + PATIENCE, BATCH).await?;
        announce(&app, &mut tx, &stuck).await?;
        tx.commit().await?;
        restarted += stuck.len();
        if stuck.is_empty() {
            break;
        }
    }
    Ok(Json(Restarted { restarted }))
}

/// Restarts as much of what waits for a batch operation as there is room for, what waited longest first.
async fn admit_operations(app: &AppState) -> Result<usize> {
    let mut tx = app.outbox.begin().await?;
    let mut admitted = 0;
    // Another run is at it: two that count at once would both fill the same room.
    if queries::lock_admission(&mut tx).await? {
        // Read under the lock: a time before the last run's would not find what that one admitted.
        let now = app.clock.now();
        for kind in ItemKind::ALL {
            let waiting =
                queries::take_waiting(&mut tx, kind, now, now + PATIENCE, app.batch_operations).await?;
            announce(app, &mut tx, &waiting).await?;
            admitted += waiting.len();
        }
    }
    tx.commit().await?;
    Ok(admitted)
}

async fn announce(app: &AppState, tx: &mut Transaction, uploads: &[queries::Upload]) -> Result<()> {
    for upload in uploads {
        let (attributes, resource) =
            finalize_message(&app.bucket, &upload.object, upload.generation, upload.md5.as_deref());
        tx.send(Topic::Uploads, attributes, resource).await?;
        tracing::info!(item_id = %upload.object.item_id, "the event of an upload is repeated");
    }
    Ok(())
}
