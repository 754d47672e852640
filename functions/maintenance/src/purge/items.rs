//! Purges deleted items after their retention: all generations of their objects first, then their rows. If a run stops
//! in between, the next run starts again with the same item, so no object is left without a row.

use shared::http::problem::Result;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    AppState,
    folders::delete_folders,
    queries::purge::{self as queries, DeletedItem},
};

/// The number of items whose rows one statement deletes. Each item may have thousands of pages.
const BATCH: i64 = 20;
/// The number of items whose objects are deleted concurrently.
const CONCURRENCY: usize = 10;

/// Purges items and adds their number to `purged`. An item whose objects cannot be deleted is retried in the next run.
pub(super) async fn purge(
    app: &AppState,
    deleted_before: OffsetDateTime,
    end: Instant,
    purged: &mut u64,
) -> Result<()> {
    let mut after: Option<DeletedItem> = None;
    while Instant::now() < end {
        let items = queries::list_deleted_items(&app.db, deleted_before, after, BATCH).await?;
        let Some(last) = items.last().copied() else { break };
        let folders = items.iter().map(|item| (item.id.0, folder(item))).collect();
        let (deleted, fault) = delete_folders(&app.objects, &app.bucket, folders, CONCURRENCY).await;
        *purged += queries::delete_items(&app.db, &deleted, deleted_before).await?;
        match fault {
            // No item of the batch could be purged: Cloud Storage is down.
            Some(problem) if deleted.is_empty() => return Err(problem),
            _ => after = Some(last),
        }
    }
    Ok(())
}

fn folder(item: &DeletedItem) -> String {
    format!("{}/{}/{}/", item.kind.definition().prefix, item.project_id, item.id)
}
