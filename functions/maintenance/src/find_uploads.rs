//! Finds uploads whose bytes arrived although no event came, and forgets drafts that nothing was uploaded for.

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

/// Uploads taken at once.
const BATCH: i64 = 100;
/// Objects looked for at once.
const AT_ONCE: usize = 10;
/// When a run stops taking more: the next one goes on from there, and may run beside this one.
const BUDGET: std::time::Duration = std::time::Duration::from_secs(15);
/// How long an event has until its object is looked for, and a look until it is taken to have been cut off.
const PATIENCE: Duration = Duration::minutes(10);
/// How long a draft waits for its bytes: a resumable session lasts a week.
const LIFETIME: Duration = Duration::days(8);

/// What a run did, in items.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Looked {
    announced: usize,
    absent: usize,
    purged: u64,
}

/// Runs the search.
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

/// Looks for the objects of uploads that were taken until `next`; what it does not come to is taken again then.
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
            Ok(None) if upload.is_draft && upload.created_at <= now - LIFETIME => {
                expired.push(upload.object.item_id)
            }
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
        tracing::warn!(item_id = %object.item_id, "an upload is announced whose event did not come");
    }
    queries::postpone(&mut tx, &absent, now, next, LIFETIME).await?;
    looked.purged += queries::purge_drafts(&mut tx, &expired, now, next).await?;
    tx.commit().await?;
    looked.announced += arrived.len();
    looked.absent += absent.len();
    fault.map_or(Ok(()), Err)
}
