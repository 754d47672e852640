//! Erases items that were deleted long enough ago: all generations of their objects first, then their rows. A
//! run that is cut off between the two begins again with the same item; nothing is left that no row knows of.

use futures::{StreamExt as _, stream};
use shared::http::problem::Result;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    AppState,
    queries::purge::{self as queries, DeletedItem},
};

/// Items whose rows go in one statement: each may hold thousands of pages.
const BATCH: i64 = 20;
/// Items whose objects are deleted at once.
const AT_ONCE: usize = 10;

/// Runs the purge; `purged` is how many there were. What cannot be purged is passed over until the next run.
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
        let mut outcomes = stream::iter(items)
            .map(|item| async move { (item, delete_objects(app, &item).await) })
            .buffer_unordered(AT_ONCE);
        let (mut gone, mut fault): (Vec<Uuid>, _) = (Vec::new(), None);
        while let Some((item, outcome)) = outcomes.next().await {
            match outcome {
                Ok(()) => gone.push(item.id.0),
                Err(problem) => {
                    tracing::error!(item_id = %item.id, cause = problem.cause(), "an item could not be purged");
                    fault = Some(problem);
                }
            }
        }
        *purged += queries::delete_items(&app.db, &gone, deleted_before).await?;
        match fault {
            // It is not one item: Cloud Storage is down.
            Some(problem) if gone.is_empty() => return Err(problem),
            _ => after = Some(last),
        }
    }
    Ok(())
}

async fn delete_objects(app: &AppState, item: &DeletedItem) -> Result<()> {
    let prefix = format!("{}/{}/{}/", item.kind.definition().prefix, item.project_id, item.id);
    let mut page = None;
    loop {
        let listed = app.objects.page(&app.bucket, &prefix, page.as_deref(), true).await?;
        for object in &listed.items {
            app.objects.delete(&app.bucket, &object.name, object.generation).await?;
        }
        page = listed.next;
        if page.is_none() {
            return Ok(());
        }
    }
}
