//! Purges deleted items after their retention: all generations of their objects first, then their rows. A run that
//! stops in between starts again with the same item, so no object is left without a row.

use shared::http::problem::Result;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    AppState,
    folders::delete_folders,
    queries::purge::{self as queries, DeletedItem},
};

/// Items whose rows one statement deletes: each may have thousands of pages.
const BATCH: i64 = 20;
/// Items whose objects are deleted concurrently.
const CONCURRENCY: usize = 10;

/// Purges items and adds their number to `purged`. Skips items whose objects cannot be deleted until the next run.
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
