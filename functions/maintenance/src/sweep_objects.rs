//! Deletes objects of the uploads bucket that belong to nothing: what was uploaded for an item that was purged,
//! and what no upload can have put there.

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

/// Pages that a run walks at most, of a thousand objects each.
const PAGES: usize = 50;
/// When a run stops taking more: the next one goes on from there, and may run beside this one.
const BUDGET: std::time::Duration = std::time::Duration::from_secs(20);
/// Objects deleted at once.
const AT_ONCE: usize = 10;
/// The row of an upload is there before its object; this is for clocks and for restored databases.
const AGE: Duration = Duration::days(1);
/// How long Cloud Storage can be expected to know where a page began.
const POSITION: Duration = Duration::days(1);

/// What a run did, in objects.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Swept {
    seen: usize,
    deleted: usize,
    /// Whether the walk came to its end; the next run begins anew.
    ended: bool,
}

/// Goes on with the walk through the bucket. What cannot be deleted is left to the next walk.
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
        swept.seen += listed.items.len();
        swept.deleted += sweep(&app, listed.items, now).await?;
        page = listed.next;
        swept.ended = page.is_none();
        queries::set_position(&app.db, page.as_deref(), now).await?;
    }
    Ok(Json(swept))
}

/// Deletes those of a page that belong to nothing; how many.
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
                Ok(()) => tracing::info!(object = object.name, "an object that belonged to nothing is gone"),
                Err(problem) => {
                    tracing::warn!(
                        object = object.name,
                        cause = problem.cause(),
                        "an object could not be deleted"
                    )
                }
            }
            usize::from(deleted.is_ok())
        })
        .buffer_unordered(AT_ONCE);
    Ok(deleted.fold(0, |sum, deleted| async move { sum + deleted }).await)
}

/// The item that an object was uploaded for, if its name is that of an upload.
fn item(name: &str) -> Option<ItemId> {
    let object: ObjectName = name.parse().ok()?;
    (object.to_string() == name).then_some(object.item_id)
}
