//! Deletes stray objects of the uploads bucket: objects of purged items, and objects whose name is not the name of an
//! upload.

use axum::extract::State;
use futures::{StreamExt as _, stream};
use serde::Serialize;
use shared::{
    base::ids::ItemId,
    cloud::{push::Scheduled, storage::ListedObject},
    http::{extract::Json, problem::Result},
    items::ObjectName,
};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use crate::{
    AppState,
    queries::objects::{self as queries, Position},
};

/// The maximum number of pages in one run, of 1000 objects each.
const PAGES: usize = 50;
/// The time after which a run lists no more pages. The next run continues, and may overlap with this one.
const BUDGET: std::time::Duration = std::time::Duration::from_secs(20);
/// The number of objects that are deleted concurrently.
const CONCURRENCY: usize = 10;
/// The minimum age of a stray object. An upload's row exists before its object, so this only covers clock differences
/// and restored databases.
const AGE: Duration = Duration::days(1);
/// The maximum age of a Cloud Storage page token that a run resumes from.
const POSITION: Duration = Duration::days(1);

/// The result of a run: numbers of objects.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Swept {
    checked: usize,
    deleted: usize,
    /// True if the last page was reached. The next run starts from the beginning.
    ended: bool,
}

/// Handles the schedule `sweep-objects`: continues to list the bucket. An object that cannot be deleted is retried when
/// it is listed again.
pub(crate) async fn sweep_objects(State(app): State<AppState>, _: Scheduled) -> Result<Json<Swept>> {
    let end = Instant::now() + BUDGET;
    let now = app.clock.now();
    let mut swept = Swept::default();
    let mut page = match queries::get_position(&app.db).await? {
        Some(Position { page, updated_at }) if updated_at > now - POSITION => page,
        _ => None,
    };
    for _ in 0..PAGES {
        if Instant::now() >= end || swept.ended {
            break;
        }
        let listed = app.objects.page(&app.bucket, "", page.as_deref(), true).await?;
        swept.checked += listed.items.len();
        swept.deleted += sweep(&app, listed.items, now).await?;
        page = listed.next;
        swept.ended = page.is_none();
        queries::set_position(&app.db, page.as_deref(), now).await?;
    }
    Ok(Json(swept))
}

/// Deletes the stray objects of a page and returns their number.
async fn sweep(app: &AppState, listed: Vec<ListedObject>, now: OffsetDateTime) -> Result<usize> {
    let old = |object: &ListedObject| object.created_at.is_some_and(|created| created <= now - AGE);
    let owned = |object: ListedObject| (item(&object.name), object);
    let objects: Vec<(Option<ItemId>, ListedObject)> = listed.into_iter().filter(old).map(owned).collect();
    let mut items: Vec<ItemId> = objects.iter().filter_map(|(item, _)| *item).collect();
    items.dedup();
    let known = queries::existing(&app.db, &items).await?;
    let stray = objects.into_iter().filter(|(item, _)| item.is_none_or(|item| !known.contains(&item)));
    let deleted = stream::iter(stray)
        .map(|(_, object)| async move {
            let deleted = app.objects.delete(&app.bucket, &object.name, object.generation).await;
            match &deleted {
                Ok(()) => tracing::info!(object = object.name, "stray object deleted"),
                Err(problem) => {
                    tracing::warn!(
                        object = object.name,
                        cause = problem.cause(),
                        "deleting a stray object failed"
                    )
                }
            }
            usize::from(deleted.is_ok())
        })
        .buffer_unordered(CONCURRENCY);
    Ok(deleted.fold(0, |sum, deleted| async move { sum + deleted }).await)
}

/// Returns the item of an object, or `None` if the object's name is not the name of an upload.
fn item(name: &str) -> Option<ItemId> {
    let object: ObjectName = name.parse().ok()?;
    (object.to_string() == name).then_some(object.item_id)
}
