//! Publishes outbox events that the recording function did not publish in time.

use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use shared::{
    cloud::{outbox, push::Scheduled},
    http::{extract::Json, problem::Result},
};
use tokio::time::Instant;

use crate::AppState;

/// The maximum number of rows in one lease.
const BATCH: i64 = 200;
/// The time after which a run leases no more rows. The next run starts within a minute, and may overlap with this one.
const BUDGET: Duration = Duration::from_secs(20);

/// The result of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Swept {
    published: usize,
}

/// Handles the schedule `sweep-outbox`.
pub(crate) async fn sweep_outbox(State(app): State<AppState>, _: Scheduled) -> Result<Json<Swept>> {
    let start = Instant::now();
    let (mut published, mut oldest) = (0, None);
    while start.elapsed() < BUDGET {
        let now = app.clock.now();
        let batch = outbox::lease(&app.db, now, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        oldest = oldest.max(batch.iter().filter_map(|event| outbox::age(event.id, now)).max());
        published += app.outbox.publish(batch).await?;
    }
    // The alert on the outbox reads this line (terraform/monitoring.tf).
    if let Some(oldest_seconds) = oldest {
        let oldest_seconds = oldest_seconds.whole_seconds();
        tracing::info!(oldest_seconds, published, "the outbox was swept");
    }
    Ok(Json(Swept { published }))
}
