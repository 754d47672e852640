//! Publishes events that their writer did not get out in time.

use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use shared::{extract::Json, outbox, problem::Result, push::Scheduled};
use tokio::time::Instant;

use crate::AppState;

/// Rows leased at once.
const BATCH: i64 = 200;
/// When a run stops taking more: the next one comes within a minute, and may run beside this one.
const BUDGET: Duration = Duration::from_secs(20);

/// What a run did.
#[derive(Debug, Serialize)]
pub(crate) struct Swept {
    published: usize,
}

/// Runs the sweep.
pub(crate) async fn sweep_outbox(State(app): State<AppState>, _: Scheduled) -> Result<Json<Swept>> {
    let start = Instant::now();
    let mut published = 0;
    while start.elapsed() < BUDGET {
        let batch = outbox::lease(&app.db, app.clock.now(), BATCH).await?;
        let found = batch.len();
        published += app.outbox.publish(batch).await?;
        if found == 0 {
            break;
        }
    }
    Ok(Json(Swept { published }))
}
