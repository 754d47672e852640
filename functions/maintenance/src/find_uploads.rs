//! Finds uploaded objects whose finalize event was lost, deletes drafts whose file was never uploaded, and cancels next
//! uploads whose file was never uploaded.

use axum::extract::State;
use futures::{StreamExt as _, stream};
use serde::Serialize;
use shared::{
    base::ids::ItemId,
    cloud::{names::Topic, push::Scheduled},
    http::{extract::Json, problem::Result},
    items::processing::finalize_message,
};
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use crate::{
    AppState,
    queries::uploads::{self as queries, Awaited},
};

/// The maximum number of uploads in one batch.
const BATCH: i64 = 100;
/// Objects that are looked up concurrently.
const AT_ONCE: usize = 10;
/// The time after which a run starts no more batches. The next run continues, and may overlap with this one.
const BUDGET: std::time::Duration = std::time::Duration::from_secs(15);
/// The delay before the object of an upload is looked up, and the time after which another run may repeat the lookup.
const PATIENCE: Duration = Duration::minutes(10);
/// The time that an upload has after its last URL: a resumable upload session lasts a week.
const LIFETIME: Duration = Duration::days(8);

/// The result of a run: numbers of items.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Looked {
    announced: usize,
    absent: usize,
    purged: u64,
    canceled: u64,
}

/// Handles the schedule `find-uploads`.
pub(crate) async fn find_uploads(State(app): State<AppState>, _: Scheduled) -> Result<Json<Looked>> {
    let end = Instant::now() + BUDGET;
    let mut looked = Looked::default();
    while Instant::now() < end {
        let now = app.clock.now();
        let next = now + PATIENCE;
        let awaited = queries::take_awaited(&app.db, now, now - PATIENCE, next, BATCH).await?;
        if awaited.is_empty() {
            break;
        }
        look(&app, awaited, now, next, &mut looked).await?;
    }
    Ok(Json(looked))
}

/// Looks up the objects of uploads that are reserved until `next`. Uploads that it does not reach are taken again then.
async fn look(
    app: &AppState,
    awaited: Vec<Awaited>,
    now: OffsetDateTime,
    next: OffsetDateTime,
    looked: &mut Looked,
) -> Result<()> {
    let mut looks = stream::iter(awaited)
        .map(|upload| async move {
            let found = app.objects.find(&app.bucket, &upload.object.to_string()).await;
            (upload, found)
        })
        .buffer_unordered(AT_ONCE);
    let (mut arrived, mut fault) = (Vec::new(), None);
    let (mut absent, mut expired): (Vec<ItemId>, Vec<ItemId>) = (Vec::new(), Vec::new());
    while let Some((upload, found)) = looks.next().await {
        match found {
            Ok(Some(object)) => arrived.push((upload.object, object)),
            Ok(None) if upload.url_at <= now - LIFETIME => expired.push(upload.object.item_id),
            Ok(None) => absent.push(upload.object.item_id),
            Err(problem) => {
                fault = Some(problem);
                break;
            }
        }
    }
    drop(looks);

    let mut tx = app.outbox.begin().await?;
    for (object, found) in &arrived {
        let (attributes, resource) =
            finalize_message(&app.bucket, object, found.generation, found.md5.as_deref());
        tx.send(Topic::Uploads, attributes, resource).await?;
        tracing::warn!(item_id = %object.item_id, "lost upload event published");
    }
    let announced: Vec<ItemId> = arrived.iter().map(|(object, _)| object.item_id).collect();
    queries::pause(&mut tx, &announced, now, next).await?;
    queries::postpone(&mut tx, &absent, now, next, LIFETIME).await?;
    looked.purged += queries::purge_drafts(&mut tx, &expired, now, next).await?;
    looked.canceled += queries::cancel_next_uploads(&mut tx, &expired, next).await?;
    tx.commit().await?;
    looked.announced += arrived.len();
    looked.absent += absent.len();
    fault.map_or(Ok(()), Err)
}
