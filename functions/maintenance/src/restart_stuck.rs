//! Restarts work whose holder died, and work that waits for quota, by repeating the finalize event.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Serialize;
use shared::{extract::Json, names::Topic, problem::Result, push::Scheduled};
use time::Duration;

use crate::{AppState, queries};

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
    let mut restarted = 0;
    for _ in 0..BATCHES {
        let now = app.clock.now();
        let mut tx = app.outbox.begin().await?;
        let stuck = queries::take_stuck(&mut tx, now, now + PATIENCE, BATCH).await?;
        for upload in &stuck {
            let (object, generation) = (upload.object.to_string(), upload.generation.to_string());
            let attributes = BTreeMap::from([
                ("eventType".to_owned(), "OBJECT_FINALIZE".to_owned()),
                ("bucketId".to_owned(), app.bucket.clone()),
                ("objectId".to_owned(), object.clone()),
                ("objectGeneration".to_owned(), generation.clone()),
            ]);
            let resource = serde_json::json!({
                "bucket": app.bucket, "name": object, "generation": generation, "md5Hash": upload.md5,
            });
            tx.send(Topic::Uploads, attributes, resource).await?;
            tracing::warn!(item_id = %upload.object.item_id, "work that stuck is restarted");
        }
        tx.commit().await?;
        restarted += stuck.len();
        if stuck.is_empty() {
            break;
        }
    }
    Ok(Json(Restarted { restarted }))
}
