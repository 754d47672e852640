//! Adds item transitions to the buckets from which statistics are read, in the order of their transactions. Each
//! transition is added once: a batch and the new cursor commit together, so a run that dies counts nothing twice.

use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use shared::{
    cloud::push::Scheduled,
    http::{extract::Json, problem::Result},
    items::{self, Position},
};
use sqlx::{PgConnection, PgPool};
use tokio::time::Instant;

use crate::{
    AppState,
    purge::{self, in_batches},
    queries::{purge::delete_items_of_deleted_projects, statistics as queries},
};

/// The maximum number of transitions in one batch.
const BATCH: i64 = 5000;
/// The time after which a run starts no more batches. The next run continues.
const BUDGET: Duration = Duration::from_secs(20);

/// The result of a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Folded {
    batches: u64,
    /// The number of items of deleted projects that this run removed from the totals.
    deleted_items: u64,
}

/// Handles the schedule `fold-statistics`: adds the transitions since the last run.
pub(crate) async fn fold_statistics(State(app): State<AppState>, _: Scheduled) -> Result<Json<Folded>> {
    let end = Instant::now() + BUDGET;
    let (db, now) = (&app.db, app.clock.now());
    let deleted_items = in_batches(end, || delete_items_of_deleted_projects(db, now, purge::BATCH)).await?;
    let mut folded = Folded { deleted_items, ..Folded::default() };
    while Instant::now() < end && fold_batch(db).await? {
        folded.batches += 1;
    }
    Ok(Json(folded))
}

/// Adds one batch. Returns `false` if there are no transitions or another run holds the cursor.
async fn fold_batch(db: &PgPool) -> Result<bool> {
    let mut tx = db.begin().await?;
    let Some(after) = queries::lock_cursor(&mut tx).await? else { return Ok(false) };
    let Some(until) = items::position_after(&mut tx, after, BATCH).await? else { return Ok(false) };
    fold(&mut tx, after, until).await?;
    tx.commit().await?;
    Ok(true)
}

async fn fold(tx: &mut PgConnection, after: Position, until: Position) -> Result<(), sqlx::Error> {
    queries::add_counts(tx, after, until).await?;
    queries::add_durations(tx, after, until).await?;
    queries::add_people(tx, after, until).await?;
    queries::add_totals(tx, after, until).await?;
    queries::add_domains(tx, after, until).await?;
    queries::forget_domains(tx).await?;
    queries::move_cursor(tx, until).await
}
